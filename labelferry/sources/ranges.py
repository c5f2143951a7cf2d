"""Tables of time ranges -> LabelledVideo: one row a range with its label, in frames or in seconds.

EPIC-Kitchens' CSV is one of them: its ``start_frame`` counts frames of another rate than the video's, so the time
stamps are taken where there are both. V7's CSV of tags has no header: video, tag, first frame from 0, and the frame
after the last. Facts: https://github.com/epic-kitchens/epic-kitchens-100-annotations,
https://github.com/v7labs/darwin-py (``importer/formats/csv_tags_video.py``) and the columns that BORIS exports,
https://www.boris.unito.it/user_guide/export_events/.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Literal

from pydantic import Field

from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.model.frames import LARGEST, Span
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.media_beside import VIDEO_ENDINGS
from labelferry.sources.moments import exact, question, seconds_of, span_of
from labelferry.sources.numbering import FramedEntry
from labelferry.sources.reader import CERTAIN, LIKELY, Guess, Reader
from labelferry.sources.sheet import Sheet
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.source import Source
from labelferry.sources.text import fault

__all__ = ["READER", "RangesLabels", "read"]

STARTS, ENDS = ("onset", "start", "begin"), ("offset", "end", "stop")
"""Names that do not say whether they count seconds or frames."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "global_key": (
        "global_key", "video_id", "video", "video_name", "filename", "file_name", "file", "vid", "youtube_id",
        "media_file", "media_file_name", "clip",
    ),
    "start": (
        "start_timestamp", "start_time", "start_sec", "start_seconds", "t_start", "time_start", "begin_time", *STARTS,
    ),
    "end": (
        "stop_timestamp", "end_timestamp", "end_time", "stop_time", "end_sec", "end_seconds", "t_end", "time_end",
        *ENDS,
    ),
    "start_frame": ("start_frame", "frame_start", "first_frame"),
    "end_frame": ("end_frame", "stop_frame", "frame_end", "last_frame"),
    "fps": ("fps", "frame_rate", "framerate"),
}  # fmt: skip
"""Names of columns by the part that they play, the surest first."""

QUESTIONS = (
    "verb", "noun", "label", "action", "behavior", "behaviour", "class", "class_name", "classname", "category",
    "activity", "event", "tag", "name",
)  # fmt: skip
UNIT = re.compile(r"\s*[\[(](s|sec|secs|seconds)[\])]$")
"""What BORIS and others add to the name of a column."""
V7_HEADER = ["global_key", "tag", "start_frame", "end_frame"]
V7_CELLS = 4


class RangesLabels(FramedEntry):
    """A table of ranges of time, one a row, with what is to be seen in each."""

    format: Literal["ranges"]
    global_key: GlobalKey | None = Field(default=None, description="The video, when no column says it")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Column by part: global_key, start and end (seconds or times), start_frame and end_frame",
    )
    header: list[str] | None = Field(
        default=None, min_length=3, description="Names of the columns, for a table whose first line has none"
    )
    questions: list[str] = Field(
        default_factory=list, description="Columns whose cells are answers; by default verb, noun, label, action, ..."
    )
    end: Literal["included", "excluded"] = Field(
        default="included", description="Whether the end frame is part of its range; an end in seconds never is"
    )


def read(source: Source[RangesLabels]) -> Iterator[LabelledVideo]:
    """Read a table: a video for each key, a question for each column of answers.

    Raises:
        SourceError: when a column is missing, a range is none, or the rate of a video is not known.
    """
    entry = source.entry
    sheet = read_sheet(source.reach.file(source.file), source.file, entry.header)
    parts = _parts(sheet, entry)
    _note_seconds(sheet, parts, source)
    asked = entry.questions or _asked(sheet)
    if not asked:
        raise fault(sheet.source, 1, "no column of answers", "name them, as in questions: [behaviour]")
    told = sheet.text(parts["global_key"]) if "global_key" in parts else [entry.global_key or ""] * len(sheet)
    keys = list(map(legal, told))
    firsts = {key: sheet.places.where(row) for row, key in reversed(list(enumerate(keys)))}
    for key, questions in _held(sheet, keys, asked, _Spans(sheet, parts, source)).items():
        yield _labelled(key, questions, firsts[key])


def _asked(sheet: Sheet) -> list[str]:
    """The columns whose cells are answers; numbers are none where there are words."""
    found = [name for name in sheet.columns if _plain(name) in QUESTIONS]
    worded = [name for name in found if not all(map(_is_number, sheet.text(name)))]
    return (worded or found)[:2]


def _is_number(cell: str) -> bool:
    return not cell or cell.lstrip("-").replace(".", "", 1).isdecimal()


def _note_seconds(sheet: Sheet, parts: Mapping[str, str], source: Source[RangesLabels]) -> None:
    """Say so when whole numbers are taken as seconds, and might be frames."""
    start, end = parts.get("start", ""), parts.get("end", "")
    named = "start" in source.entry.columns or source.entry.end == "excluded"
    if not start or named or _plain(start) not in STARTS or UNIT.search(start):
        return
    if all(cell.isdecimal() for name in (start, end) for cell in sheet.text(name)):
        source.note(ReaderRule.SECONDS_ASSUMED.at(Where(sheet.source, 1), start=start, end=end))


