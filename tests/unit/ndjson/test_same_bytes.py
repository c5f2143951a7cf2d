"""The bytes and uuids of lines are kept in ledgers and in Labelbox: they never change. ``lines.ndjson`` has them."""

from pathlib import Path

import numpy as np
import orjson
import pytest

from labelferry.model import Answer, AnswerKind, Classification, Feature, Geometry, LabelledVideo, RowRef, Track, Where
from labelferry.ndjson import encode

HERE, LARGEST = Where("labels.csv"), 2**31 - 1
CAR, ROUTE = Feature("car"), Feature("route", "schema-1")
ODD = [0.1 + 0.2, -0.0, 1e16, 1e-7, 5e-324, 123456789.125, -2.5, 1.7976931348623157e308]


def asked(text: str) -> tuple[Classification, ...]:
    """A question nested in a keyframe or track; its text has what ends a piece of text elsewhere."""
    return (Classification(Feature("why"), AnswerKind.TEXT, (Answer(text=text),), HERE),)


def track(
    geometry: Geometry, frames: list[int], segment: list[int], coords: list[list[float]], **more: object
) -> Track:
    feature = ROUTE if geometry is Geometry.LINE else CAR
    columns = np.array(frames, np.int64), np.array(coords, np.float64), np.array(segment, np.int64)
    return Track(feature, geometry, *columns, HERE, **more)  # type: ignore[arg-type]


def videos() -> list[LabelledVideo]:
    """Each shape, alone and beside the others, in one segment and in several, with answers and without."""
    boxes = track(
        Geometry.BOX,
        [1, 2, 3, 7, LARGEST],
        [0, 0, 0, 1, 4],
        [[10.0, 20.5, 30.0, 40.25], ODD[:4], ODD[4:], [0.0, 0.0, 1.0, 1.0], [5.0, 6.0, 7.0, 8.0]],
        answers={1: asked("first,\n\x01}"), 2: asked("end of a segment"), 3: asked("alone")},
        classifications=asked("the whole track"),
    )
    one = track(Geometry.BOX, [5], [3], [[1.0, 2.0, 3.0, 4.0]], uuid="given,by the caller")
    points = track(Geometry.POINT, [1, 2, 9], [0, 0, 1], [ODD[:2], ODD[2:4], ODD[4:6]], answers={0: asked("é\u2028")})
    lines = track(
        Geometry.LINE,
        [1, 4, 6, 8],
        [0, 0, 2, 2],
        [[1.0, 2.0], [3.0, 4.0], ODD[:2], ODD[2:4], ODD[4:6], [9.5, 8.5], [7.0, 6.0], [5.0, 4.0]],
        offsets=np.array([0, 2, 5, 6, 8]),
        answers={2: asked("one point")},
    )
    return [
        LabelledVideo(RowRef("clip.mp4"), HERE, asked("whole video"), (), (boxes, points, one, lines, boxes), True),
        LabelledVideo(RowRef(id="row-id"), HERE, tracks=(lines, points)),
        LabelledVideo(RowRef("clip.mp4"), HERE, tracks=(boxes,)),
    ]


def test_lines_never_change() -> None:
    kept = Path(__file__).with_name("lines.ndjson").read_bytes()
    assert b"".join(line.body + b"\n" for line in encode(videos(), onboarding="harbour")) == kept


@pytest.mark.parametrize("shape", Geometry)
def test_many_keyframes_are_written_as_each_alone(shape: Geometry) -> None:
    """Numbers are written some thousand at a time; where one part ends and the next begins is not seen."""
    count, width = 3_001, 4 if shape is Geometry.BOX else 2
    lengths = np.arange(count) % 3 + 1 if shape is Geometry.LINE else np.ones(count, dtype=np.int64)
    offsets = np.append(0, np.cumsum(lengths))
    coords = np.random.default_rng(7).normal(scale=1000, size=(offsets[-1], width)).round(3)
    more = {"offsets": offsets} if shape is Geometry.LINE else {}
    made = track(shape, list(range(1, count + 1)), [0] * count, coords.tolist(), **more)
    keyframes = [
        {"frame": frame, str(shape): plain(shape, coords[start:end].tolist())}
        for frame, start, end in zip(range(1, count + 1), offsets[:-1], offsets[1:], strict=True)
    ]
    (line,) = encode([LabelledVideo(RowRef("clip.mp4"), HERE, tracks=(made,))])
    assert line.body.partition(b'"segments":')[2] == orjson.dumps([{"keyframes": keyframes}]) + b"}"


def plain(shape: Geometry, points: list[list[float]]) -> object:
    """A shape as a JSON value."""
    if shape is Geometry.BOX:
        (left, top, width, height), *_ = points
        return {"top": top, "left": left, "height": height, "width": width}
    found = [{"x": x, "y": y} for x, y in points]
    return found if shape is Geometry.LINE else found[0]
