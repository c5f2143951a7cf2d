"""The guide's Python blocks run unchanged with ``import labelferry.types as lb_types``.

What the guide leaves undefined is supplied: ``requests`` (answers with a drawn picture), ``pp``, the frame-text
placeholders, and ``bbox_dm2``, which an earlier block defines.
"""

import base64
import io
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import labelferry
import labelferry.types as lb_types

COLOURS = [(227, 135, 126), (169, 248, 152), (83, 152, 103), (76, 104, 177), (20, 60, 200)]


def composite() -> bytes:
    picture = np.zeros((40, 60, 3), dtype=np.uint8)
    for place, colour in enumerate(COLOURS):
        picture[2:12, 2 + 11 * place : 11 + 11 * place] = colour
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def python_blocks(guide: str) -> list[str]:
    blocks = re.findall(r"^ *```python Python.*?\n(.*?)^ *```", guide, flags=re.S | re.M)
    return [re.sub(r"^  ", "", block, flags=re.M) for block in blocks]


def namespace() -> dict[str, Any]:
    picture = composite()
    return {
        "lb_types": lb_types,
        "base64": base64,
        "requests": SimpleNamespace(get=lambda url: SimpleNamespace(content=picture)),
        "extract_rgb_colors_from_url": lambda url: labelferry.extract_rgb_colors_from_url(picture),
        "pp": SimpleNamespace(pprint=lambda value: None),
        "start_frame": 13,
        "end_frame": 19,
        "global_key": "sample-video-jellyfish.mp4",
    }


@pytest.fixture(scope="module")
def ran(shared: Path) -> dict[str, Any]:
    scope = namespace()
    annotated = [
        block
        for block in python_blocks((shared / "labelbox/import-video-annotations.md").read_text("utf-8"))
        if "lb_types" in block and "import labelbox" not in block
    ]
    assert len(annotated) == 18
    for number, block in enumerate(annotated):
        exec(compile(block, f"guide block {number}", "exec"), scope)  # noqa: S102  the guide's own text
    return scope


EVERY = {
    "global_checklist_annotation": 1,
    "global_radio_annotation": 1,
    "nested_checklist_annotation": 1,
    "nested_radio_annotation": 1,
    "checklist_annotation": 1,
    "radio_annotation": 1,
    "text_annotation": 1,
    "temporal_checklist_annotation": 1,
    "temporal_radio_annotation": 1,
    "temporal_text_annotation": 1,
    "nested_temporal_radio_annotation": 1,
    "bbox_annotation": 1,
    "point_annotation": 1,
    "polyline_annotation": 1,
    "cp_masks": 1,
    "frame_bbox_with_checklist_subclass_annotation": 1,
    "bbox_annotation_1": 1,
    "bbox_annotation_2": 1,
}


@pytest.mark.parametrize("name", EVERY)
def test_each_annotation_is_written(ran: dict[str, Any], name: str) -> None:
    label = lb_types.Label(data={"global_key": "k"}, annotations=ran[name])
    assert len(list(labelferry.to_ndjson([label]))) == EVERY[name]


def test_step_5_is_written(ran: dict[str, Any]) -> None:
    lines = list(labelferry.to_ndjson(ran["label"]))
    assert len(lines) == 14
    assert all(line["isBenchmarkReferenceLabel"] for line in lines)
    assert len({line["uuid"] for line in lines}) == 14
