"""The table that ``to_dataframe`` returns -> labelled videos, for tables that were changed with pandas.

The table has neither the pixels of masks nor the answer that a nested question belongs to, so these are refused. How a
question is answered is not in it either: the caller says it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labelferry.dataframe import KINDS, PLACES
from labelferry.errors import AnnotationError, SourceError
from labelferry.listing import counted
from labelferry.model.answers import Answer, AnswerKind, Classification
from labelferry.model.feature import Feature, Where
from labelferry.model.frames import as_frame, spans_of
from labelferry.model.tracks import Geometry, Track
from labelferry.model.video import LabelledVideo, RowRef

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["is_own", "read_own"]

NEEDED = {"global_key", "kind", "feature"}
GEOMETRIES = {kind: geometry for geometry, kind in KINDS.items()}
MASK, QUESTION = "mask", "classification"

Cells = Mapping[str, Any]


def is_own(table: "pd.DataFrame") -> bool:
    """Return whether a table is one that ``to_dataframe`` returned, or part of one."""
    return set(table.columns) >= NEEDED and set(table["kind"].unique()) <= {*GEOMETRIES, MASK, QUESTION}


def read_own(table: "pd.DataFrame", questions: Mapping[str, str]) -> list[LabelledVideo]:
    """Return the labels of such a table.

    Args:
        table: its rows; rows of one track are in the order of their frames.
        questions: ``radio``, ``checklist`` or ``text`` by the name of a question.

    Raises:
        SourceError: when a row is a mask or a nested answer, a cell does not fit, or it is not known how a question is
            answered.
    """
    cells = table.astype(object).where(table.notna(), None)
    names = [str(name) for name in cells.columns]
    lines = enumerate(cells.itertuples(index=False, name=None), 1)
    rows = [dict(zip(names, line, strict=True)) | {"where": Where("DataFrame", number)} for number, line in lines]
    _refuse_masks(rows)
    videos: dict[str, list[Cells]] = {}
    for row in rows:
        videos.setdefault(str(row["global_key"]), []).append(row)
    try:
        return [_video(key, own, _Questions(questions)) for key, own in videos.items()]
    except AnnotationError as error:
        raise SourceError(str(error)) from error


class _Questions:
    def __init__(self, kinds: Mapping[str, str]) -> None:
        self._kinds = kinds

    def asked(self, rows: Sequence[Cells]) -> Classification:
        """Return a question with the answers of its rows, an answer's ranges together."""
        name, where = str(rows[0]["question"]), rows[0]["where"]
        spans: dict[str, list[tuple[object, object]]] = {}
        for row in rows:
            ranges = spans.setdefault(str(row["answer"]), [])
            if row.get("start") is not None:
                ranges.append((row["start"], row["end"]))
        kind = self._kind(name, where)
        answers = tuple(_answer(kind, answer, ranges, f"{where}") for answer, ranges in spans.items())
        return Classification(Feature(name), kind, answers, where)

    def _kind(self, name: str, where: Where) -> AnswerKind:
        known = [str(kind) for kind in AnswerKind if kind is not AnswerKind.TEMPORAL]
        if self._kinds.get(name) not in known:
            raise SourceError(
                f"{where}: a table does not say how '{name}' is answered; say questions={{{name!r}: 'radio'}}, "
                "'checklist' or 'text'"
            )
        return AnswerKind(self._kinds[name])


def _answer(kind: AnswerKind, answer: str, ranges: Sequence[tuple[object, object]], what: str) -> Answer:
    spans = spans_of(ranges, what) if ranges else ()
    return Answer(text=answer, spans=spans) if kind is AnswerKind.TEXT else Answer(Feature(answer), spans=spans)


def _refuse_masks(rows: Sequence[Cells]) -> None:
    if masks := [row for row in rows if row["kind"] == MASK]:
        raise SourceError(
            f"{masks[0]['where']}: {counted(len(masks), 'mask')}, whose pixels a table does not have; leave them out "
            "(table[table.kind != 'mask']) and read them from their files"
        )


def _video(key: str, rows: Sequence[Cells], questions: _Questions) -> LabelledVideo:
    answers = [row for row in rows if row["kind"] == QUESTION]
    shapes = [row for row in rows if row["kind"] != QUESTION]
    names = {_object(row) for row in shapes}
    own = [row for row in answers if _object(row) not in names]
    _refuse_nested(own)
    tracks = tuple(_tracks(shapes, answers, questions))
    classifications = tuple(questions.asked(group) for group in _grouped(own, "question"))
    return LabelledVideo(RowRef(global_key=key), Where("DataFrame"), classifications, (), tracks)


