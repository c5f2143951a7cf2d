"""The table of behaviours: each answer of the service that public sources leave open, with what speaks for it.

A behaviour is a switch: its usual position is what the official SDK's tests see, or what is believed; a test turns it.
The control plane, the profiles and the page ``docs/localbox-behaviours.md`` are made from this table.

Sources: *tests* are those in the source distribution of the official SDK 7.17.0, which run against the real service;
*guide* is the documentation's page "Import video annotations"; *docs* are its other pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TESTS, GUIDE, DOCS = "tests", "guide", "docs"
UNKNOWN = "not known; the usual position is the simplest"


class Same:
    """Stands for the usual position."""


@dataclass(frozen=True)
class Switch:
    """One behaviour.

    Args:
        name: within its group.
        about: what it decides.
        positions: what it can be, each with its meaning; the usual one first.
        evidence: what speaks for the usual position.
        free: of a switch whose position is a value: whether it is one. The usual position is then None.
        documented: the position of the profile ``as-documented``.
        hostile: the position of the profile ``hostile``.
    """

    name: str
    about: str
    positions: tuple[tuple[Any, str], ...]
    evidence: str
    free: Callable[[Any], bool] | None = None
    documented: Any = Same
    hostile: Any = Same

    @property
    def usual(self) -> Any:
        """The position in which it stands unless it is turned."""
        return None if self.free else self.positions[0][0]

    def has(self, value: Any) -> bool:
        """Return whether a value is a valid position."""
        if self.free is not None:
            return self.free(value)
        return any(type(value) is type(each) and value == each for each, _ in self.positions)


def is_count(value: Any) -> bool:
    """Return whether a position is a count."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_patience(value: Any) -> bool:
    """Return whether a position is a number of attempts, or "never"."""
    return value == "never" or is_count(value)


