"""Labels that are off by one frame and nothing else are reported as such; any other difference is not."""

from typing import Any

import pytest

from labelferry.verification import Pictures, read_exported
from labelferry.verification.offset import offset_of
from tests.unit.verification.rendering import PROJECT, ROW, Json, exported, fetch, sent_of


def labels(objects: int = 0, answers: int = 0, left: float = 1) -> list[Json]:
    box = {"left": left, "top": 2, "width": 3, "height": 4}
    keyframes = [{"frame": frame + objects, "bbox": box} for frame in (4, 9)]
    return [
        {"name": "car", "segments": [{"keyframes": keyframes}]},
        {"name": "weather", "answer": {"name": "rain"}, "frames": [{"start": 4 + answers, "end": 8 + answers}]},
    ]


CASES: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
    "answers later": ({"answers": 1}, {"answers": 1}),
    "answers earlier": ({"answers": -1}, {"answers": -1}),
    "objects later": ({"objects": 1}, {"objects": 1}),
    "both earlier": ({"objects": -1, "answers": -1}, {"objects": -1, "answers": -1}),
    "in opposite ways": ({"objects": 1, "answers": -1}, {}),
    "two frames": ({"answers": 2}, {}),
    "a box elsewhere too": ({"answers": 1, "left": 7}, {}),
}


@pytest.mark.parametrize(("held", "offset"), CASES.values(), ids=CASES)
def test_off_by_one_frame(held: dict[str, Any], offset: dict[str, int]) -> None:
    there = read_exported(exported(labels(**held)), PROJECT, Pictures(fetch))
    assert offset_of(ROW, sent_of(labels(), there.names), there, 1e-3) == offset
