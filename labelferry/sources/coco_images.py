"""The images of a COCO file -> the video and frame of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from labelferry.model import Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import LARGEST
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.documents import Node

__all__ = ["Image", "images_of"]

NUMBERS = ("frame_id", "frame_index", "frame_number", "frame_idx")
LAST_NUMBER = re.compile(r"(\d+)\D*$")


@dataclass(frozen=True, slots=True)
class Image:
    """A frame: the id of its video, its number from 0, and its size when the file says it."""

    video: Any
    frame: int
    size: tuple[int, int] | None


def images_of(document: Node, base: int | None, note: FindingHandler) -> Mapping[Any, Image]:
    """Return the images by their ids.

    Args:
        document: the file.
        base: number of the first frame in names; None: 0 if a name has it, else 1.
        note: takes a finding when the frames are numbers in names.

    Raises:
        SourceError: when an image has no number.
    """
    nodes = list(document.get("images").items())
    images = {node.get("id").key: _image(node) for node in nodes}
    named = {node.get("id").key: None for node in nodes if _is_numbered_by_name(node)}
    if not named:
        return images
    numbers = [images[ident].frame for ident in named]
    first = base if base is not None else min(1, *numbers)
    rule = ReaderRule.FRAMES_FROM_NAMES
    note(rule.at(Where(document.file), column="file_name", number=numbers[0] - first + 1))
    return {ident: replace(each, frame=each.frame - first * (ident in named)) for ident, each in images.items()}


def _is_numbered_by_name(node: Node) -> bool:
    """Whether an image has no number; PoseTrack's ``frame_id`` has that of the video in it, and is none."""
    value = node.first(*NUMBERS).value
    return value is None or (isinstance(value, int) and value > LARGEST)


def _image(node: Node) -> Image:
    frame = _number_in(node) if _is_numbered_by_name(node) else node.first(*NUMBERS).whole()
    width, height = node.get("width"), node.get("height")
    size = (width.whole(), height.whole()) if width.value and height.value else None
    return Image(node.get("video_id").key, frame, size)


def _number_in(node: Node) -> int:
    name = node.get("file_name").text("")
    found = LAST_NUMBER.search(PurePath(name).stem)
    if found is None or len(found.group(1)) > 9:
        raise node.fault(f"no frame_id, and no number in the name '{name}'", "add frame_id, counted from 0")
    return int(found.group(1))
