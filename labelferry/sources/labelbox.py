"""Labelbox's own exports -> LabelledVideo, for a way from project to project: v2 (NDJSON or JSON) and v1.

Every frame that the export has becomes a keyframe, and ``segments`` cut the track; without them a missing frame does.
Facts: https://docs.labelbox.com/reference/export-video-annotations, and the exports in the official SDK's tests.
"""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from labelferry.model import LabelledVideo
from labelferry.sources.documents import Node
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.labelbox_label import ExportedLabel
from labelferry.sources.objects import ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, empty, fault, json_in

__all__ = ["READER", "LabelboxLabels", "read"]

REMEDY = "export it again"
V1 = {"DataRow ID", "Labeled Data"}


class LabelboxLabels(ShapedEntry):
    """An export of a Labelbox project (v1 or v2), to bring its labels into another."""

    format: Literal["labelbox"]
    global_key: GlobalKey | None = Field(
        default=None, description="The video of rows without a global key; by default their external id"
    )
    project: str | None = Field(
        default=None, description="Name or id of the project whose labels are taken, when a row is in several"
    )


def read(source: Source[LabelboxLabels]) -> Iterator[LabelledVideo]:
    """Read an export, a row at a time.

    Args:
        source: the file; takes findings about masks that are given by URL, and other shapes that are not read.

    Yields:
        One video for each label of each row.

    Raises:
        SourceError: when it is not an export, or a value is not what it should be.
    """
    found = False
    for row in _whole(_rows(source)):
        for label in _labels(row, source.entry.project):
            found = True
            yield label.video(source, row)
    if not found:
        raise empty(source.file, "no labels of videos in its rows")


def _rows(source: Source[LabelboxLabels]) -> Iterator[Node]:
    """Yield the rows of an export: lines, an array, or one object."""
    data = bytes_of(source.reach.file(source.file), source.file)
    if data.lstrip()[:1] == b"[":
        yield from Node(json_in(data, source.file, None, REMEDY), source.file).items()
        return
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if len(lines) > 1 and all(line.strip()[-1:] == b"}" and line.strip()[:1] == b"{" for _, line in lines):
        for number, line in lines:
            yield Node(json_in(line, source.file, number, REMEDY), source.file, f"line {number}")
        return
    yield Node(json_in(data, source.file, None, REMEDY), source.file)


def _whole(rows: Iterator[Node]) -> Iterator[Node]:
    """Yield the rows; frames alone, as the URL in an export v1 returns them, are the label of one."""
    frames: list[Any] = []
    for row in rows:
        if row.get("frameNumber").value is None:
            yield row
        else:
            frames.append(row.value)
    if frames:
        yield Node({"Label": frames}, row.file)


def _labels(row: Node, project: str | None) -> Iterator[ExportedLabel]:
    if isinstance(row.get("Label").value, dict):
        _refuse_url(row.get("Label"))  # otherwise the label of an image, a text, ...
        return
    if isinstance(row.get("Label").value, list):
        yield ExportedLabel.of_v1(row.get("Label"))
    elif isinstance(row.get("key_frame_feature_map").value, (dict, list)):
        what = "its features have ids and no names: parts of the export were removed"
        raise fault(row.file, None, f"{row.path}: {what}", "export the project again, and read the whole file")
    elif isinstance(row.get("annotations").value, dict):  # a label alone
        yield ExportedLabel(row.get("annotations"))
    else:
        for ident, node in row.get("projects").members():
            if project is None or project in (ident, node.get("name").text("")):
                for label in node.get("labels").items():
                    yield ExportedLabel(label.get("annotations"))


def _refuse_url(label: Node) -> None:
    if isinstance(label.get("frames").value, str):
        what = "the export has the URL of the frames, not the frames"
        remedy = "download what is at the URL with your API key, and read that file, or export the project again as v2"
        raise label.fault(what, remedy)


def _recognise(look: Glance) -> Guess | None:
    first = look.json[0] if isinstance(look.json, list) and look.json else look.json
    if not isinstance(first, dict):
        return None
    if look.keys >= V1:
        return Guess(CERTAIN, "DataRow ID and Labeled Data, as in export v1")
    if {"data_row", "projects"} <= look.keys:
        return Guess(CERTAIN, "data_row and projects, as in export v2")
    if {"data_row", "key_frame_feature_map"} <= look.keys:
        return Guess(CERTAIN, "data_row and segments, as in parts of export v2")
    if {"frameNumber", "objects", "classifications"} <= look.keys:
        return Guess(CERTAIN, "frames with objects, as the URL in an export v1 returns them", {"global_key": "{stem}"})
    if "annotations" in look.keys and "label_kind" in look.keys:
        return Guess(CERTAIN, "a label of an export", {"global_key": "{stem}"})
    return None


READER = Reader(
    LabelboxLabels,
    read,
    _recognise,
    endings=(
        ".json",
        ".ndjson",
    ),
    signs="JSON or NDJSON with data_row and projects (v2), DataRow ID and Labeled Data, or frames with "
    "frameNumber (v1)",
    takes="boxes, points, lines with nested answers, classifications of the video and of frames",
    leaves="masks given by URL, polygons, relationships, comments",
)
