"""How much is taken, kept or shown: as much as the figure says, and no more."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

import labelferry.types as lb_types
from labelferry.assemble import assemble
from labelferry.errors import AnnotationError, SourceError, SpecError
from labelferry.ledger import LineRecord
from labelferry.model import Feature, Span, Where
from labelferry.model.findings import grouped
from labelferry.model.frames import as_frame
from labelferry.model.keys import wrong_key
from labelferry.model.rules import ShapeRule
from labelferry.ndjson.at import At
from labelferry.onboarding.steps.statuses import verdicts
from labelferry.ontology import infer
from labelferry.sources.text import shorten
from labelferry.verification import LabelDifference, MismatchKind, RowResult
from labelferry.verification.wording import told_ranges
from tests.unit.checks.labels import box, video

HERE = Where("labels.csv", 7)
AT = At(HERE)


def refused(call: Callable[[], object], error: type[Exception] = SourceError) -> str:
    with pytest.raises(error) as told:
        call()
    return str(told.value)


TAKEN: dict[str, tuple[Callable[[Any], object], Any, Any, type[Exception]]] = {
    "a frame": (lambda value: as_frame(value, "here"), 2_147_483_647, 2_147_483_648, AnnotationError),
    "a frame of a line": (AT.frame, 2_147_483_647, 2_147_483_648, SourceError),
    "a frame as text": (lambda value: as_frame(value, "here"), "0" * 17 + "7", "0" * 18 + "7", AnnotationError),
    "questions inside each other": (lambda depth: At(HERE, depth=depth).deeper(), 99, 100, SourceError),
}


@pytest.mark.parametrize(("call", "last", "beyond", "error"), TAKEN.values(), ids=TAKEN)
def test_the_last_that_is_taken(call: Callable[[Any], object], last: Any, beyond: Any, error: type[Exception]) -> None:
    call(last)
    refused(lambda: call(beyond), error)


def test_a_global_key_has_200_characters_at_most() -> None:
    assert wrong_key("k" * 200) is None
    told = wrong_key("k" * 201) or ""
    assert told.startswith(f"global key '{'k' * 20}...' has 201 characters")


def test_a_value_of_a_line_is_shown_up_to_40_characters() -> None:
    assert (
        refused(lambda: AT.number("x" * 38)) == f"labels.csv:7: '{'x' * 38}' is not a number; write one, without quotes"
    )
    assert f"'{'x' * 36}... is not a number" in refused(lambda: AT.number("x" * 39))


def test_keys_are_listed_in_order() -> None:
    known = frozenset(["zebra", "yak", "wolf", "vole", "urial", "tiger"])
    told = refused(lambda: AT.mapping(dict.fromkeys("qponm"), known))
    listed = "tiger, urial, vole, wolf, yak, zebra"
    assert told == f"labels.csv:7: unknown key m, n, o, p, q; known here are {listed}"


@pytest.mark.parametrize("cut", [shorten, lambda words: refused(lambda: raised(words)).split(": ")[1].split(";")[0]])
def test_a_message_has_300_characters(cut: Callable[[str], str]) -> None:
    assert cut("x" * 300) == "x" * 300
    assert cut("x" * 301) == "x" * 297 + "..."


def raised(words: str) -> None:
    raise AT.fault(words, "correct it")


def test_a_group_keeps_20_findings_and_shows_5() -> None:
    flat = (ShapeRule.BOX_WITHOUT_AREA.at(HERE, frame=3, feature=f"car {n}", count=1) for n in range(30))
    (group,) = grouped(flat)
    assert len(group.first) == 20
    assert group.lines[5:] == ["and 25 more"]


def test_20_problems_of_labels_are_shown() -> None:
    value = lb_types.Radio(answer=lb_types.ClassificationAnswer(name="dry"), confidence=0.5)
    both = lb_types.ClassificationAnnotation(name="weather", value=value, confidence=0.6)
    bad = lb_types.Label(data={"global_key": "clip"}, annotations=[both])
    *_, last = refused(lambda: list(assemble([bad] * 22, "labels.py")), AnnotationError).splitlines()
    assert last == "and 2 more"


def test_20_reasons_why_no_ontology_can_be_inferred_are_shown() -> None:
    by_id = [replace(box(f"car {n}"), feature=Feature(schema_id=f"s{n}")) for n in range(22)]
    *_, last = refused(lambda: infer([video(*by_id)]), SpecError).splitlines()
    assert last == "and 2 more"


def test_5_ranges_are_shown() -> None:
    spans = [Span(10 * n, 10 * n + 1) for n in range(1, 8)]
    assert told_ranges(spans) == "frames 10-11, 20-21, 30-31, 40-41, 50-51, and 2 more ranges"


def test_500_differences_of_a_row_are_kept() -> None:
    one = LabelDifference(MismatchKind.MISSING, "clip", "car", "gt.txt:1", "not there")
    assert len(RowResult("clip", missing=502, differences=(one,) * 502).to_dict()["differences"]) == 500


LINE = LineRecord("u", "prelabels", "clip", "car", "f:1", "job")


def test_3_statuses_that_belong_to_no_line_are_told() -> None:
    (verdict,) = verdicts([LINE], ["a", "b", "c", "d"], dict)
    assert verdict.message == "a; b; c"


@pytest.mark.parametrize(
    "content",
    [
        ["x" * 4_002],
        [{"uuid": "u", "status": "FAILURE", "errors": "x" * 4_002}],
        [{"uuid": "u", "status": "x" * 4_002}],
    ],
    ids=["a stray", "a refusal", "a strange word"],
)
def test_4000_characters_of_a_status_are_kept(content: Sequence[Any]) -> None:
    (verdict,) = verdicts([LINE], content, dict)
    assert len(verdict.message or "") == 4_000
