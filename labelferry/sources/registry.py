"""The formats of labels: a new one is one line in ``READERS``."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Union

from pydantic import Field

from labelferry.errors import AnnotationError, SourceError
from labelferry.model.video import LabelledVideo
from labelferry.sources import (
    activitynet,
    ava,
    coco,
    cvat,
    cvat_json,
    darwin,
    encord,
    frame_lists,
    jaad,
    kitti,
    label_studio,
    labelbox,
    mask_folder,
    mot,
    mots_txt,
    ndjson,
    pose,
    python,
    ranges,
    sportslabkit,
    table,
    via,
    viame,
    yolo,
)
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.reader import Reader
from labelferry.sources.simplify import simplified
from labelferry.sources.source import Source

__all__ = ["READERS", "LabelsUnion", "read_labels", "reader_of"]

READERS: tuple[Reader[Any], ...] = (
    mot.READER,
    table.READER,
    cvat.READER,
    coco.READER,
    label_studio.READER,
    labelbox.READER,
    yolo.READER,
    mask_folder.READER,
    kitti.READER,
    pose.READER,
    activitynet.READER,
    ranges.READER,
    via.READER,
    darwin.READER,
    encord.READER,
    frame_lists.READER,
    viame.READER,
    mots_txt.READER,
    cvat_json.READER,
    sportslabkit.READER,
    ava.READER,
    jaad.READER,
    ndjson.READER,
    python.READER,
)

if TYPE_CHECKING:
    LabelsUnion = LabelsEntry
else:
    LabelsUnion = Annotated[Union[tuple(each.entry for each in READERS)], Field(discriminator="format")]  # noqa: UP007
"""Any entry of a spec's ``labels``; its ``format`` says which."""


def reader_of(format_name: str) -> Reader[Any] | None:
    """Return the reader of a format, by its name in a spec."""
    return next((each for each in READERS if each.format == format_name), None)


def read_labels(source: Source[LabelsEntry]) -> Iterator[LabelledVideo]:
    """Read one source, lazily, in the order of its files.

    Raises:
        SourceError: when a file is missing or not in its format.
    """
    entry, reach = source.entry, source.reach
    for file in source.files:
        reach.file(file)
    reader = next(each for each in READERS if each.entry is type(entry))
    with reach.unquoted(entry.path, f"format {entry.format}"), _placed(source.files):
        for video in reader.read(source):
            yield simplified(video, entry.simplify) if entry.simplify else video


@contextmanager
def _placed(files: Sequence[str]) -> Iterator[None]:
    """Name the file in what the model says of a value that a reader took, such as a key that Labelbox refuses."""
    try:
        yield
    except AnnotationError as error:
        if any(file in str(error) for file in files):
            raise
        raise SourceError(f"{files[0]}: {error}", file=files[0]) from error
