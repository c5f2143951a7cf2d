"""A track's segments turned into objects on frames, linearly interpolated between keyframes on request."""

from typing import Any

from labelferry.localbox.rendering.classifications import nested_of
from labelferry.localbox.rendering.sheet import Sheet, heading
from labelferry.localbox.validation.features import Feature
from labelferry.localbox.validation.objects import GEOMETRIES

KINDS = {"bbox": "VideoBoundingBox", "point": "VideoPoint", "line": "VideoPolyline"}
MEMBERS = {"bbox": "bounding_box", "point": "point", "line": "line"}


def on_sheet(sheet: Sheet, line: dict[str, Any], tool: Feature) -> None:
    """Write a line with segments."""
    track_id, geometry = line["id"], GEOMETRIES[tool.kind]
    ranges, marks = [], []
    for segment in line["segments"]:
        keyframes = sorted(segment["keyframes"], key=lambda keyframe: int(keyframe["frame"]))
        ranges.append((keyframes[0]["frame"], keyframes[-1]["frame"]))
        marks += [keyframe["frame"] for keyframe in keyframes]
        _place(sheet, keyframes, tool, track_id, geometry)
    sheet.segments[track_id] = sorted(ranges)
    sheet.keyframes[track_id] = sorted(marks)


def _place(sheet: Sheet, keyframes: list[dict[str, Any]], tool: Feature, track_id: str, geometry: str) -> None:
    for number, keyframe in enumerate(keyframes):
        nested = nested_of(sheet, keyframe, tool.children, f"{track_id}/{keyframe['frame']}")
        stem = heading(track_id, tool) | {"annotation_kind": KINDS[geometry], "classifications": nested}
        sheet.place(keyframe["frame"], track_id, stem | {MEMBERS[geometry]: keyframe[geometry]})
        if sheet.interpolated and number + 1 < len(keyframes):
            for frame, shape in between(keyframe, keyframes[number + 1], geometry):
                sheet.place(frame, track_id, stem | {MEMBERS[geometry]: shape})


def between(one: dict[str, Any], other: dict[str, Any], geometry: str) -> list[tuple[int, Any]]:
    """Return the frames strictly between two keyframes, each with its shape."""
    start, end = one["frame"], other["frame"]
    return [
        (frame, moved(one[geometry], other[geometry], (frame - start) / (end - start)))
        for frame in range(start + 1, end)
    ]


def moved(one: Any, other: Any, share: float) -> Any:
    """Return a shape interpolated part of the way to another; lines of different lengths stay as they are."""
    if isinstance(one, list):
        if len(one) != len(other):
            return one
        return [moved(a, b, share) for a, b in zip(one, other, strict=True)]
    if isinstance(one, dict):
        return {key: moved(value, other[key], share) for key, value in one.items() if key in other}
    return one + (other - one) * share
