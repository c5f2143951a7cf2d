"""The formats that labels may have: a new one is one line in the union and one in the table."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from labelferry.files.reach import Reach
from labelferry.model.video import LabelledVideo
from labelferry.sources import mot, ndjson, python, table
from labelferry.sources.entry import LabelsEntry, Note

__all__ = ["READERS", "LabelsUnion", "read_labels"]

LabelsUnion = Annotated[
    mot.MotLabels | table.TableLabels | ndjson.NdjsonLabels | python.PythonLabels,
    Field(discriminator="format"),
]
"""Any entry of a spec's ``labels``; its ``format`` says which."""

READERS: Mapping[type[LabelsEntry], Callable[[Any, Reach, Note], Iterator[LabelledVideo]]] = {
    mot.MotLabels: mot.read,
    table.TableLabels: table.read,
    ndjson.NdjsonLabels: ndjson.read,
    python.PythonLabels: python.read,
}


def read_labels(entry: LabelsEntry, reach: Reach, note: Note) -> Iterator[LabelledVideo]:
    """Read the labels of one entry, lazily, in the order of the file.

    Args:
        entry: the file, its format and options.
        reach: finds the file, and those beside it.
        note: takes the findings: what the reader has to say without refusing the file.

    Yields:
        What the file has.

    Raises:
        SourceError: when the file is missing or not what its format says.
    """
    reach.file(entry.path)
    with reach.unquoted(entry.path, f"format {entry.format}"):
        yield from READERS[type(entry)](entry, reach, note)
