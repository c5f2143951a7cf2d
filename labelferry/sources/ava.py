"""AVA's CSV of actions on boxes -> LabelledVideo: ``video, time, x1, y1, x2, y2, action, person`` without a header.

AVA has boxes as fractions of the picture at whole seconds; MultiSports, whose clips are called ``v_<name>_c<number>``,
has frames; others write pixels. In a result the last column is a score and no person. AVA-ActiveSpeaker has a word for
the action. Each box becomes a keyframe of a segment of its own, since nothing is known in between, and the actions of a
box are answers on it. Facts: https://research.google.com/ava/download.html,
https://github.com/MCG-NJU/MultiSports, https://github.com/cvdfoundation/ava-dataset.
"""

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.model.frames import LARGEST
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.model.places import Places
from labelferry.sources.columns import part_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.moments import exact
from labelferry.sources.numbering import ClassName
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "AvaLabels", "read"]

COLUMNS = (7, 8, 9)
CLIP_OF_FRAMES = re.compile(r"v_.+_c\d+")
"""How MultiSports calls its clips."""
PersonBox = tuple[float, float, float, float]


class AvaLabels(LabelsEntry):
    """A CSV of AVA: boxes of persons at seconds, with their actions."""

    format: Literal["ava"]
    class_name: ClassName = Field(default="person", description="The class of the boxes")
    question: ClassName = Field(default="action", description="Name of the question that the actions answer")
    classes: dict[int, ClassName] = Field(default_factory=dict, description="Name of an action by its number")
    ending: str = Field(default="", description="Added to the name of a video for its global key, such as .mp4")
    times: Literal["seconds", "frames"] = Field(
        default="seconds", description="What the second column counts; frames count from frame_base"
    )
    frame_base: Literal[0, 1] = Field(default=0, description="Number of the first frame, where times are frames")
    pixels: bool = Field(default=False, description="Whether boxes are pixels, not fractions of the picture")
    offset: float = Field(default=0.0, description="Added to every time, as -900 for a clip that begins at second 900")


@dataclass(slots=True)
class _Person:
    """The boxes of one person, each with the line that names it first and its actions."""

    line: int
    boxes: dict[tuple[float, PersonBox], tuple[int, list[str]]] = field(default_factory=dict)

    def add(self, time: float, box: PersonBox, action: str, line: int) -> None:
        self.boxes.setdefault((time, box), (line, []))[1].append(action)


def read(source: Source[AvaLabels]) -> Iterator[LabelledVideo]:
    """Read a CSV: a video for each name.

    Raises:
        SourceError: when a row is not AVA's, or the size or rate of a video is not known.
    """
    rows = [(line, cells) for line, cells in enumerate(csv.reader(io.StringIO(source.text(source.file))), 1) if cells]
    if rows and _is_header(rows[0][1]):
        del rows[0]
    videos, alone = _persons(rows, source)
    if not videos:
        raise empty(source.file, "no rows")
    if alone:
        source.note(ReaderRule.IDENTITY_MISSING.at(Where(source.file), count=alone, ids="none"))
    for name, persons in videos.items():
        yield _video(name, persons, source)


def _persons(rows: list[tuple[int, list[str]]], source: Source[AvaLabels]) -> tuple[dict[str, dict[str, _Person]], int]:
    """Return the persons of each video by what they are called, and the number of rows that name none."""
    scored = any(_is_score(cells) for _, cells in rows)
    videos: dict[str, dict[str, _Person]] = {}
    alone = 0
    for line, cells in rows:
        time, box = _time_and_box(cells, line, source)
        person = "" if scored else "".join(cells[7:8]).strip()
        alone += not person
        called = person or f"box {time:g} {' '.join(cells[2:6])}"
        video = videos.setdefault(cells[0].strip(), {})
        video.setdefault(called, _Person(line)).add(time, box, _action(cells, source.entry), line)
    return videos, alone


def _is_header(cells: list[str]) -> bool:
    return len(cells) in COLUMNS and not any(map(_is_number, cells[1:6]))


def _is_score(cells: list[str]) -> bool:
    """Whether the last column of a row is a fraction, which no person is."""
    return len(cells) > 7 and _is_number(cells[7]) and not float(cells[7]).is_integer()


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _time_and_box(cells: list[str], line: int, source: Source[AvaLabels]) -> tuple[float, PersonBox]:
    if len(cells) not in COLUMNS:
        raise fault(source.file, line, f"{len(cells)} columns where AVA has 7 or 8", "correct the row")
    wrong = next((cell for cell in cells[1:6] if not _is_number(cell)), None)
    if wrong is not None:
        raise fault(source.file, line, f"{wrong[:40]!r} is not a finite number", "correct the row")
    time, x1, y1, x2, y2 = map(float, cells[1:6])
    return time + source.entry.offset, (x1, y1, x2, y2)


