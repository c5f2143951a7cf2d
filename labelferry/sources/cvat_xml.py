"""The elements of a CVAT XML file, one after another as the parser meets them -> the objects of each task's video."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from labelferry.errors import SourceError
from labelferry.model import AnswerKind, LabelledVideo, Where
from labelferry.model.keys import legal
from labelferry.sources.cvat_shapes import SHAPES, ShapeRow
from labelferry.sources.objects import Objects
from labelferry.sources.source import Source
from labelferry.sources.text import fault

if TYPE_CHECKING:
    from labelferry.sources.cvat import CvatLabels

__all__ = ["CvatFile", "parse"]

UNANSWERED = "__undefined__"
TEXT_INPUTS = {"text", "number"}
ELEMENTS = {"points", "skeleton"}


class _EnoughError(SAXException):
    """All that was looked for is known."""


@dataclass(slots=True)
class CvatTask:
    """What an export says of a task."""

    id: str = ""
    name: str = ""
    source: str = ""
    width: float = 0
    height: float = 0
    step: int = 1

    @property
    def key(self) -> str:
        """The global key that its video most likely has."""
        return legal(PurePath(self.source or self.name).name) if self.source or self.name else ""

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of its video in pixels, when the file has them."""
        return (int(self.width), int(self.height)) if self.width and self.height else None


@dataclass(slots=True)
class _Track:
    ident: str
    label: str
    task: str
    line: int
    common: dict[str, str] = field(default_factory=dict)


