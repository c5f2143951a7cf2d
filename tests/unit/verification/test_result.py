"""The outcome in one word, and the value as stored and printed."""

from io import StringIO
from pathlib import Path
from typing import Any

import orjson
import pytest
from rich.console import Console

from labelferry.errors import PartialFailureError, VerificationError
from labelferry.reports.verification import print_verification, verification_markdown
from labelferry.verification import LabelDifference, MismatchKind, Refused, RowResult, Verification

GOOD = RowResult("clip-1", equal=3)
MOVED = LabelDifference(MismatchKind.MOVED, "clip-2", "car", "gt.txt:7 (track 4)", "frame 17 by 5 px", 17, 5.0)
BAD = RowResult("clip-2", equal=2, moved=1, differences=(MOVED,))
ASIDE = RowResult("clip-3", equal=1, not_comparable={"VideoPoint": 2}, unknown={"objects.location": 2})


def verification(**changes: Any) -> Verification:
    usual = {
        "name": "streets",
        "remote": "here",
        "imported_as": "ground-truth",
        "accepted": 6,
        "failed": 0,
        "pending": 0,
    }
    return Verification(**{**usual, **changes})


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ((GOOD,), "verified"),
        ((GOOD, BAD), "differs"),
        ((GOOD, ASIDE), "accepted"),
        ((BAD, ASIDE), "differs"),
        ((), "accepted"),
    ],
)
def test_outcome(rows: tuple[RowResult, ...], outcome: str) -> None:
    assert verification(rows=rows).outcome == outcome


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "differs": (
        {"rows": (GOOD, BAD), "failed": 1, "pending": 1},
        VerificationError,
        "streets differs: 0 .*missing.* 0 extra.* 1 moved",
    ),
    "refused lines": ({"rows": (GOOD,), "failed": 2, "pending": 1}, PartialFailureError, "2 lines.*status streets"),
    "pending lines": ({"rows": (GOOD,), "pending": 2}, VerificationError, "2 lines.*labelferry onboard"),
    "unknown lines": ({"unknown": 3, "pending": 1}, VerificationError, "4 lines.*labelferry onboard"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_there_stops_it(case: str) -> None:
    changes, kind, message = REFUSED[case]
    found = verification(**changes)
    with pytest.raises(kind, match=message) as refused:
        found.refuse_differences()
    assert type(refused.value) is kind
    assert refused.value.result is found  # type: ignore[attr-defined]


@pytest.mark.parametrize("rows", [(GOOD,), (GOOD, ASIDE), ()])
def test_what_is_there_or_cannot_be_compared_stops_nothing(rows: tuple[RowResult, ...]) -> None:
    verification(rows=rows).refuse_differences()


def test_totals_are_over_all_rows() -> None:
    found = verification(rows=(GOOD, BAD, ASIDE))
    assert found.totals == {"equal": 6, "missing": 0, "extra": 0, "moved": 1}
    assert found.not_comparable == {"VideoPoint": 2}
    assert found.unknown_keys == {"objects.location": 2}


def test_it_is_kept_as_json_with_bounded_lists(tmp_path: Path) -> None:
    many = RowResult("clip-2", moved=2000, differences=(MOVED,) * 2000)
    path = verification(rows=(many,)).write(tmp_path / "reports")
    kept = orjson.loads(path.read_bytes())
    assert path.name == "streets-verify.json"
    assert (kept["outcome"], kept["totals"]["moved"], len(kept["rows"][0]["differences"])) == ("differs", 2000, 500)
    assert kept["rows"][0]["differences"][0]["place"] == "gt.txt:7 (track 4)"


CASES = {
    "verified": (verification(rows=(GOOD,)), ["streets: verified", "3 equal, 0 missing", "1 of 1 as sent"]),
    "differs": (
        verification(rows=(GOOD, BAD)),
        ["streets: differs", "moved: clip-2, 'car' (gt.txt:7 (track 4)): frame 17 by 5 px"],
    ),
    "not comparable": (
        verification(rows=(ASIDE,)),
        ["not everything can be compared", "VideoPoint: 2", "objects.location in the export: 2"],
    ),
    "pre-labels": (verification(imported_as="prelabels"), ["accepted: pre-labels cannot be read back"]),
    "refused": (
        verification(failed=1, failed_lines=(Refused("clip-1", "car", "gt.txt:1", "no such name"),)),
        ["1 failed", "failed: gt.txt:1: clip-1, 'car': no such name"],
    ),
    "pending": (verification(pending=2), ["2 pending", "run labelferry onboard again"]),
    "nothing": (verification(accepted=0, failed=1), ["nothing is imported"]),
}


@pytest.mark.parametrize(("found", "said"), CASES.values(), ids=CASES)
def test_it_is_printed_for_people(found: Verification, said: list[str]) -> None:
    console = Console(record=True, width=200, file=StringIO())
    print_verification(found.to_dict(), console)
    printed = console.export_text()
    assert [text for text in said if text not in printed] == []


@pytest.mark.parametrize(("found", "said"), CASES.values(), ids=CASES)
def test_it_is_shown_in_prefect(found: Verification, said: list[str]) -> None:
    shown = verification_markdown(found.to_dict())
    assert [text for text in said if text not in shown] == []
