"""VIA 2's regions by picture, CSV or JSON -> LabelledVideo: the number in a picture's name is the frame."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from labelferry.model import LabelledVideo, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.documents import Node
from labelferry.sources.objects import Objects
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault, json_in
from labelferry.sources.via_shapes import region_of

if TYPE_CHECKING:
    from labelferry.sources.via import ViaLabels

__all__ = ["HEADER", "METADATA", "number_in_name", "pictures_of"]

HEADER = ("filename", "region_shape_attributes", "region_attributes")
METADATA = "_via_img_metadata"
LAST_NUMBER = re.compile(r"(\d+)\D*$")


@dataclass(frozen=True, slots=True)
class PictureRegion:
    """A region of a picture; ``shape`` is none of a picture without one."""

    picture: str
    shape: Node
    attributes: Node
    where: Where
    ident: str


def pictures_of(source: "Source[ViaLabels]", document: Node | None = None) -> LabelledVideo:
    """Read regions by picture: one video.

    Args:
        source: the file and its options.
        document: the file, when it is JSON.

    Raises:
        SourceError: when the video is not named, or a picture's name has no number.
    """
    entry = source.entry
    if entry.global_key is None:
        raise fault(source.file, None, "a file of pictures does not name the video", "say global_key: in the spec")
    regions = list(_of_table(source) if document is None else _of_json(document))
    if not regions:
        raise empty(source.file, "no pictures")
    numbers = [number_in_name(each.picture, each.where) for each in regions]
    base = min(1, *numbers) if entry.frame_base is None else entry.frame_base
    shift = entry.frame_offset - base + 1
    rule = ReaderRule.FRAMES_FROM_NAMES
    source.note(rule.at(Where(source.file, 1), column="filename", number=numbers[0] + shift))
    objects = Objects(entry.global_key, regions[0].where, source.note, entry.unrepresentable, entry.classes)
    for number, each in zip(numbers, regions, strict=True):
        if number + shift < 1:
            what = f"'{each.picture}' lies before the first frame"
            raise fault(source.file, each.where.line, what, "correct frame_offset")
        if each.shape.get("name").value is not None:
            said = _said(each.attributes)
            region_of(each.shape).add(objects, said, number + shift, (entry.class_name, each.ident), each.where)
    return objects.finished(source.known_size(entry.global_key), gaps=entry.gaps)


def number_in_name(name: str, where: Where) -> int:
    """Return the number of a picture.

    Raises:
        SourceError: when its name has none.
    """
    found = LAST_NUMBER.search(PurePath(name).stem)
    if found is None or len(found.group(1)) > 9:
        raise fault(where.source, where.line, f"no frame number in '{name}'", "name pictures by frame")
    return int(found.group(1))


def _of_table(source: "Source[ViaLabels]") -> Iterator[PictureRegion]:
    sheet = read_sheet(source.reach.file(source.file), source.file)
    names, shapes, attributes = (sheet.text(name) for name in HEADER)
    for row, name in enumerate(names):
        where = sheet.places.where(row)
        yield PictureRegion(name, _json(shapes[row], where), _json(attributes[row], where), where, f"region {row + 1}")


def _of_json(document: Node) -> Iterator[PictureRegion]:
    """The regions of a project or of its annotations; version 1 has them by number."""
    whole = document.get(METADATA)
    for _, picture in (whole if whole.value is not None else document).members():
        name, where = picture.get("filename").text(), Where(document.file, detail=picture.path)
        holder = picture.get("regions")
        regions = [*holder.items(), *(node for _, node in holder.members())]
        missing = Node({}, document.file, picture.path)
        if not regions:
            yield PictureRegion(name, missing, missing, where, "")
        for node in regions:
            shape, attributes = node.get("shape_attributes"), node.get("region_attributes")
            yield PictureRegion(name, shape, attributes, Where(document.file, detail=node.path), node.path)


def _json(text: str, where: Where) -> Node:
    return Node(json_in((text or "{}").encode(), where.source, where.line, "export it again"), f"{where}")


def _said(attributes: Node) -> dict[str, str]:
    """The attributes of a region; a checkbox has its options as an object."""
    found: dict[str, str] = {}
    for name, node in attributes.members():
        chosen = [option for option, each in node.members() if each.value is True]
        found[name] = ", ".join(chosen) if chosen else node.text("")
    return {name: value for name, value in found.items() if value}
