"""What was sent, rendered as an export and read back, is equal; and any one moved keyframe is reported."""

from copy import deepcopy
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Feature,
    Geometry,
    LabelledVideo,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.ndjson import encode
from tests.unit.verification.rendering import MEMBERS, PROJECT, exported, result_of

HERE = Where("made.ndjson")
NAMES = st.text(alphabet="abcdefgh xyzäß", min_size=1, max_size=8).map(str.strip).filter(bool)
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False, width=32)
SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    frames = np.array(sorted(draw(st.sets(st.integers(1, 500), min_size=1, max_size=12))), dtype=np.int64)
    n = len(frames)
    geometry = draw(st.sampled_from(Geometry))
    segment = np.cumsum([0, *draw(st.lists(st.integers(0, 1), min_size=n - 1, max_size=n - 1))]).astype(np.int64)
    offsets = None
    rows, width = n, 4 if geometry is Geometry.BOX else 2
    if geometry is Geometry.LINE:
        offsets = np.cumsum([0, *draw(st.lists(st.integers(2, 4), min_size=n, max_size=n))]).astype(np.int64)
        rows = int(offsets[-1])
    values = draw(st.lists(NUMBERS, min_size=rows * width, max_size=rows * width))
    coords = np.array(values, dtype=np.float64).reshape(rows, width)
    if geometry is Geometry.BOX:
        coords[:, 2:] = np.abs(coords[:, 2:])
    return Track(Feature(draw(NAMES)), geometry, frames, coords, segment, HERE, offsets=offsets)


@st.composite
def answers(draw: st.DrawFn, framed: bool, depth: int, text: bool) -> Answer:
    start = draw(st.integers(0, 50))
    spans = (Span(start, start + draw(st.integers(0, 20))),) if framed else ()
    nested = tuple(draw(st.lists(classifications(False, depth - 1), max_size=2))) if depth else ()
    if text:
        return Answer(text=draw(NAMES), spans=spans, classifications=nested)
    return Answer(Feature(draw(NAMES)), spans=spans, classifications=nested)


@st.composite
def classifications(draw: st.DrawFn, framed: bool, depth: int = 2) -> Classification:
    kinds = [AnswerKind.RADIO, AnswerKind.TEXT, AnswerKind.TEMPORAL if framed else AnswerKind.CHECKLIST]
    kind = draw(st.sampled_from(kinds))
    most = 1 if kind is AnswerKind.RADIO or (kind is AnswerKind.TEXT and not framed) else 3
    found = draw(
        st.lists(answers(framed, depth, kind is AnswerKind.TEXT), min_size=1, max_size=most, unique_by=lambda a: str(a))
    )
    return Classification(Feature(draw(NAMES)), kind, tuple(found), HERE)


def lines_of(made: list[Track], asked: list[Classification]) -> list[dict[str, Any]]:
    return [line.data for line in encode([LabelledVideo(RowRef("key"), HERE, tuple(asked), (), tuple(made))])]


@SETTINGS
@given(
    st.lists(tracks(), max_size=4),
    st.lists(st.booleans().flatmap(lambda framed: classifications(framed)), max_size=3),
    st.sampled_from(["list", "object"]),
    st.sampled_from(["line", "polyline"]),
)
def test_sent_is_equal_to_its_own_export(
    made: list[Track], asked: list[Classification], map_form: str, line: str
) -> None:
    lines = lines_of(made, asked)
    result = result_of(lines, exported(lines, map_form=map_form, members={"line": line}))
    assert (result.differences, result.not_comparable, result.unknown) == ((), {}, {})


@SETTINGS
@given(st.lists(tracks(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_moved_keyframe_is_told(made: list[Track], random: Any) -> None:
    lines = lines_of(made, [])
    row = exported(deepcopy(lines))
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    frame = random.choice(sorted(marks["frames"]))
    feature = random.choice(sorted(marks["frames"][frame]["objects"]))
    node = marks["frames"][frame]["objects"][feature]
    shape = next(node[key] for key in MEMBERS.values() if key in node)
    corner = shape[0] if isinstance(shape, list) else shape
    edge = "left" if "left" in corner else "x"
    corner[edge] += 7.5
    result = result_of(lines, row)
    assert result.differs
    assert int(frame) in {each.frame for each in result.differences}
