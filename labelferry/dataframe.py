"""Labelled videos -> a table for pandas: one row a keyframe, mask instance on a frame, or range of an answer."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labelferry.model.answers import Classification
from labelferry.model.masks import Masks
from labelferry.model.tracks import Geometry, Track
from labelferry.model.video import LabelledVideo

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "to_dataframe"]

COLUMNS = (
    "global_key", "kind", "feature", "track", "frame", "segment", "left", "top", "width", "height", "x", "y", "points",
    "area", "question", "answer", "start", "end",
)  # fmt: skip
WHOLE = ("frame", "segment", "area", "start", "end")
KINDS = {Geometry.BOX: "box", Geometry.POINT: "point", Geometry.LINE: "line"}
PLACES = {Geometry.BOX: ("left", "top", "width", "height"), Geometry.POINT: ("x", "y")}

TableRow = dict[str, Any]


def to_dataframe(videos: Iterable[LabelledVideo]) -> "pd.DataFrame":
    """Return the labels as a table with ``COLUMNS``; frames count from 1, cells that do not apply are empty."""
    import pandas as pd

    parts = [part for video in videos for part in _parts(video)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    table = table.reindex(columns=list(COLUMNS))
    return table.astype(dict.fromkeys(WHOLE, "Int64"))


def _parts(video: LabelledVideo) -> Iterator["pd.DataFrame"]:
    import pandas as pd

    key = str(video.row)
    for geometry in Geometry:
        if same := [track for track in video.tracks if track.geometry is geometry]:
            yield pd.DataFrame(_tracks(key, geometry, same))
    if others := [{"global_key": key, **row} for row in _others(video)]:
        yield pd.DataFrame(others)


def _others(video: LabelledVideo) -> Iterator[TableRow]:
    """What is not a keyframe: answers and masks."""
    for track in video.tracks:
        yield from _answers_of(track)
    for masks in video.masks:
        yield from _masks(masks)
    for asked in video.classifications:
        yield from _asked(asked, {"feature": str(asked.feature)})


def _tracks(key: str, geometry: Geometry, tracks: Sequence[Track]) -> TableRow:
    columns: TableRow = {
        "global_key": key,
        "kind": KINDS[geometry],
        "feature": _by_keyframe(tracks, [str(track.feature) for track in tracks]),
        "track": _by_keyframe(tracks, [track.instance for track in tracks]),
        "frame": np.concatenate([track.frames for track in tracks]),
        "segment": np.concatenate([track.segment for track in tracks]),
    }
    if geometry in PLACES:
        coords = np.concatenate([track.coords for track in tracks])
        return columns | {name: coords[:, at] for at, name in enumerate(PLACES[geometry])}
    return columns | {"points": [track.points(at).tolist() for track in tracks for at in range(len(track))]}


def _by_keyframe(tracks: Sequence[Track], values: Sequence[str | None]) -> NDArray[np.object_]:
    """One value a track -> one a keyframe."""
    return np.repeat(np.array(values, dtype=object), [len(track) for track in tracks])


def _answers_of(track: Track) -> Iterator[TableRow]:
    of = {"feature": str(track.feature), "track": track.instance}
    for asked in track.classifications:
        yield from _asked(asked, of)
    for at, group in track.answers.items():
        frame = int(track.frames[at])
        for asked in group:
            for row in _asked(asked, of):
                yield {**row, "frame": frame, "segment": int(track.segment[at])}


def _asked(asked: Classification, of: TableRow) -> Iterator[TableRow]:
    for answer in asked.answers:
        said = answer.text if answer.feature is None else str(answer.feature)
        row = {"kind": "classification", **of, "question": str(asked.feature), "answer": said}
        for span in answer.spans or (None,):
            yield row if span is None else {**row, "start": span.start, "end": span.end}
        for inner in answer.classifications:
            yield from _asked(inner, of)


def _masks(masks: Masks) -> Iterator[TableRow]:
    from labelferry.masks.png import decode_png

    numbers = {_packed(instance.colour): instance for instance in masks.instances}
    names = {packed: str(at) for at, packed in enumerate(numbers, 1)}
    for frame in masks.frames:
        areas = {} if frame.png is None else _areas(decode_png(frame.png))
        for packed, instance in numbers.items():
            if frame.png is None or packed in areas:
                feature = str(instance.feature)
                yield {
                    "kind": "mask",
                    "feature": feature,
                    "track": names[packed],
                    "frame": frame.frame,
                    "area": areas.get(packed),
                }


def _packed(colour: tuple[int, int, int]) -> int:
    return colour[0] << 16 | colour[1] << 8 | colour[2]


def _areas(rgb: Any) -> dict[int, int]:
    packed = rgb[..., 0].astype(np.uint32) << 16 | rgb[..., 1].astype(np.uint32) << 8 | rgb[..., 2]
    values, counts = np.unique(packed, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))
