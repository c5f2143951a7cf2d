"""Status files in every shape -> the outcome of each line; data first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from labelferry.ledger import LineRecord, LineState, Reason
from labelferry.ndjson import of_generation
from labelferry.onboarding.steps.statuses import verdicts

UUIDS = [f"0a1b2c3d-0000-4000-8000-00000000000{number}" for number in range(4)]
ROWS = ["clip-1", "clip-1", "clip-2", "#r3"]
OK, BAD, UNLISTED = (LineState.ACCEPTED, None), (LineState.FAILED, None), (LineState.UNKNOWN, Reason.UNLISTED)
UNREADABLE, BY_ORDER = (LineState.UNKNOWN, Reason.UNREADABLE), (LineState.FAILED, Reason.BY_ORDER)
IDS = {"r1": "clip-1", "r2": "clip-2"}


def line(number: int, **changes: Any) -> LineRecord:
    values = {"imported_as": "prelabels", "feature": "car", "source": f"f:{number}", "job": "j", "position": number}
    return LineRecord(uuid=UUIDS[number], row=ROWS[number], **(values | changes))


LINES = [line(number) for number in range(4)]


def status(number: int, word: str | None = "SUCCESS", **changes: Any) -> dict[str, Any]:
    """localbox's status of a line; changes to None remove a key."""
    row = {"id": "r3"} if number == 3 else {"globalKey": ROWS[number]}
    said = {"uuid": UUIDS[number], "dataRow": row, "status": word, **changes}
    return {name: value for name, value in said.items() if value is not None}


def own(*words: str, rows: Mapping[int, Mapping[str, str]] | None = None) -> list[dict[str, Any]]:
    """Statuses under uuids of the service's own, in the order of the lines."""
    changed = rows or {}
    return [
        status(number, word, uuid=f"ffffffff-0000-4000-8000-00000000000{number}")
        | ({"dataRow": changed[number]} if number in changed else {})
        for number, word in enumerate(words)
    ]


FILES: dict[str, tuple[list[Any], list[tuple[LineState, Reason | None]]]] = {
    "as it should be": ([status(n) for n in range(4)], [OK] * 4),
    "in another order": ([status(n, "FAILURE" if n else "SUCCESS") for n in (3, 2, 1, 0)], [OK, BAD, BAD, BAD]),
    "upper case": ([status(n, uuid=UUIDS[n].upper()) for n in range(4)], [OK] * 4),
    "upper case, in another order": (
        [status(n, "FAILURE" if n == 1 else "SUCCESS", uuid=UUIDS[n].upper()) for n in (1, 0, 3, 2)],
        [OK, BAD, OK, OK],
    ),
    "braces": ([status(n, uuid=f"{{{UUIDS[n]}}}") for n in range(4)], [OK] * 4),
    "no hyphens": ([status(n, uuid=UUIDS[n].replace("-", "")) for n in range(4)], [OK] * 4),
    "urn": ([status(n, uuid=f"urn:uuid:{UUIDS[n]}") for n in range(4)], [OK] * 4),
    "blanks": ([status(n, uuid=f" {UUIDS[n]}\n") for n in range(4)], [OK] * 4),
    "other words": ([status(0, "success"), status(1, "failure"), status(2, "Failed")], [OK, BAD, BAD, UNLISTED]),
    "another word": ([status(0, "PENDING"), status(1, None), status(2, "")], [UNREADABLE] * 3 + [UNLISTED]),
    "a word that is a number": ([status(n) | {"status": 1} for n in range(4)], [UNREADABLE] * 4),
    "only failures": ([status(2, "FAILURE")], [UNLISTED, UNLISTED, BAD, UNLISTED]),
    "empty": ([], [UNLISTED] * 4),
    "cut": ([status(0), status(1)], [OK, OK, UNLISTED, UNLISTED]),
    "twice the same": ([status(0), status(0), status(1)], [OK, OK, UNLISTED, UNLISTED]),
    "twice, and not the same": ([status(0), status(0, "FAILURE")], [UNREADABLE, UNLISTED, UNLISTED, UNLISTED]),
    "no objects": ([None, 1, "text", [], [status(0)], True], [UNLISTED] * 4),
    "a list among objects": ([status(0), [], status(1), status(2), status(3)], [OK] * 4),
    "own uuids, all in": (own(*["SUCCESS"] * 4), [OK] * 4),
    "own uuids, all refused": (own(*["FAILURE"] * 4), [BAD] * 4),
    "own uuids, mixed in a row": (own("SUCCESS", "FAILURE", "SUCCESS", "FAILURE"), [OK, BY_ORDER, OK, BAD]),
    "own uuids, cut": (own("SUCCESS", "SUCCESS", "SUCCESS"), [OK, OK, OK, UNLISTED]),
    "own uuids, cut within a row": (own("SUCCESS"), [UNLISTED] * 4),
    "own uuids, rows by id": (
        own(*["SUCCESS"] * 4, rows={0: {"id": "r1"}, 1: {"id": "r1"}, 2: {"id": "r2"}}),
        [OK] * 4,
    ),
    "own uuids, key in another case": (own(*["SUCCESS"] * 3, rows={2: {"globalKey": "Clip-2"}}), [OK] * 3 + [UNLISTED]),
    "own uuids, rows unknown": (own(*["SUCCESS"] * 4, rows={0: {"id": "x"}, 2: {}}), [UNLISTED] * 3 + [OK]),
    "no uuid": ([{**status(n), "uuid": None} for n in range(4)], [OK] * 4),
    "no uuid at some": ([status(0), status(1, uuid=None), status(2, "FAILURE", uuid=None)], [OK, OK, BAD, UNLISTED]),
    "uuids that are numbers": ([status(n) | {"uuid": n} for n in range(4)], [OK] * 4),
    "a foreign uuid among ours": ([status(0), status(1), status(2, uuid="other")], [OK, OK, UNLISTED, UNLISTED]),
    "no row": ([{"uuid": "x", "status": "SUCCESS"}] * 4, [UNLISTED] * 4),
    "a row that is not an object": ([{**status(n, uuid=None), "dataRow": "clip-1"} for n in range(4)], [UNLISTED] * 4),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES)
