"""The desired state in Labelbox, stored in a folder of its own: later stations take the path, not the labels.

::

    onboarding.json   spec, counts, findings, fingerprint, and the format of the whole folder
    rows.jsonl        one data row per line
    ontology.json     the normalised tree, absent when the spec names an existing one
    lines.ndjson      the annotation lines, grouped by data row
    index.jsonl       for each line: uuid, key of its row, feature, kind, place in the user's files, keyframes, bytes
    shards/           files of lines as sent

A folder of another format is not read: ``onboard`` writes its own from the sources.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import SpecError
from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.model.findings import Finding
from labelferry.ndjson import LineKind, read_line
from labelferry.spec import Spec

__all__ = ["FORMAT", "Counts", "Desired", "IndexedLine"]

FORMAT = 2
"""Version of all files in the folder. 1 had no number, and findings as texts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of a desired state."""

    rows: int
    tracks: int
    keyframes: int
    masks: int
    classifications: int
    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class IndexedLine:
    """A line of ``lines.ndjson`` without its body."""

    uuid: str
    row: RowRef
    feature: str
    kind: LineKind
    source: str
    keyframes: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Desired:
    """The desired state in its folder."""

    folder: Path
    spec: Spec
    counts: Counts
    findings: tuple[Finding, ...]
    fingerprint: str

    @classmethod
    def load(cls, folder: Path) -> "Desired":
        """Load a desired state that ``build`` wrote.

        Raises:
            SpecError: when another version of labelferry wrote it.
        """
        path = folder / "onboarding.json"
        data = orjson.loads(path.read_bytes())
        _refuse_other_format(path, data.get("format", 1))
        return cls(
            folder=folder,
            spec=Spec.model_validate(data["spec"]),
            counts=Counts(**data["counts"]),
            findings=tuple(map(Finding.from_dict, data["findings"])),
            fingerprint=data["fingerprint"],
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the desired data rows: global_key, and row_data, file and whatever else the manifest has."""
        return [orjson.loads(line) for line in (self.folder / "rows.jsonl").read_bytes().splitlines()]

    def ontology(self) -> Mapping[str, Any] | None:
        """Return the desired ontology, normalised; None when the spec names an existing one."""
        path = self.folder / "ontology.json"
        tree: Mapping[str, Any] | None = orjson.loads(path.read_bytes()) if path.exists() else None
        return tree

    def index(self) -> Iterator[IndexedLine]:
        """Yield the desired lines without their bodies, grouped by row."""
        start = 0
        with (self.folder / "index.jsonl").open("rb") as index:
            for text in index:
                uuid, key, feature, kind, source, keyframes, length = orjson.loads(text)
                row = RowRef.from_key(key)
                yield IndexedLine(uuid, row, feature, LineKind(kind), source, keyframes, start, length)
                start += length + 1

    def body(self, line: IndexedLine) -> bytes:
        """Return one line as it is sent, without a newline."""
        with (self.folder / "lines.ndjson").open("rb") as lines:
            lines.seek(line.start)
            return lines.read(line.length)

    def video(self, line: IndexedLine) -> LabelledVideo:
        """Return the content of one line, as read from the user's files."""
        return read_line(orjson.loads(self.body(line)), Where(line.source))


def _refuse_other_format(path: Path, written: int) -> None:
    if written > FORMAT:
        raise SpecError(f"{path}: written by a newer labelferry (format {written}); update labelferry")
    if written < FORMAT:
        raise SpecError(
            f"{path}: written by an older labelferry (format {written}); run labelferry onboard SPEC, "
            "which reads the sources again and sends only what is missing"
        )