def _action(cells: list[str], entry: AvaLabels) -> str:
    number = cells[6].strip()
    return entry.classes.get(int(number), number) if number.isdecimal() and len(number) < 10 else number


def _video(name: str, persons: dict[str, _Person], source: Source[AvaLabels]) -> LabelledVideo:
    entry = source.entry
    key = legal(name + entry.ending)
    size = np.ones(4) if entry.pixels else np.tile(np.array(source.size(key), dtype=np.float64), 2)
    rate = None if entry.times == "frames" else exact(source.rate(key))
    tracks = [_track(called, person, rate, size, source) for called, person in persons.items()]
    where = Where(source.file, min(person.line for person in persons.values()))
    return LabelledVideo(RowRef(key), where, tracks=tuple(tracks))


def _track(
    called: str, person: _Person, rate: Fraction | None, size: NDArray[np.float64], source: Source[AvaLabels]
) -> Track:
    entry = source.entry
    ordered = sorted(person.boxes.items())
    numbers = [_frame(time, rate, entry) for (time, _), _ in ordered]
    lines = np.array([line for _, (line, _) in ordered], dtype=np.int64)
    if min(numbers) < 1 or max(numbers) > LARGEST or len(set(numbers)) < len(numbers):
        what = f"person {called} has two boxes at one time, or one before the beginning"
        raise fault(source.file, int(lines[0]), what, "correct the rows, or say offset:")
    x1, y1, x2, y2 = np.array([box for (_, box), _ in ordered]).T
    where = Where(source.file, int(lines[0]), f"track {called}")
    answers = {at: (_asked(entry, actions, where),) for at, (_, (_, actions)) in enumerate(ordered) if any(actions)}
    return Track(
        Feature(entry.class_name),
        Geometry.BOX,
        np.array(numbers, dtype=np.int64),
        np.column_stack((x1, y1, x2 - x1, y2 - y1)) * size,
        np.arange(len(numbers)),
        where,
        answers=answers,
        instance=called,
        places=Places.in_file(source.file, lines),
    )


def _frame(time: float, rate: Fraction | None, entry: AvaLabels) -> int:
    return math.floor(time) - entry.frame_base + 1 if rate is None else math.floor(Fraction(str(time)) * rate) + 1


def _asked(entry: AvaLabels, actions: list[str], where: Where) -> Classification:
    options = tuple(Answer(Feature(action)) for action in dict.fromkeys(actions) if action)
    return Classification(Feature(entry.question), AnswerKind.CHECKLIST, options, where)


def _is_box_of_a_video(row: list[str]) -> bool:
    """Whether a row is a name, a time, corners that enclose something, and an action."""
    if len(row) not in COLUMNS or not all(map(_is_number, row[1:6])):
        return False
    time, x1, y1, x2, y2 = map(float, row[1:6])
    return not _is_number(row[0]) and time >= 0 and bool(row[6].strip()) and x2 >= x1 and y2 >= y1


def _recognise(look: Glance) -> Guess | None:
    if look.suffix not in (".csv", ".txt") or not look.lines:
        return None
    rows = [line.split(",") for line in look.lines]
    rows = rows[1:] if _names_columns(rows[0]) else rows
    if not rows or not all(map(_is_box_of_a_video, rows)):
        return None
    return _guessed(rows)


def _names_columns(row: list[str]) -> bool:
    """Whether a first row names AVA's columns; a tracker's table has a track where AVA has the left of the box."""
    return _is_header(row) and "video" in row[0].lower() and part_of(row[2]) == "left"


def _guessed(rows: list[list[str]]) -> Guess:
    are_fractions = all(-0.1 <= float(cell) <= 1.1 for row in rows for cell in row[2:6])
    options: dict[str, Any] = {} if are_fractions else {"pixels": True}
    if all(CLIP_OF_FRAMES.fullmatch(row[0].strip()) for row in rows):
        options["times"] = "frames"
    why = "rows of a video, a second and fractions" if are_fractions else "rows of a video, a second and corners"
    return Guess(CERTAIN if are_fractions else LIKELY, why, options)


READER = Reader(
    AvaLabels,
    read,
    _recognise,
    endings=(".csv",),
    signs="CSV without a header of 7 or 8 columns: video, second, corners of a box as fractions, action, person",
    takes="boxes of persons, with actions as answers on them",
    leaves="score",
)