def test_what_became_of_each_line(content: list[Any], expected: list[tuple[LineState, Reason | None]]) -> None:
    found = verdicts(LINES, content, lambda: IDS)
    assert [verdict.uuid for verdict in found] == UUIDS
    assert [(verdict.state, verdict.reason) for verdict in found] == expected


ERRORS = {
    "as in localbox": ([{"name": "E", "message": "m", "additionalInfo": None}, {"message": "n"}], "E: m; n"),
    "strings": (["one", "two"], "one; two"),
    "a single text": ("one", "one"),
    "an object": ({"name": "E", "message": "m"}, "E: m"),
    "another object": ({"code": 7}, '{"code":7}'),
    "objects in another form": ([{"code": 7}, 8], '{"code":7}; 8'),
    "nested": ([["a"]], '["a"]'),
    "null": (None, '{"status":"FAILURE","errors":null,"results":null}'),
    "none": ([], '{"status":"FAILURE","errors":[],"results":null}'),
    "empty objects": ([{}], "{}"),
    "empty texts": (["", None], '{"status":"FAILURE","errors":["",null],"results":null}'),
}


@pytest.mark.parametrize(("errors", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_are_kept_as_they_are(errors: Any, message: str) -> None:
    refused = status(0, "FAILURE") | {"errors": errors, "results": None}
    (verdict,) = verdicts(LINES[:1], [refused], dict)
    assert (verdict.state, verdict.message) == (LineState.FAILED, message)


def test_what_belongs_to_no_line_is_told_with_the_lines_that_lack_a_status() -> None:
    found = verdicts(LINES[:2], [status(0), "<html>", 7], dict)
    assert [verdict.message for verdict in found] == [None, "<html>; 7"]


def test_a_line_goes_under_the_uuid_of_its_generation() -> None:
    again = line(0, generation=2)
    (verdict,) = verdicts([again], [status(0, uuid=of_generation(again.uuid, 2).upper())], dict)
    assert (verdict.uuid, verdict.state) == (again.uuid, LineState.ACCEPTED)
    (verdict,) = verdicts([again], [status(0), status(1)], dict)
    assert verdict.state is LineState.UNKNOWN


def test_lines_of_a_ledger_that_did_not_know_their_order() -> None:
    """They all stand first: their order is not known, which matters only where their statuses differ."""
    unordered = [line(number, position=0) for number in range(2)]
    found = verdicts(unordered, own("SUCCESS", "FAILURE"), dict)
    assert {verdict.state for verdict in found} == {LineState.UNKNOWN}
    found = verdicts(unordered, own("SUCCESS", "SUCCESS"), dict)
    assert {verdict.state for verdict in found} == {LineState.ACCEPTED}


def test_uuids_that_differ_in_case_only() -> None:
    """A user's own uuids may be any text; what fits two lines is given to none."""
    lines = [replace(line(0), uuid="A"), replace(line(1), uuid="a")]
    found = verdicts(lines, [status(0, uuid="a"), status(0, "FAILURE", uuid=" A ")], dict)
    assert [verdict.state for verdict in found] == [LineState.UNKNOWN, LineState.ACCEPTED]


def test_rows_are_looked_up_only_when_statuses_name_them_by_id() -> None:
    asked: list[str] = []

    def keys() -> dict[str, str]:
        asked.append("asked")
        return IDS

    verdicts(LINES, own(*["SUCCESS"] * 4, rows={0: {}, 1: {"globalKey": "unknown"}}), keys)
    assert asked == []
    verdicts(LINES, own(*["SUCCESS"] * 4, rows={0: {"id": "r1"}, 1: {"id": "r2"}}), keys)
    assert asked == ["asked"]
