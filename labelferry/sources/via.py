"""VIA, the VGG Image Annotator -> LabelledVideo: projects of VIA 3, and CSV or JSON of VIA 2 (pictures).

VIA 3 has times ``z`` in seconds with attribute values ``av``: two are a range, one is a moment, and with ``xy`` it is a
region. VIA 2 has regions by the name of a picture, which has the frame's number; the track is an attribute of the
region. Facts: https://www.robots.ox.ac.uk/~vgg/software/via/ and https://gitlab.com/vgg/via (``via-3.x.y/CodeDoc.md``).
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Literal

from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import LabelledVideo, Where
from labelferry.model.frames import Span
from labelferry.model.keys import legal
from labelferry.sources.documents import Node, document_of
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import Ranges, exact, question, span_of
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.text import empty
from labelferry.sources.via_pictures import HEADER, METADATA, number_in_name, pictures_of
from labelferry.sources.via_shapes import region_of_version_3

__all__ = ["READER", "ViaLabels", "read"]

VERSION_3 = {"project", "metadata", "attribute", "file"}
CHECKBOX = 2


class ViaLabels(ShapedEntry):
    """A project of VIA 3, or a CSV or JSON of VIA 2 with a picture for each frame."""

    format: Literal["via"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video; a VIA 3 project names it, a file of pictures does not"
    )
    class_name: str = Field(default="object", description="The class of regions that do not say it")
    frame_base: Literal[0, 1] | None = Field(
        default=None, description="Number of the first picture; by default 0 if a name has it, else 1"
    )
    frame_offset: int = Field(default=0, description="Added to every frame, as -11383 for pictures from 00011384.jpg")
    gaps: Gaps = Field(default="close", description="Whether a missing frame ends a segment (close) or not (bridge)")


def read(source: Source[ViaLabels]) -> Iterator[LabelledVideo]:
    """Read a project, or regions by picture.

    Raises:
        SourceError: when it is neither, or a value in it is not what it should be.
    """
    if PurePath(source.file).suffix.lower() == ".csv":
        yield pictures_of(source)
        return
    document = document_of(source)
    if set(document.value if isinstance(document.value, dict) else ()) >= VERSION_3:
        yield from _project(document, source)
    else:
        yield pictures_of(source, document)


def _project(document: Node, source: Source[ViaLabels]) -> Iterator[LabelledVideo]:
    entry, attributes, shown = source.entry, dict(document.get("attribute").members()), _files_shown(document)
    videos: dict[str, tuple[Objects, Ranges]] = {}
    for ident, node in document.get("metadata").members():
        name = shown.get(node.get("vid").text(""), "")
        is_region = bool(node.get("xy").value)
        if not node.get("z").numbers() and not is_region:
            continue
        key = entry.global_key or legal(PurePath(name).name)
        where = Where(source.file, detail=key)
        found = Objects(key, where, source.note, entry.unrepresentable, entry.classes)
        objects, held = videos.setdefault(key, (found, {}))
        said = _said(node, attributes)
        if is_region:
            told = {question: ", ".join(answers) for question, answers in said.items()}
            frame = _moment(node, name, key, source)
            region_of_version_3(node.get("xy")).add(objects, told, frame, (entry.class_name, ident), where)
        elif said:
            span = _span(node, key, source)
            for question_name, answers in said.items():
                for answer in answers:
                    held.setdefault(question_name, {}).setdefault(answer, []).append(span)
    yield from _finished(videos, source)


def _finished(videos: Mapping[str, tuple[Objects, Ranges]], source: Source[ViaLabels]) -> Iterator[LabelledVideo]:
    found = False
    for key, (objects, held) in videos.items():
        where = Where(source.file, detail=key)
        objects.classifications += [question(name, answers, where) for name, answers in held.items()]
        if not objects.is_empty or objects.refused:
            found = True
            yield objects.finished(source.known_size(key), gaps=source.entry.gaps)
    if not found:
        raise empty(source.file, "no ranges with values, and no regions")


def _files_shown(document: Node) -> dict[str, str]:
    """The name of the file that each view shows first."""
    names = {key: node.get("fname").text(key) for key, node in document.get("file").members()}
    views = {key: list(node.get("fid_list").items()) for key, node in document.get("view").members()}
    return {key: names.get(files[0].text(""), "") for key, files in views.items() if files}


def _said(node: Node, attributes: Mapping[str, Node]) -> dict[str, list[str]]:
    """The questions that are answered, each with its answers; options are given by their ids."""
    found: dict[str, list[str]] = {}
    for key, value in node.get("av").members():
        asked = attributes.get(key, Node(None, node.file))
        options = {ident: each.text(ident) for ident, each in asked.get("options").members()}
        said = value.text("")
        several = said.split(",") if asked.get("type").value == CHECKBOX and said not in options else [said]
        answers = [options.get(each.strip(), each.strip()) for each in several if each.strip()]
        if answers:
            found.setdefault(asked.get("aname").text(key), []).extend(answers)
    return found


def _span(node: Node, key: str, source: Source[ViaLabels]) -> Span:
    moments = node.get("z").numbers()
    span = span_of(moments[0], moments[-1], exact(source.rate(key)), source.media_of(key).frame_count)
    if span is None or len(moments) > 2:
        raise node.fault(f"z {node.get('z').shown} is not a range of the video, in seconds")
    return span


def _moment(node: Node, name: str, key: str, source: Source[ViaLabels]) -> int:
    """The frame of a region: of its time, or the number of the picture that it is in."""
    if node.get("z").numbers():
        return _span(node, key, source).start
    return number_in_name(name, Where(source.file, detail=node.path)) + source.entry.frame_offset


def _recognise(look: Glance) -> Guess | None:
    if look.keys >= VERSION_3:
        return Guess(CERTAIN, "project, attribute, file and metadata, as in VIA 3")
    options = {"global_key": "{stem}"}
    if METADATA in look.keys or _is_picture(look.json):
        return Guess(CERTAIN, "pictures with regions, as in VIA 2", options)
    if look.suffix != ".csv" or not look.lines or HEADER[1] not in look.lines[0]:
        return None
    try:
        read_sheet(look.path, look.path.name)
    except SourceError:
        return None
    return Guess(CERTAIN, "columns region_shape_attributes and region_attributes, as in VIA 2", options)


def _is_picture(value: object) -> bool:
    """Whether the first value of an object is a picture with regions."""
    first = next(iter(value.values()), None) if isinstance(value, dict) else None
    return isinstance(first, dict) and {"filename", "regions"} <= set(first)


READER = Reader(
    ViaLabels,
    read,
    _recognise,
    endings=(
        ".json",
        ".csv",
    ),
    signs="JSON with project, attribute, file, metadata (VIA 3); CSV with region_shape_attributes, or JSON of pictures "
    "with regions (VIA 2)",
    takes="ranges as answers; rectangles, points, polylines with tracks and attributes",
    leaves="polygons, circles, ellipses (see unrepresentable)",
)
