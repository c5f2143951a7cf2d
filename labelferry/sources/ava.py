"""AVA's CSV of actions on boxes -> LabelledVideo: ``video, second, x1, y1, x2, y2, action, person`` without a header.

Boxes are fractions of the picture, at whole seconds; each box becomes a keyframe of a segment of its own, since nothing
is known in between, and the actions of a box are answers on it. Facts: https://research.google.com/ava/download.html.
"""

import csv
import io
import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from pydantic import Field

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.keys import legal
from labelferry.model.places import Places
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.moments import exact
from labelferry.sources.numbering import ClassName
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "AvaLabels", "read"]

COLUMNS = (7, 8, 9)
PersonBox = tuple[float, float, float, float]


class AvaLabels(LabelsEntry):
    """A CSV of AVA: boxes of persons at seconds, with their actions."""

    format: Literal["ava"]
    class_name: ClassName = Field(default="person", description="The class of the boxes")
    question: ClassName = Field(default="action", description="Name of the question that the actions answer")
    classes: dict[int, ClassName] = Field(default_factory=dict, description="Name of an action by its number")
    ending: str = Field(default="", description="Added to the name of a video for its global key, such as .mp4")
    offset: float = Field(
        default=0.0, description="Seconds added to every time, as -900 for a clip that begins at second 900"
    )


class _Person:
    """The boxes of one person, each with its actions."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.boxes: dict[tuple[float, PersonBox], tuple[int, list[str]]] = {}

    def add(self, second: float, box: PersonBox, action: str, line: int) -> None:
        self.boxes.setdefault((second, box), (line, []))[1].append(action)


def read(source: Source[AvaLabels]) -> Iterator[LabelledVideo]:
    """Read a CSV: a video for each name.

    Raises:
        SourceError: when a row is not AVA's, or the size or rate of a video is not known.
    """
    videos: dict[str, dict[str, _Person]] = {}
    for line, cells in enumerate(csv.reader(io.StringIO(source.text(source.file))), 1):
        if not cells:
            continue
        name, second, box, action, person = _row(cells, line, source)
        called = person or f"box {second:g} {line}"
        videos.setdefault(name, {}).setdefault(called, _Person(line)).add(second, box, action, line)
    if not videos:
        raise empty(source.file, "no rows")
    for name, persons in videos.items():
        key = legal(name + source.entry.ending)
        size = np.tile(np.array(source.size(key), dtype=np.float64), 2)
        rate = exact(source.rate(key))
        tracks = [_track(called, person, float(rate), size, source) for called, person in persons.items()]
        where = Where(source.file, min(person.line for person in persons.values()))
        yield LabelledVideo(RowRef(key), where, tracks=tuple(tracks))


def _row(cells: list[str], line: int, source: Source[AvaLabels]) -> tuple[str, float, PersonBox, str, str]:
    if len(cells) not in COLUMNS:
        raise fault(source.file, line, f"{len(cells)} columns where AVA has 7 or 8", "correct the row")
    try:
        second, x1, y1, x2, y2 = (float(cell) for cell in cells[1:6])
    except ValueError as error:
        raise fault(source.file, line, str(error), "correct the row") from error
    if not all(map(math.isfinite, (second, x1, y1, x2, y2))):
        raise fault(source.file, line, "a value is not finite", "correct the row")
    number = cells[6].strip()
    action = source.entry.classes.get(int(number), number) if number.isdecimal() and len(number) < 10 else number
    return cells[0].strip(), second + source.entry.offset, (x1, y1, x2, y2), action, "".join(cells[7:8]).strip()


def _track(called: str, person: _Person, rate: float, size: object, source: Source[AvaLabels]) -> Track:
    entry = source.entry
    ordered = sorted(person.boxes.items())
    frames = np.array([math.floor(second * rate) + 1 for (second, _), _ in ordered], dtype=np.int64)
    lines = np.array([line for _, (line, _) in ordered], dtype=np.int64)
    if frames[0] < 1 or (np.diff(frames) == 0).any():
        what = f"person {called} has two boxes at one time, or one before the beginning"
        raise fault(source.file, int(lines[0]), what, "correct the rows, or say offset:")
    x1, y1, x2, y2 = np.array([box for (_, box), _ in ordered]).T
    where = Where(source.file, int(lines[0]), f"track {called}")
    answers = {at: (_asked(entry, actions, where),) for at, (_, (_, actions)) in enumerate(ordered) if any(actions)}
    return Track(
        Feature(entry.class_name),
        Geometry.BOX,
        frames,
        np.column_stack((x1, y1, x2 - x1, y2 - y1)) * size,
        np.arange(len(frames)),
        where,
        answers=answers,
        instance=called,
        places=Places.in_file(source.file, lines),
    )


def _asked(entry: AvaLabels, actions: list[str], where: Where) -> Classification:
    options = tuple(Answer(Feature(action)) for action in dict.fromkeys(actions) if action)
    return Classification(Feature(entry.question), AnswerKind.CHECKLIST, options, where)


def _recognise(look: Glance) -> Guess | None:
    rows = [line.split(",") for line in look.lines]
    if look.suffix not in (".csv", ".txt") or not rows or any(len(row) not in COLUMNS for row in rows):
        return None
    return Guess(CERTAIN, "rows of a video, a second and fractions") if all(map(_is_row, rows)) else None


def _is_row(row: list[str]) -> bool:
    try:
        second, *box = (float(cell) for cell in row[1:6])
    except ValueError:
        return False
    return second >= 0 and all(0 <= value <= 1 for value in box) and row[6].strip().isdecimal() and "." in row[2]


READER = Reader(
    AvaLabels,
    read,
    _recognise,
    endings=(".csv",),
    signs="CSV without a header of 7 or 8 columns: video, second, four fractions, action, person",
    takes="boxes of persons, with actions as answers on them",
    leaves="score",
)
