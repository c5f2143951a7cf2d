"""CVAT's "CVAT for video 1.1" export -> LabelledVideo: ``annotations.xml``, alone or in the zip that CVAT makes.

Frames count from 0 and are those of the source video, also when a task takes only some of them. Every row is taken,
keyframe or not, since CVAT writes the interpolated shape of each visible frame. ``outside="1"`` ends a segment at the
frame before; so does a missing stretch in a track that has a row for each frame. A track without such a row ends at its
last row. A project's export has several tasks, each a video. Facts:
https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/ and https://docs.cvat.ai/docs/api_sdk/xml_format/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal
from zipfile import ZipFile

from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import LabelledVideo
from labelferry.sources.archives import is_archive, members
from labelferry.sources.cvat_xml import CvatFile, parse
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.objects import ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, fault

__all__ = ["READER", "CvatLabels", "read"]

XML = "annotations.xml"


class CvatLabels(ShapedEntry):
    """An export of CVAT, "CVAT for video 1.1": its XML file, or the zip archive with it."""

    format: Literal["cvat"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video; by default the name of the video file that the task names"
    )
    tasks: dict[str, str] = Field(
        default_factory=dict, description="Global key by the name or id of a task, for an export of several tasks"
    )


def read(source: Source[CvatLabels]) -> Iterator[LabelledVideo]:
    """Read an export: a video for each task, a track for each CVAT track.

    Args:
        source: the file; takes findings about shapes that an import cannot hold.

    Yields:
        One video for each task with tracks.

    Raises:
        SourceError: when it is not an export of a video, an object has two shapes in one frame, or it has several
            tasks and the entry only one key.
    """
    found = CvatFile(source)
    with _xml(source.reach.file(source.file), source.file) as stream:
        parse(stream, found)
    yield from found.finished()


@contextmanager
def _xml(path: Path, shown: str) -> Iterator[IO[bytes]]:
    if is_archive(path):
        name = next((each for each in members(path) if Path(each).name == XML), None)
        if name is None:
            raise fault(shown, None, f"no {XML} in this archive", "export as CVAT for video 1.1")
        with ZipFile(path) as archive, archive.open(name) as stream:
            yield stream
        return
    bytes_of(path, shown)
    with path.open("rb") as stream:
        yield stream


def _recognise(look: Glance) -> Guess | None:
    if look.is_archive:
        named = any(Path(name).name == XML for name in look.files)
        return Guess(CERTAIN, f"a zip archive with {XML}", _key_of(look.path)) if named else None
    if look.suffix != ".xml" or "<annotations" not in look.text[:4096]:
        return None
    return Guess(CERTAIN, "XML with <annotations>", _key_of(look.path))


def _key_of(path: Path) -> dict[str, str]:
    """The key from the name of the file, when no task names its video."""
    found = CvatFile(None)
    try:
        with _xml(path, path.name) as stream:
            parse(stream, found)
    except SourceError:
        return {}
    return {} if found.tasks else {"global_key": "{stem}"}


READER = Reader(
    CvatLabels,
    read,
    _recognise,
    endings=(".xml",),
    signs="XML whose root is <annotations>, or a zip archive with annotations.xml",
    takes="boxes, points, polylines, skeletons as points, masks, attributes; several tasks of a project",
    leaves="polygons, ellipses, cuboids and rotated boxes (see unrepresentable), occluded, z-order",
)