def _object(row: Cells) -> tuple[str, Any]:
    """Return what tells objects apart: class and track."""
    return str(row["feature"]), row.get("track")


def _refuse_nested(rows: Sequence[Cells]) -> None:
    if nested := next((row for row in rows if row["question"] != row["feature"]), None):
        raise SourceError(
            f"{nested['where']}: '{nested['question']}' is nested in '{nested['feature']}', and a table does not say "
            "under which answer; leave it out, or give the question as one of its own"
        )


def _grouped(rows: Sequence[Cells], *columns: str) -> list[list[Cells]]:
    """Return rows with the same values together, in the order of first appearance."""
    groups: dict[tuple[Any, ...], list[Cells]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(column) for column in columns), []).append(row)
    return list(groups.values())


def _tracks(shapes: Sequence[Cells], answers: Sequence[Cells], questions: _Questions) -> Iterator[Track]:
    for group in _grouped(shapes, "kind", "feature", "track"):
        mine = [row for row in answers if _object(row) == _object(group[0])]
        parts = [group] if group[0].get("track") is not None else list(_nameless(group))
        for part in parts:
            yield _track(part, mine if len(parts) == 1 else _on_frames_of(part, mine), questions)


def _nameless(rows: Sequence[Cells]) -> Iterator[list[Cells]]:
    """Yield the keyframes of each track without a name: a new one begins where time goes back."""
    part: list[Cells] = []
    for row in rows:
        if part and _moment(row) <= _moment(part[-1]):
            yield part
            part = []
        part.append(row)
    yield part


def _moment(row: Cells) -> tuple[int, int]:
    return int(row.get("segment") or 0), as_frame(row["frame"], str(row["where"]))


def _on_frames_of(part: Sequence[Cells], answers: Sequence[Cells]) -> list[Cells]:
    """Return the answers of a track among several without a name; the table tells them apart by their frames only."""
    frames = {row["frame"] for row in part}
    return [row for row in answers if row.get("frame") in frames]


def _track(rows: Sequence[Cells], answers: Sequence[Cells], questions: _Questions) -> Track:
    first = rows[0]
    name, geometry = first.get("track"), GEOMETRIES[first["kind"]]
    coords, offsets = _coords(rows, geometry)
    moments = [_moment(row) for row in rows]
    return Track(
        feature=Feature(str(first["feature"])),
        geometry=geometry,
        frames=np.array([frame for _, frame in moments], dtype=np.int64),
        coords=coords,
        segment=np.array([segment for segment, _ in moments], dtype=np.int64),
        where=first["where"],
        offsets=offsets,
        answers=_by_keyframe([frame for _, frame in moments], answers, questions),
        classifications=_groups([row for row in answers if row.get("frame") is None], questions),
        instance=None if name is None else str(name),
    )


def _by_keyframe(
    frames: Sequence[int], answers: Sequence[Cells], questions: _Questions
) -> dict[int, tuple[Classification, ...]]:
    """Return the answers on keyframes, by their position."""
    own = ((at, [row for row in answers if row.get("frame") == frame]) for at, frame in enumerate(frames))
    return {at: _groups(rows, questions) for at, rows in own if rows}


def _groups(rows: Sequence[Cells], questions: _Questions) -> tuple[Classification, ...]:
    return tuple(questions.asked(group) for group in _grouped(rows, "question"))


def _coords(rows: Sequence[Cells], geometry: Geometry) -> tuple[Any, Any]:
    """Return the coordinates of keyframes, and for lines where those of each begin."""
    if geometry in PLACES:
        names = PLACES[geometry]
        if empty := next(((row, name) for row in rows for name in names if row.get(name) is None), None):
            raise SourceError(
                f"{empty[0]['where']}: {empty[1]} is empty; a {empty[0]['kind']} needs {', '.join(names)}"
            )
        return np.array([[row[name] for name in names] for row in rows], dtype=np.float64), None
    points = [np.asarray(row["points"], dtype=np.float64).reshape(-1, 2) for row in rows]
    offsets = np.concatenate(([0], np.cumsum([len(each) for each in points]))).astype(np.int64)
    return np.concatenate(points), offsets
