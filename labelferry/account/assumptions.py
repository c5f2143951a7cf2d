"""What labelferry assumes of the service, each with the answer that it expects.

Public sources leave these open (the official SDK's tests, docs.labelbox.com, public readers of exports); the self-test
asks an account. A position has the name and values that localbox's table of behaviours gives it, so that a profile can
be played back by ``labelferry localbox --like``; those of the group ``account`` have no switch there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["ASSUMPTIONS", "Assumption", "AssumptionVerdict", "Group", "assumption"]


class Group(StrEnum):
    """The part of the service that an assumption is about."""

    OUTCOMES = "outcomes"
    BEHAVIOUR = "behaviour"
    READING = "reading"
    EXPORTS = "exports"
    ACCOUNT = "account"


class AssumptionVerdict(StrEnum):
    """What became of an assumption."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One assumption.

    Args:
        group: the part of the service.
        name: within its group.
        about: what it decides.
        expected: the position that is assumed.
    """

    group: Group
    name: str
    about: str
    expected: Any

    @property
    def key(self) -> str:
        """Group and name."""
        return f"{self.group}.{self.name}"


def _table() -> Iterator[Assumption]:
    for group, rows in TABLE.items():
        for name, about, expected in rows:
            yield Assumption(group, name, about, expected)


TABLE: dict[Group, tuple[tuple[str, str, Any], ...]] = {
    Group.BEHAVIOUR: (
        ("rows_shown_after", "look-ups that do not find a new row by its global key", None),
        ("editor", "the editor of a new project", "given"),
        ("empty_batch", "a batch of which no row can be added", "refused"),
        ("key_release", "uploads that still refuse the global key of a deleted row", None),
        ("prelabels", "a second import of pre-labels on a row", "add"),
    ),
    Group.READING: (
        ("range_base", "the number of a video's first frame in ranges of answers (null: 0 and 1 are taken)", None),
        ("any_scope", "whether a question of scope global takes answers for frames", True),
        ("keyframe_nesting", "what is nested in an answer on a keyframe", "dropped"),
        ("repeated_colour", "two instances of a mask line with one colour", "last"),
    ),
    Group.OUTCOMES: (
        ("shown_after", "look-ups of a new import that do not find it", None),
        ("lost", "whether an import that was answered with success does not exist", None),
        ("file", "the status file of an import", "kept"),
        ("lines", "the lines of a status file", "all"),
        ("cut", "lines of a status file that is too short", None),
        ("also", "further lines of a status file", None),
        ("uuids", "the uuid of a status line", "sent"),
        ("words", "the words of a status line", "upper"),
        ("rows", "what a status line says of its row", "both"),
        ("errors", "the errors of a refused line", "objects"),
    ),
    Group.EXPORTS: (
        ("labels_after", "looks that do not find the labels of an import yet", None),
        ("framed", "where answers for frames stand", "frames"),
        ("segments", "whose id the ranges of such answers have", "question"),
    ),
    Group.ACCOUNT: (
        ("media_known", "whether the service finds size and frames of an uploaded video", True),
        ("key_case", "whether a global key is found in another case", True),
        ("failed_rows", "whether a batch names the rows whose media cannot be read", True),
        ("ontology_equal", "whether an ontology is read back as it was sent", True),
        ("answers_key", "whether a line may say answers instead of answer", True),
        ("beyond_refused", "whether a keyframe beyond the video is refused", True),
        ("linear", "whether frames between two keyframes are exported as interpolated linearly", True),
        ("second_label", "whether a second import of ground truth on a row makes a second label", True),
        ("benchmark", "whether an import of ground truth can make its label a benchmark", True),
        ("private_read", "whether the default IAM integration lets a video in a private bucket be read (--iam)", True),
        ("prelabels_deleted", "whether an import of pre-labels can be deleted", True),
    ),
}

ASSUMPTIONS = tuple(_table())


def assumption(group: Group, name: str) -> Assumption:
    """Return an assumption by its name.

    Raises:
        KeyError: there is none.
    """
    return BY_KEY[f"{group}.{name}"]


BY_KEY = {each.key: each for each in ASSUMPTIONS}
