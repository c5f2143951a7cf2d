"""The results of one Label Studio task -> the boxes and answers of its video; facts: ``label_studio``."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, Where
from labelferry.model.frames import Span
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.areas import Polygons
from labelferry.sources.documents import Node
from labelferry.sources.moments import Ranges, exact, question, span_of
from labelferry.sources.objects import Objects
from labelferry.sources.source import Source

__all__ = ["take_results"]

UNNAMED = "object"
ANSWERS = ("choices", "textarea")


def take_results(objects: Objects, results: list[Node], source: Source[Any]) -> tuple[int, int] | None:
    """Take the results of a task, and return the size of its video, where it plays a part.

    Args:
        objects: of the video.
        results: of one annotation or prediction.
        source: the file; takes findings about regions that are not of a video.

    Raises:
        SourceError: when a value is not what it should be.
    """
    size: tuple[int, int] | None = None
    for ident, nodes in _regions(results):
        size = _size(nodes[0]) or size or source.size(objects.key)
        _region(objects, nodes, ident, size)
    ranges: Ranges = {}
    left = Counter(_kind(node) for node in results if not _is_taken(objects, node, ranges, source))
    for kind, count in left.items():
        source.note(ReaderRule.REGIONS_NOT_READ.at(objects.where, count=count, kind=kind))
    for name, answers in ranges.items():
        objects.classifications.append(question(name, answers, Where(source.file, detail=name)))
    return size


def _kind(node: Node) -> str:
    return node.get("type").text("no type")


def _is_taken(objects: Objects, node: Node, ranges: Ranges, source: Source[Any]) -> bool:
    """Take a result that is not a region with key frames; False for what is not of a video."""
    kind, value = _kind(node), node.get("value")
    if isinstance(value.get("sequence").value, list) or kind == "relation":
        return True
    if isinstance(value.get("ranges").value, list):
        for each in value.get("ranges").items():
            _hold(ranges, node, _frames(each))
    elif kind in ANSWERS:
        if not node.get("parentID").value:
            objects.classifications.append(_answered(node))
    elif value.get("start").value is not None and value.get("end").value is not None:
        _hold(ranges, node, _seconds(value, objects.key, source))
    else:
        return False
    return True


def _hold(ranges: Ranges, node: Node, span: Span) -> None:
    """Take the labels of a result for a range of frames."""
    kind = _kind(node)
    answers = ranges.setdefault(node.get("from_name").text(kind), {})
    for name in [label.text() for label in node.get("value").first(kind, "timelinelabels", "labels").items()] or [
        UNNAMED
    ]:
        answers.setdefault(name, []).append(span)


def _frames(each: Node) -> Span:
    start, end = each.get("start").whole(), each.get("end").whole()
    if start > end:
        raise each.fault(f"the range starts at frame {start} and ends at {end}")
    return Span(start, end)


def _seconds(value: Node, key: str, source: Source[Any]) -> Span:
    """The frames of a range on the sound of a video, which Label Studio counts in seconds."""
    start, end = value.get("start").number(), value.get("end").number()
    span = span_of(start, end, exact(source.rate(key)), source.media_of(key).frame_count)
    if span is None:
        raise value.fault(f"{start} to {end} is not a range of the video, in seconds")
    return span


def _regions(results: list[Node]) -> Iterator[tuple[str, list[Node]]]:
    """Yield each region with its results: what is asked about a region repeats its id and its key frames."""
    found: dict[str, list[Node]] = {}
    for at, node in enumerate(results):
        keyframes = node.get("value").get("sequence").value
        if isinstance(keyframes, list):
            ident = node.get("id").text(str(at + 1))
            same = ident in found and found[ident][0].get("value").get("sequence").value == keyframes
            found.setdefault(ident if same or ident not in found else f"{ident} {at + 1}", []).append(node)
    yield from found.items()


def _size(node: Node) -> tuple[int, int] | None:
    width, height = node.get("original_width"), node.get("original_height")
    return (width.whole(), height.whole()) if width.value and height.value else None


def _label(value: Node) -> str:
    for name in ("labels", "rectanglelabels", "videorectanglelabels"):
        for label in value.get(name).items():
            return label.text(UNNAMED)
    return UNNAMED


def _region(objects: Objects, nodes: list[Node], ident: str, size: tuple[int, int]) -> None:
    """Take a region: its key frames, and what is asked about it."""
    label = next((name for node in nodes if (name := _label(node.get("value"))) != UNNAMED), UNNAMED)
    if objects.named(label) is None:
        return
    _sequence(objects, nodes[0].get("value"), ident, label, size)
    asked = [_answered(node) for node in nodes if _kind(node) in ANSWERS]
    item = objects.objects.get((ident, label, Geometry.BOX))
    if asked and item is not None:
        item.said[0] = {str(each.feature): each for each in asked}  # constant: it holds for the whole track


def _sequence(objects: Objects, value: Node, ident: str, label: str, size: tuple[int, int]) -> None:
    where = Where(value.file, detail=f"region {ident}")
    last: tuple[int, Node] | None = None
    frames = sorted(((each.get("frame").whole(), each) for each in value.get("sequence").items()), key=_first)
    for frame, each in frames:
        _box(objects, each, ident, label, frame, size, where)
        last = (frame, each)
        if each.get("enabled").value is False:
            objects.of(ident, label, Geometry.BOX, where).hide(frame + 1)
            last = None
    count = value.get("framesCount").value
    if last is not None and isinstance(count, (int, float)) and math.isfinite(count) and last[0] < int(count):
        _box(objects, last[1], ident, label, int(count), size, where)


def _first(pair: tuple[int, Node]) -> int:
    return pair[0]


def _box(objects: Objects, node: Node, ident: str, label: str, frame: int, size: tuple[int, int], where: Where) -> None:
    left, top, width, height = (node.get(name).number() for name in ("x", "y", "width", "height"))
    box = [left * size[0] / 100, top * size[1] / 100, width * size[0] / 100, height * size[1] / 100]
    turned = node.get("rotation").value
    if isinstance(turned, (int, float)) and turned % 360:
        objects.other("rotated box", ident, label, frame, Polygons((_corners(box, float(turned)),)), where)
        return
    objects.of(ident, label, Geometry.BOX, where).add(frame, box)


def _corners(box: list[float], degrees: float) -> list[float]:
    """The corners of a box that is turned clockwise about its left top corner."""
    left, top, width, height = box
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    return [value for x, y in corners for value in (left + x * cos - y * sin, top + x * sin + y * cos)]


def _answered(node: Node) -> Classification:
    """An answer about the whole video, or a whole region."""
    kind, value = _kind(node), node.get("value")
    name, where = node.get("from_name").text(kind), Where(node.file, detail=node.path)
    if kind == "textarea":
        said = "\n".join(each.text("") for each in value.get("text").items()) or value.get("text").text("")
        return Classification(Feature(name), AnswerKind.TEXT, (Answer(text=said),), where)
    chosen = tuple(Answer(Feature(each.text())) for each in value.get("choices").items())
    return Classification(Feature(name), AnswerKind.RADIO if len(chosen) == 1 else AnswerKind.CHECKLIST, chosen, where)
