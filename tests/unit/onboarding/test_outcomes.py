"""Messages as the service words them, and the kind of failure that each tells of."""

import pytest

from labelferry.onboarding.steps.outcomes import GONE, NO_STATUS, OutcomeKind, classify


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
        (GONE, "unknown"),
        (NO_STATUS, "unknown"),
    ],
)
def test_a_message_has_a_kind(message: str | None, kind: str) -> None:
    assert classify(message).kind == kind


def test_every_kind_says_what_to_do() -> None:
    kinds = ["LBU limit", "try again", "Access denied", "Ontology", "frame", "?"]
    assert {classify(text).kind for text in kinds} == set(OutcomeKind)
    assert all(classify(text).remedy for text in kinds)
