"""The formats of labels: a new one is one line in ``READERS``."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from labelferry.model.video import LabelledVideo
from labelferry.sources import mot, ndjson, python, table
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.source import Source

__all__ = ["READERS", "LabelsUnion", "read_labels"]

READERS: Mapping[type[LabelsEntry], Callable[[Any], Iterator[LabelledVideo]]] = {
    mot.MotLabels: mot.read,
    table.TableLabels: table.read,
    ndjson.NdjsonLabels: ndjson.read,
    python.PythonLabels: python.read,
}

if TYPE_CHECKING:
    LabelsUnion = LabelsEntry
else:
    LabelsUnion = Annotated[Union[tuple(READERS)], Field(discriminator="format")]  # noqa: UP007  made of the table
"""Any entry of a spec's ``labels``, told apart by ``format``."""


def read_labels(source: Source[LabelsEntry]) -> Iterator[LabelledVideo]:
    """Read one source, lazily, in the order of its files.

    Raises:
        SourceError: when a file is missing or not in its format.
    """
    entry, reach = source.entry, source.reach
    for file in source.files:
        reach.file(file)
    with reach.unquoted(entry.path, f"format {entry.format}"):
        yield from READERS[type(entry)](source)
