"""Encoding and reading back are inverse."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelferry.model import (
    Answer,
    Classification,
    Feature,
    Geometry,
    LabelledVideo,
    Question,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.ndjson import encode
from labelferry.sources.ndjson import NdjsonLabels, read

HERE = Where("made.ndjson")
NAMES = st.text(alphabet="abcdefgh xyzäß", min_size=1, max_size=8).map(str.strip).filter(bool)
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False, width=32)


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
    kinds = [Question.RADIO, Question.TEXT, Question.TEMPORAL if framed else Question.CHECKLIST]
    kind = draw(st.sampled_from(kinds))
    most = 1 if kind is Question.RADIO or (kind is Question.TEXT and not framed) else 3
    found = draw(
        st.lists(answers(framed, depth, kind is Question.TEXT), min_size=1, max_size=most, unique_by=lambda a: str(a))
    )
    return Classification(Feature(draw(NAMES)), kind, tuple(found), HERE)


def content(video: LabelledVideo) -> list[dict[str, Any]]:
    return [line.data for line in encode([video])]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(tracks(), max_size=3),
    st.lists(st.booleans().flatmap(lambda framed: classifications(framed)), max_size=3),
)
def test_written_lines_read_back(tmp_path_factory: Any, made: list[Track], asked: list[Classification]) -> None:
    video = LabelledVideo(RowRef("key"), HERE, classifications=tuple(asked), tracks=tuple(made))
    lines = list(encode([video]))
    if not lines:
        return
    folder: Path = tmp_path_factory.mktemp("lines")
    (folder / "made.ndjson").write_bytes(b"\n".join(line.body for line in lines))
    back = list(read(NdjsonLabels(format="ndjson", path="made.ndjson"), folder, lambda finding: None))
    assert [line.data for line in encode(back)] == [line.data for line in lines]
