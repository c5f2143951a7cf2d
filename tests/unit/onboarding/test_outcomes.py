"""The service's messages, and the kind of failure that each reports."""

from dataclasses import dataclass

import pytest

from labelferry.errors import PartialFailureError, PendingError
from labelferry.ledger import LineRecord, LineState, Reason
from labelferry.onboarding.steps.outcomes import OutcomeKind, classify, explain, refuse_unfinished


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("ValidationError: Ontology does not contain name: text_audio", "fix-ontology"),
        ("'car' is a rectangle: on video it needs bbox, not point", "fix-ontology"),
        ("'weather' has frames, but its scope in the ontology is not index", "fix-ontology"),
        ("Frame 0 is before the first frame, 1", "fix-input"),
        ("Colour [1, 2, 3] is in none of the masks", "fix-input"),
        ("Must provide only one of 'id' or 'globalKey' for 'dataRow'", "fix-input"),
        ("Row with id or global key k has 5001 annotations for label a.", "fix-input"),
        ("Access denied to Data Row", "permission"),
        ("LBU limit exceeded, upgrade to continue", "quota"),
        ("You have exceeded your request limit", "retry"),
        ("Timed out waiting for the importer", "retry"),
        ("Failed to import after 5 retries.", "retry"),
        ("Import failed.", "unknown"),
        ("refused without a reason", "unknown"),
        ("computer says no", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_message_has_a_kind(message: str | None, kind: str) -> None:
    assert classify(message).kind == kind


def test_every_kind_says_what_to_do() -> None:
    kinds = ["LBU limit", "try again", "Access denied", "Ontology", "frame", "Data row is not in the project", "?"]
    assert {classify(text).kind for text in kinds} == set(OutcomeKind)
    assert all(classify(text).remedy for text in kinds)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.BY_ORDER])
@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_an_unknown_line_has_its_reason_and_a_remedy(reason: Reason, imported_as: str) -> None:
    """It is never offered to be blindly sent again, since it may be imported."""
    record = LineRecord("u", imported_as, "k", "f", "s", "j", LineState.UNKNOWN, "raw", reason=reason)
    text, outcome = explain(record)
    assert text.endswith(": raw")
    assert outcome.kind is reason
    told = "deletes the import and sends" if imported_as == "prelabels" else "if it has no label"
    assert told in outcome.remedy
    assert outcome.remedy.startswith("run again") is (reason is not Reason.EXPIRED)


@dataclass
class Ended:
    name: str = "n"
    pending: int = 0
    unknown: int = 0
    failed: int = 0
    rows_left_out: int = 0


LEFT_OUT = (
    "Labelbox did not accept 1 data row into the project, as when it cannot read the media; "
    "labelferry status n lists them; 2 lines were refused or not sent; labelferry status n lists them"
)
BOTH = (
    "Labelbox does not report the outcome of 2 lines; labelferry status n lists them and what to do; "
    "3 lines were refused; labelferry status n lists them"
)
UNFINISHED = [
    ({"failed": 1}, PartialFailureError, "1 line was refused; labelferry status n lists them"),
    ({"failed": 2, "rows_left_out": 1}, PartialFailureError, LEFT_OUT),
    ({"failed": 2}, PartialFailureError, "2 lines were refused; labelferry status n lists them"),
    ({"pending": 1}, PendingError, "1 line is not known to be imported yet; run again: labelferry resume n"),
    ({"unknown": 2, "failed": 3}, PendingError, BOTH),
]


@pytest.mark.parametrize(("counts", "error", "message"), UNFINISHED)
def test_a_run_that_left_something_open_says_so(counts: dict[str, int], error: type[Exception], message: str) -> None:
    report = Ended(**counts)
    with pytest.raises(error) as raised:
        refuse_unfinished(report)
    assert str(raised.value) == message
    assert getattr(raised.value, "result", None) is report


def test_a_run_whose_lines_are_all_in_is_done() -> None:
    refuse_unfinished(Ended())
