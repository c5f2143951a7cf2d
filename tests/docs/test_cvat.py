"""The CVAT file of its how-to reads real exports: each visible row is a keyframe, each absence ends a segment."""

import runpy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import labelferry
from tests.docs.pages import DOCS, blocks

FILES = {
    "JAAD/annotations/video_0003.xml": 0,
    "JAAD/annotations/video_0102.xml": 1,
    "kabr-tools/MINISCENE1/DJI_tracks.xml": 0,
}
"""Files, and how many of their tracks are interrupted."""


def read(xml: Path, folder: Path) -> list[Any]:
    (folder / "annotations.xml").write_bytes(xml.read_bytes())
    (code,) = [block.text for block in blocks(DOCS / "how-to" / "cvat.md") if block.title == "cvat.py"]
    (folder / "cvat.py").write_text(code, "utf-8")
    labels: list[Any] = runpy.run_path(str(folder / "cvat.py"))["labels"]
    return labels


@pytest.mark.parametrize("name", FILES)
def test_every_visible_row_is_a_keyframe(name: str, shared: Path, tmp_path: Path) -> None:
    xml = shared / "data" / "cvat_video" / name
    rows = [row for row in ElementTree.parse(xml).iter("box") if row.get("outside") != "1"]  # noqa: S314  ours
    lines = list(labelferry.to_ndjson(read(xml, tmp_path)))
    frames = [k["frame"] for line in lines for segment in line["segments"] for k in segment["keyframes"]]
    assert sorted(frames) == sorted(int(row.get("frame", "")) + 1 for row in rows)
    assert sum(len(line["segments"]) > 1 for line in lines) == FILES[name]


def test_what_has_no_place_is_refused(shared: Path, tmp_path: Path) -> None:
    xml = shared / "data" / "cvat_video" / "datumaro" / "annotations.xml"
    with pytest.raises(ValueError, match="frame 10: points with 3 points has no place"):
        read(xml, tmp_path)


def test_a_rotated_box_is_refused(tmp_path: Path) -> None:
    rows = '<box frame="4" xtl="1" ytl="2" xbr="3" ybr="4" rotation="ROTATION"/>'
    xml = tmp_path / "rotated.xml"
    xml.write_text(
        f'<annotations><track label="ferry">{rows}</track></annotations>'.replace("ROTATION", "0.00"), "utf-8"
    )
    assert len(read(xml, tmp_path)) == 1
    xml.write_text(xml.read_text("utf-8").replace("0.00", "30.00"), "utf-8")
    with pytest.raises(ValueError, match="frame 4: box with 2 points has no place"):
        read(xml, tmp_path)