def _is_cut(value: Any) -> bool:
    return value is None or is_count(value)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_keys(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(key, str) for key in value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


OUTCOMES = (
    Switch(
        "uuids",
        "the uuid of a status line",
        (
            ("sent", "as the line had it"),
            ("upper", "in upper case"),
            ("braces", "in braces"),
            ("bare", "without hyphens"),
            ("own", "another one"),
            ("none", "left out"),
        ),
        "tests/data/annotation_import/test_label_import.py: the set of the status lines' uuids is that of the input's",
        hostile="bare",
    ),
    Switch(
        "words",
        "the words of a status line",
        (("upper", "SUCCESS, FAILURE"), ("lower", "success, failure"), ("docs", "SUCCESS, FAILED")),
        "tests of 2024: SUCCESS; docs, bulk import requests: SUCCESS and FAILED",
        documented="docs",
        hostile="lower",
    ),
    Switch(
        "rows",
        "what a status line says of its row",
        (("both", "id and global key"), ("id", "its id"), ("key", "its global key"), ("none", "nothing")),
        UNKNOWN,
        hostile="id",
    ),
    Switch(
        "lines", "which lines a status file has", (("all", "all"), ("failures", "those refused")), "tests: one each"
    ),
    Switch(
        "errors",
        "the errors of a refused line",
        (
            ("objects", "a list of objects"),
            ("texts", "a list of texts"),
            ("object", "an object"),
            ("text", "a text"),
            ("null", "null, as the docs show for FAILED"),
        ),
        UNKNOWN,
        documented="null",
        hostile="text",
    ),
    Switch(
        "file",
        "the status file",
        (("kept", "can be read"), ("missing", "404"), ("unnamed", "`statusFileUrl` is null")),
        "tests/data/annotation_import/conftest.py: the status file of a finished import can be read",
    ),
    Switch("cut", "lines in the status file", ((None, "all"), (0, "that many")), UNKNOWN, _is_cut),
    Switch("also", "further lines of the status file", ((None, "none"), ([], "these values")), UNKNOWN, _is_list),
    Switch(
        "shown_after",
        "look-ups of an import, by name or in a list, that do not find it",
        ((None, "none"), (2, "that many"), ("never", "all")),
        UNKNOWN,
        is_patience,
        hostile=1,
    ),
    Switch(
        "lost",
        "whether an import is answered with success and does not exist",
        ((None, "no"), (True, "yes")),
        UNKNOWN,
        _is_flag,
    ),
)

BEHAVIOUR = (
    Switch(
        "unreadable",
        "rows whose media cannot be read; batches leave them out and name them in `failedDataRowIds`",
        ((None, "those in a cloud's storage, in a dataset without an IAM integration"), (["key"], "also these keys")),
        "tests/integration/test_batch.py: a batch names two rows at gs:// in `failed_data_row_ids`, and is made",
        _is_keys,
    ),
    Switch(
        "empty_batch",
        "a batch of which no row can be added",
        (("refused", "is an error"), ("made", "is made without rows")),
        UNKNOWN,
        hostile="made",
    ),
    Switch(
        "key_release",
        'uploads that still refuse the global key of a deleted row ("Duplicate global key")',
        ((None, "none"), (2, "that many"), ("never", "all")),
        "tests/integration/test_data_rows.py waits up to 180 s for it; without a deletion before, nobody would notice",
        is_patience,
        hostile=2,
    ),
    Switch(
        "rows_shown_after",
        "look-ups of a global key that do not find its row",
        ((None, "none"), (2, "that many"), ("never", "all")),
        "tests find a new row by its key at once",
        is_patience,
        hostile=1,
    ),
    Switch(
        "editor",
        "the editor of a new project",
        (
            ("given", "is there"),
            ("none", "comes when one is connected"),
            ("missing", "never comes: no editor and no ontology can be connected"),
        ),
        "tests/conftest.py: a project has an editor from the start; at times the service fails to give it one",
    ),
    Switch(
        "prelabels",
        "a second import of pre-labels on a row",
        (("add", "adds to the first"), ("replace", "removes those of earlier imports")),
        UNKNOWN,
        hostile="replace",
    ),
)

READING = (
    Switch(
        "range_base",
        "the number of a video's first frame in ranges of answers",
        ((None, "0 and 1 are both taken"), (0, "0"), (1, "1")),
        "tests: a range from 7 is read back at frame 7 of the map that tools fill from 1; guide: a range from 0",
        hostile=1,
    ),
    Switch(
        "any_scope",
        "answers for frames to a question of scope global",
        ((True, "are taken"), (False, "are refused")),
        "tests of 2024 import such a checklist; the guide asks for scope index",
        documented=False,
        hostile=False,
    ),
    Switch(
        "keyframe_nesting",
        "what is nested in an answer on a keyframe",
        (("dropped", "is dropped without a word"), ("kept", "is kept")),
        "tests/data/export/streamable/test_export_video_streamable.py: it is gone after the import",
    ),
    Switch(
        "repeated_colour",
        "several instances of a mask line with one colour",
        (("last", "are taken, the last has the colour's pixels"), ("refused", "are refused")),
        "guide: its composite example lists a colour under two names; which of them wins is not known",
        hostile="refused",
    ),
)

EXPORTS = (
    Switch(
        "framed",
        "where answers for frames stand",
        (
            ("frames", "on the first and last frame of each range"),
            ("classifications", "an entry for each set of frames"),
        ),
        "tests/data/annotation_import/test_generic_data_types.py; two public readers of real exports",
        hostile="classifications",
    ),
    Switch(
        "segments",
        "whose id the ranges of such answers have",
        (("question", "the question's"), ("answer", "each answer's"), ("none", "there are no ranges")),
        "tests list ranges by the question's id; a public reader of real exports looks for an answer's",
        hostile="none",
    ),
    Switch(
        "labels_after",
        "looks (exports, or a project's labels) that do not find the labels of an import yet",
        ((None, "none"), (2, "that many")),
        "tests wait for up to 10 s: project.labels() may return an empty set right after an import",
        is_count,
        hostile=1,
    ),
)

GROUPS: dict[str, tuple[Switch, ...]] = {
    "outcomes": OUTCOMES,
    "behaviour": BEHAVIOUR,
    "reading": READING,
    "exports": EXPORTS,
}
TITLES = {
    "outcomes": "How imports are reported; what was imported stays true",
    "behaviour": "How the service acts on rows, projects and pre-labels",
    "reading": "How lines are read",
    "exports": "How labels are exported",
}