def _labelled(key: str, questions: Mapping[str, dict[str, list[Span]]], where: Where) -> LabelledVideo:
    return LabelledVideo(RowRef(key), where, tuple(question(name, spans, where) for name, spans in questions.items()))


def _held(
    sheet: Sheet, keys: Sequence[str], asked: Sequence[str], spans: "_Spans"
) -> dict[str, dict[str, dict[str, list[Span]]]]:
    """Return the ranges of each answer to each question of each video."""
    held: dict[str, dict[str, dict[str, list[Span]]]] = {}
    answers = {name: sheet.text(name) for name in asked}
    for row, key in enumerate(keys):
        span = spans.of(row, key)
        for name, cells in answers.items():
            if cells[row]:
                held.setdefault(key, {}).setdefault(name, {}).setdefault(cells[row], []).append(span)
    return held


class _Spans:
    """The frames of each row."""

    def __init__(self, sheet: Sheet, parts: Mapping[str, str], source: Source[RangesLabels]) -> None:
        self.sheet, self.source = sheet, source
        self.timed = "start" in parts
        names = ("start", "end") if self.timed else ("start_frame", "end_frame")
        self.starts, self.ends = (sheet.text(parts[name]) for name in names)
        self.told = sheet.text(parts["fps"]) if "fps" in parts else ()
        self.rates: dict[str, Any] = {}

    def of(self, row: int, key: str) -> Span:
        try:
            span = self._timed(row, key) if self.timed else self._framed(row)
        except ValueError as error:
            raise self.sheet.fault(row, str(error), "correct the row") from error
        if span is None or span.start < 1 or span.start > span.end:
            shown = f"{self.starts[row]} to {self.ends[row]}"
            raise self.sheet.fault(row, f"{shown} is not a range of the video", "correct the row")
        return span

    def _timed(self, row: int, key: str) -> Span | None:
        if key not in self.rates:
            told = float(self.told[row]) if self.told and self.told[row] else None
            self.rates[key] = exact(told or self.source.rate(key)), self.source.media_of(key).frame_count
        return span_of(seconds_of(self.starts[row]), seconds_of(self.ends[row]), *self.rates[key])

    def _framed(self, row: int) -> Span | None:
        entry = self.source.entry
        start, end = (int(float(cells[row])) for cells in (self.starts, self.ends))
        if max(abs(start), abs(end)) > LARGEST:
            return None
        shift = entry.frame_offset + 1
        first = (start - entry.frame_base) * entry.frame_step + shift
        last = (end - entry.frame_base) * entry.frame_step + shift - (entry.end == "excluded")
        return Span(first, last)


def _parts(sheet: Sheet, entry: RangesLabels) -> dict[str, str]:
    parts = assigned(sheet.columns, entry.columns)
    if entry.global_key:
        parts.pop("global_key", None)
    elif "global_key" not in parts:
        raise fault(sheet.source, 1, "no column for global_key", "name it in columns:, or say global_key: ...")
    if not ({"start", "end"} <= set(parts) or {"start_frame", "end_frame"} <= set(parts)):
        remedy = "name them, as in columns: {start: onset, end: offset}"
        raise fault(sheet.source, 1, "no columns for start and end", remedy)
    return parts


def assigned(columns: Any, given: Mapping[str, str]) -> dict[str, str]:
    """Which column plays which part: as given, else by name, the surest first."""
    names = {_plain(name): name for name in columns}
    found = {part: names[each] for part, known in NAMES.items() for each in reversed(known) if each in names}
    return {**found, **{part: column for part, column in given.items() if column in columns}}


def _plain(name: str) -> str:
    """The name of a column without its unit, as ``NAMES`` writes it."""
    return UNIT.sub("", name.strip().lower()).replace(" ", "_")


def _is_of_v7(look: Glance) -> bool:
    """Whether there are rows of a video, a tag, and two whole numbers, without a header."""
    rows = [[cell.strip() for cell in line.split(",")] for line in look.lines]
    return bool(rows) and all(
        len(row) == V7_CELLS and row[2].isdecimal() and row[3].isdecimal() and row[1] and not _is_number(row[1])
        and PurePath(row[0]).suffix.lower() in VIDEO_ENDINGS
        for row in rows
    )  # fmt: skip


def _recognise(look: Glance) -> Guess | None:
    if look.suffix == ".csv" and _is_of_v7(look):
        options: dict[str, Any] = {"header": V7_HEADER, "frame_base": 0, "end": "excluded"}
        return Guess(CERTAIN, "rows of a video, a tag and two frames, as V7 has them", options)
    sheet = look.sheet
    if sheet is None:
        return None
    parts = assigned(sheet.columns, {})
    if not any(_plain(name) in QUESTIONS for name in sheet.columns):
        return None
    if not ({"start", "end"} <= set(parts) or {"start_frame", "end_frame"} <= set(parts)):
        return None
    options = {} if "global_key" in parts else {"global_key": "{stem}"}
    return Guess(LIKELY, f"columns {', '.join(parts.values())}", options)


READER = Reader(
    RangesLabels,
    read,
    _recognise,
    endings=(
        ".csv",
        ".tsv",
        ".xlsx",
        ".parquet",
    ),
    signs="a table with columns for start and end, and one for a label, a verb or an action; V7's rows of video, tag, "
    "two frames",
    takes="answers for ranges of frames",
    leaves="other columns",
)
