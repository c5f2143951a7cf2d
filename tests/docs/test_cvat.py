"""What the how-to says of CVAT's exports holds for real ones: visible rows are keyframes, an absence ends a segment."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

import labelferry

FILES = {
    "JAAD/annotations/video_0003.xml": 0,
    "JAAD/annotations/video_0102.xml": 1,
    "kabr-tools/MINISCENE1/DJI_tracks.xml": 0,
}
"""Files, and how many of their tracks are interrupted."""


@pytest.mark.parametrize("name", FILES)
def test_every_visible_row_is_a_keyframe(name: str, shared: Path) -> None:
    xml = shared / "data" / "cvat_video" / name
    rows = [row for row in ElementTree.parse(xml).iter("box") if row.get("outside") != "1"]  # noqa: S314  ours
    tracks = [track for video in labelferry.read(xml) for track in video.tracks]
    frames = [frame for track in tracks for frame in track.frames.tolist()]
    assert sorted(frames) == sorted(int(row.get("frame", "")) + 1 for row in rows)
    assert sum(track.segments > 1 for track in tracks) == FILES[name]
