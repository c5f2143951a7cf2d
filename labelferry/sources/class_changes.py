"""Tracks whose boxes change their class -> one class each, or a track for each class, as the policy says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from labelferry.model import Where
from labelferry.model.findings import FindingHandler
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.boxes import Boxes, CodeColumn
from labelferry.sources.numbering import ClassChange

__all__ = ["Changes", "note_changes", "settle", "settled"]


class Changes(NamedTuple):
    """Tracks that change their class: how many, and the first by name and place."""

    number: int
    name: str
    where: Where


def settled(boxes: Boxes, policy: ClassChange, note: FindingHandler, videos: CodeColumn | None = None) -> Boxes:
    """Give tracks that change their class one class, or make a track of each, as the policy says, with a warning."""
    boxes, changes = settle(boxes, policy, videos)
    note_changes([changes] if changes else [], policy, note)
    return boxes


def note_changes(changes: Sequence[Changes], policy: ClassChange, note: FindingHandler) -> None:
    """Say which tracks change their class."""
    if changes:
        first = min(changes, key=lambda each: each.where.line or 0)
        done = "each has the class of most of its boxes" if policy == "majority" else "each becomes a track a class"
        count = sum(each.number for each in changes)
        note(ReaderRule.CLASSES_CHANGE.at(first.where, count=count, first=first.name, done=done))


def settle(boxes: Boxes, policy: ClassChange, videos: CodeColumn | None = None) -> tuple[Boxes, Changes | None]:
    """Return the boxes with one class a track, and the tracks that had several."""
    if policy == "fail" or not len(boxes):
        return boxes, None
    placed = np.zeros(len(boxes), dtype=np.int64) if videos is None else videos
    whole, tracks = np.unique(np.column_stack((placed, boxes.tracks)), axis=0, return_inverse=True)
    counts = np.zeros((len(whole), len(boxes.features)), dtype=np.int64)
    np.add.at(counts, (tracks, boxes.classes), 1)
    changing = np.count_nonzero(counts, axis=1) > 1
    if not changing.any():
        return boxes, None
    first = int(np.argmax(changing[tracks]))
    changes = Changes(int(changing.sum()), boxes.names[boxes.tracks[first]], boxes.places.where(first))
    if policy == "majority":
        return replace(boxes, classes=counts.argmax(axis=1)[tracks]), changes
    pairs, codes = np.unique(np.column_stack((boxes.tracks, boxes.classes)), axis=0, return_inverse=True)
    several = {int(boxes.tracks[row]) for row in np.flatnonzero(changing[tracks]).tolist()}
    names = [
        f"{boxes.names[track]} {boxes.features[kind]}" if track in several else boxes.names[track]
        for track, kind in pairs.tolist()
    ]
    return replace(boxes, tracks=codes, names=names), changes
