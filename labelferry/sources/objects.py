"""The objects of one video, row by row as a file tells them -> tracks, masks and their answers.

Rows may come in any order, visible or hidden. What Labelbox video cannot hold (polygons, rotated boxes and so on) is
counted, and drawn as a mask, given as a box or left out as the spec says.
"""

from array import array
from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from labelferry.model import AnswerKind, Classification, Geometry, LabelledVideo, RowRef, Where
from labelferry.model.findings import FindingHandler
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.areas import Area, Areas
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.numbering import Gaps
from labelferry.sources.object_rows import Object, ObjectQuestion, track_of
from labelferry.sources.text import fault

__all__ = ["ObjectPolicy", "Objects", "ShapedEntry"]

ObjectPolicy = Literal["error", "rasterize", "envelope", "drop"]

DONE = {"rasterize": "drawn as masks", "envelope": "given as bounding boxes", "drop": "left out"}


class ShapedEntry(LabelsEntry):
    """An entry whose files may have shapes that Labelbox video cannot hold."""

    unrepresentable: ObjectPolicy = Field(
        default="error",
        description="Shapes that an import cannot hold (polygons, ellipses, rotated boxes, cuboids): stop, draw them "
        "as masks, give the box around them, or leave them out",
    )
    classes: dict[str, str | None] = Field(
        default_factory=dict, description="New name by class, or null to leave the class out; others stay as they are"
    )


class Objects:
    """The objects of one video.

    Args:
        key: global key of the video.
        where: the labels are.
        note: takes findings.
        policy: what becomes of shapes that cannot be held.
        classes: new names by class, None for those that are left out.
        kinds: how an attribute is answered; options unless it says text.
    """

    def __init__(
        self,
        key: str,
        where: Where,
        note: FindingHandler,
        policy: ObjectPolicy,
        classes: Mapping[str, str | None] | None = None,
        kinds: Mapping[ObjectQuestion, AnswerKind] | None = None,
    ) -> None:
        self.key, self.where, self.note = key, where, note
        self.policy, self.classes, self.kinds = policy, classes or {}, dict(kinds or {})
        self.objects: dict[tuple[str, str, Geometry], Object] = {}
        self.areas = Areas(where, note)
        self.classifications: list[Classification] = []
        self.refused: dict[str, tuple[int, Where]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether it has taken nothing that is to be labelled."""
        return not (self.objects or self.areas.objects or self.classifications)

    def named(self, label: str) -> str | None:
        """The name of a class; None when it is left out."""
        return self.classes.get(label, label)

    def of(self, ident: str, label: str, geometry: Geometry, where: Where) -> Object:
        """The object of an id and a class, with all its rows so far."""
        key = (ident, label, geometry)
        if key not in self.objects:
            name = self.named(label)
            if not (name or label).strip():
                raise fault(where.source, where.line, f"track {ident} has no class", "name it in the file")
            self.objects[key] = Object(name or label, geometry, ident, where, kept=name is not None)
        return self.objects[key]

    def area(self, ident: str, label: str, frame: int, area: Area, where: Where) -> None:
        """Take the area of an object in a frame, to be drawn as a mask."""
        if (name := self.named(label)) is not None:
            self.areas.add(ident, name, frame, area, where)

    def other(self, thing: str, ident: str, label: str, frame: int, area: Area, where: Where, line: int = 0) -> None:
        """Take a shape that cannot be held: counted, and kept as the spec says.

        Args:
            thing: what it is, such as ``polygon``.
            ident: of the object.
            label: its class.
            frame: counted from 1.
            area: what it covers.
            where: it is.
            line: of its file.
        """
        if self.named(label) is None:
            return
        count, first = self.refused.get(thing, (0, where))
        self.refused[thing] = (count + 1, first)
        if self.policy == "rasterize":
            self.area(ident, label, frame, area, where)
        elif self.policy == "envelope":
            self._around(self.of(ident, label, Geometry.BOX, where), frame, area, line)

    def _around(self, item: Object, frame: int, area: Area, line: int) -> None:
        """Take the box around an area, and around what the object covers elsewhere in the same frame."""
        left, top, width, height = area.envelope()
        if not (item.frames and item.frames[-1] == frame and item.visible[-1]):
            item.add(frame, (left, top, width, height), line)
            return
        other = item.coords[-4:]
        right, bottom = max(left + width, other[0] + other[2]), max(top + height, other[1] + other[3])
        left, top = min(left, other[0]), min(top, other[1])
        item.coords[-4:] = array("d", (left, top, right - left, bottom - top))

    def finished(self, size: tuple[int, int] | None, *, step: int = 1, gaps: Gaps | None = None) -> LabelledVideo:
        """Return the labelled video.

        Args:
            size: width and height in pixels, for masks.
            step: frames from one row to the next of a track that has a row for each.
            gaps: what missing frames mean; None closes them in tracks that have a row for most frames.

        Raises:
            SourceError: when an object has two shapes in a frame, or there are masks and no size.
        """
        self._tell()
        kept = [each for each in self.objects.values() if each.kept]
        tracks = [track for each in kept if (track := track_of(each, step, gaps, self.kinds))]
        masks = self.areas.masks(size)
        return LabelledVideo(
            RowRef(self.key), self.where, tuple(self.classifications), (masks,) if masks else (), tuple(tracks)
        )

    def _tell(self) -> None:
        for thing, (count, first) in self.refused.items():
            if self.policy == "error":
                found = ReaderRule.UNREPRESENTABLE.at(first, row=self.key, count=count, thing=thing)
            else:
                rule, done = ReaderRule.UNREPRESENTABLE_CHANGED, DONE[self.policy]
                found = rule.at(first, row=self.key, count=count, thing=thing, done=done)
            self.note(found)
