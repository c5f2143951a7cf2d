"""MOT: every row comes back as a keyframe."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelferry.files.reach import Reach
from labelferry.sources import mot
from labelferry.sources.mot import MotLabels
from labelferry.sources.source import Source

ENTRY = {"format": "mot", "path": "gt.txt", "global_key": "street", "classes": {1: "person"}}
boxes = st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: number + 0.0)
tables = st.dictionaries(
    st.tuples(st.integers(1, 60), st.integers(0, 5)), st.tuples(boxes, boxes, boxes, boxes), min_size=1, max_size=40
)


@settings(deadline=None, max_examples=40)
@given(tables, st.sampled_from(["\n", "\r\n"]))
def test_every_row_comes_back_as_a_keyframe(
    tmp_path_factory: pytest.TempPathFactory, table: dict[tuple[int, int], tuple[float, ...]], line_end: str
) -> None:
    base = tmp_path_factory.mktemp("mot", numbered=True)
    rows = [f"{frame},{id_},{','.join(map(repr, box))},1,-1,-1,-1" for (frame, id_), box in table.items()]
    (base / "gt.txt").write_bytes(line_end.join(rows).encode())
    entry = MotLabels.model_validate(ENTRY)
    (video,) = mot.read(Source(entry, (entry.path,), Reach(base), lambda note: pytest.fail(str(note))))
    found = {
        (frame, int(track.instance or "")): tuple(box)
        for track in video.tracks
        for frame, box in zip(track.frames.tolist(), track.coords.tolist(), strict=True)
    }
    assert found == table
    for track in video.tracks:
        gaps = np.diff(track.frames) != 1
        assert (np.diff(track.segment) == gaps).all()
    assert not any(math.isnan(value) for box in found.values() for value in box)