class CvatFile(ContentHandler):
    """Takes the elements of a file.

    Args:
        source: what is read; None only looks at the tasks.
    """

    def __init__(self, source: "Source[CvatLabels] | None") -> None:
        super().__init__()
        self.source = source
        self.tasks: list[CvatTask] = []
        self.kinds: dict[tuple[str, str], AnswerKind] = {}
        self.videos: dict[str, Objects] = {}
        self.images = self.tracks = 0
        self.path: list[str] = []
        self.text: list[str] = []
        self.open: list[_Track] = []
        self.row: ShapeRow | None = None
        self.elements: list[ShapeRow] = []
        self.named: dict[str, str] = {}
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  SAX's name
        """Take what knows the line."""
        self.locator = locator

    @property
    def line(self) -> int:
        """The line that the parser is at."""
        return (self.locator.getLineNumber() or 0) if self.locator else 0

    @property
    def file(self) -> str:
        """The file, as the user calls it."""
        return self.source.file if self.source else ""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  SAX's name
        """Take the beginning of an element."""
        self.path.append(name)
        self.text.clear()
        if name == "task" and "meta" in self.path:
            self.tasks.append(CvatTask())
        elif name == "attribute" and "name" in attrs:
            self.named["given"] = str(attrs["name"])
        elif name == "image":
            self.images += 1
        elif name == "track":
            if self.source is None:
                raise _EnoughError("the tasks come before the tracks")
            self._begin_track(dict(attrs.items()))
        elif name in SHAPES and self.open:
            self._begin_row(name, dict(attrs.items()))

    def characters(self, content: str) -> None:
        """Take text."""
        self.text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802  SAX's name
        """Take the end of an element."""
        said = "".join(self.text).strip()
        self.text.clear()
        if "meta" in self.path:
            self._end_meta(name, said)
        elif name == "attribute":
            self._end_attribute(said)
        elif name == "track" and self.open:
            self.open.pop()
        elif name in SHAPES and self.row is not None:
            self._end_row(name)
        self.path.pop()

    def _begin_track(self, attrs: Mapping[str, str]) -> None:
        if not self.open:
            self.tracks += 1
            ident, label, task = attrs.get("id", str(self.tracks)), attrs.get("label", ""), attrs.get("task_id", "")
        else:  # a point of a skeleton, with frames of its own
            above = self.open[0]
            ident = f"{above.ident}/{attrs.get('label', attrs.get('id', ''))}"
            label, task = f"{above.label} {attrs.get('label', '')}".strip(), above.task
        self.open.append(_Track(ident, label, task, self.line))

    def _begin_row(self, name: str, attrs: dict[str, str]) -> None:
        row = ShapeRow(name, attrs, self.line)
        if self.row is not None and self.row.kind == "skeleton":
            self.elements.append(row)
            return
        self.row, self.elements = row, []

    def _end_attribute(self, said: str) -> None:
        name = self.named.pop("given", "")
        if not name or not said or said == UNANSWERED:
            return
        if self.row is not None:
            self.row.attributes[name] = said
        elif self.open:
            self.open[-1].common[name] = said

    def _end_row(self, name: str) -> None:
        row = self.row
        if row is None or (row.kind == "skeleton" and name != "skeleton"):
            return
        self.row = None
        track = self.open[-1]
        row.attributes = {**track.common, **row.attributes}
        objects = self._objects(track)
        if objects.named(track.label) is None:
            return
        if row.kind != "skeleton":
            self._take(objects, row, track.ident, track.label, row.frame(self.file))
            return
        for element in self.elements:
            called = element.attrs.get("label", "")
            label = f"{track.label} {called}".strip()
            element.attrs.setdefault("outside", row.attrs.get("outside", "0"))
            element.attributes = row.attributes
            self._take(objects, element, f"{track.ident}/{called}", label, row.frame(self.file))

    def _take(self, objects: Objects, row: ShapeRow, ident: str, label: str, frame: int) -> None:
        try:
            SHAPES[row.kind](objects, row, ident, label, frame, Where(self.file, row.line, f"track {ident}"))
        except (KeyError, ValueError, OverflowError) as error:
            what = f"{row.kind} of track {ident} cannot be read ({type(error).__name__}: {error})"
            raise fault(self.file, row.line, what, "export it from CVAT again") from error

    def _objects(self, track: _Track) -> Objects:
        key = self._key(track.task)
        if key not in self.videos and self.source is not None:
            where = Where(self.file, track.line)
            entry = self.source.entry
            self.videos[key] = Objects(key, where, self.source.note, entry.unrepresentable, entry.classes, self.kinds)
        return self.videos[key]

    def _key(self, task_id: str) -> str:
        """The video of a track, by the id of its task."""
        named = (each for each in self.tasks if each.id == task_id)
        task = next(named, self.tasks[0] if self.tasks else CvatTask())
        return self._key_in_spec(self.source.entry, task) if self.source else task.key

    def _key_in_spec(self, entry: "CvatLabels", task: CvatTask) -> str:
        if told := entry.tasks.get(task.id) or entry.tasks.get(task.name):
            return told
        if entry.global_key and len(self.tasks) > 1:
            names = ", ".join(f"{each.id}: {each.key}" for each in self.tasks[:5])
            what = f"an export of {len(self.tasks)} tasks, each a video of its own"
            raise fault(self.file, None, what, f"leave global_key out, or say tasks: {{{names}}}")
        if key := entry.global_key or task.key:
            return key
        raise fault(self.file, None, "the file does not name its video", "say global_key: in the spec")

    def _end_meta(self, name: str, said: str) -> None:
        above = self.path[-2] if len(self.path) > 1 else ""
        if above == "attribute" or name == "attribute":
            self._end_declared(name, said)
        elif above == "label" and name == "name":
            self.named["label"] = said
        elif self.tasks:
            self._end_of_task(self.tasks[-1], above, name, said)

    def _end_of_task(self, task: CvatTask, above: str, name: str, said: str) -> None:
        match above, name:
            case "task", "id" | "name":
                setattr(task, name, said)
            case _, "source":
                task.source = task.source or said
            case "original_size", "width" | "height":
                setattr(task, name, _number(said))
            case _, "frame_filter" if said.startswith("step="):
                task.step = max(1, int(_number(said.removeprefix("step="))))

    def _end_declared(self, name: str, said: str) -> None:
        """The declaration of an attribute: how it is answered."""
        if name in ("name", "input_type"):
            self.named[name] = said
        elif name == "attribute":
            if "=" in said:  # as CVAT wrote it before 2019: ~select=action:standing,walking
                kind, _, rest = said.lstrip("@~").partition("=")
                self.named |= {"input_type": kind, "name": rest.partition(":")[0]}
            question = (self.named.get("label", ""), self.named.pop("name", ""))
            if self.named.pop("input_type", "") in TEXT_INPUTS:
                self.kinds[question] = AnswerKind.TEXT

    def finished(self) -> Iterator[LabelledVideo]:
        """Yield the videos.

        Raises:
            SourceError: when there are no tracks.
        """
        if not self.tracks and self.images:
            what = f"{self.images} <image> and no <track>: an export as CVAT for images"
            raise fault(self.file, None, what, "export the task as CVAT for video 1.1, which has the tracks")
        if not self.tracks:
            raise fault(self.file, None, "no <track> in this file", "export the task as CVAT for video 1.1")
        for key, objects in self.videos.items():
            task = next((each for each in self.tasks if self._key(each.id) == key), CvatTask())
            yield objects.finished(task.size or (self.source.known_size(key) if self.source else None), step=task.step)


def _number(said: str) -> float:
    try:
        value = float(said)
    except ValueError:
        return 0.0
    return value if math.isfinite(value) and 0 <= value < 2**31 else 0.0


def parse(stream: IO[bytes], found: CvatFile) -> None:
    """Parse a file; entities are refused, since one may stand for gigabytes.

    Raises:
        SourceError: when it is not XML.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.sax import make_parser

    parser: Any = make_parser()
    parser.setContentHandler(found)
    try:
        parser.parse(stream)
    except DefusedXmlException as error:
        raise SourceError(f"{found.file}: XML with entities of its own, which are not read; remove them") from error
    except _EnoughError:
        return
    except (SAXException, ValueError, LookupError) as error:  # the last: an encoding that is none
        raise fault(found.file, found.line or None, f"not XML ({error})", "export it again") from error
