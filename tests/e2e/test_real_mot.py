"""Real MOT files, from the command to what the service keeps: every id a track, every gap a new segment, every keyframe
there with the file's own coordinates.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Ferry
from tests.localbox_server import Localbox

SPEC = """\
name: real
dataset: Real videos
project: {{name: Real tracks, media_type: VIDEO}}
ontology: {{name: Real tracks, from: labels}}
videos:
  - {{global_key: "{key}", row_data: "https://example.com/{key}.mp4"}}
labels:
  - {{format: mot, path: "{path}", global_key: "{key}"{classes}}}
"""
ONE_CLASS = ", classes: {1: person}"
FILES = {
    "motmetrics ground truth": ("motmetrics/TUD-Campus/gt/gt.txt", ONE_CLASS),
    "motmetrics tracker": ("motmetrics/TUD-Campus/tracker_output.txt", ONE_CLASS),
    "mmtracking ground truth": ("mmtracking/TUD-Campus/gt/gt.txt", ONE_CLASS),
    "CVAT with its own classes": ("dagshub-annotation-converter/seq/gt/gt.txt", ""),
    "detections of TUD-Campus": ("sort/TUD-Campus/det/det.txt", ONE_CLASS),
    "detections of ETH-Sunnyday": ("sort/ETH-Sunnyday/det/det.txt", ONE_CLASS),
}
USUAL = {"motmetrics ground truth", "CVAT with its own classes"}
"""In each run of the tests; the others in ``make test-all``."""

Box = tuple[float, float, float, float]
Keyframes = dict[int, Box]


@dataclass(frozen=True)
class Expected:
    """The contents of a file, read here only with ``split`` and ``float``."""

    tracks: list[Keyframes]

    @classmethod
    def of(cls, path: Path) -> "Expected":
        tracks: dict[str, Keyframes] = {}
        rows = [row for row in path.read_text("utf-8").splitlines() if row and not row.startswith("#")]
        for number, row in enumerate(rows):
            frame, identity, *box = row.split(",")[:6]
            left, top, width, height = map(float, box)
            tracks.setdefault(f"row {number}" if identity == "-1" else identity, {})[int(frame)] = (
                left,
                top,
                width,
                height,
            )
        return cls(list(tracks.values()))


def read_back(line: dict[str, Any]) -> list[Keyframes]:
    """The segments of one annotation at the service."""
    return [
        {
            keyframe["frame"]: tuple(keyframe["bbox"][edge] for edge in ("left", "top", "width", "height"))
            for keyframe in segment["keyframes"]
        }
        for segment in line["segments"]
    ]


def unbroken(track: Keyframes) -> list[list[int]]:
    """The runs of frames without a gap."""
    frames = sorted(track)
    starts = [0, *(at for at, (one, next_) in enumerate(pairwise(frames), 1) if next_ != one + 1), len(frames)]
    return [frames[start:end] for start, end in pairwise(starts)]


def comparable(track: Keyframes) -> tuple[tuple[int, Box], ...]:
    return tuple(sorted(track.items()))


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        pytest.param(*file, id=title, marks=[] if title in USUAL else [pytest.mark.full])
        for title, file in FILES.items()
    ],
)
def test_it_arrives_as_it_stands(
    name: str, classes: str, ferry: Ferry, localbox: Localbox, shared: Path, tmp_path: Path
) -> None:
    path = shared / "data" / "mot" / name
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    expected = Expected.of(path)
    spec = tmp_path / "real.yaml"
    spec.write_text(SPEC.format(key="real-video", path=path, classes=classes), "utf-8")

    report = ferry("onboard", spec, "--json")

    report_of = report.json
    keyframes = sum(map(len, expected.tracks))
    assert (report.code, report.err) == (0, "")
    assert report_of["counts"]["tracks"] == report_of["accepted"] == len(expected.tracks)
    assert (report_of["counts"]["keyframes"], report_of["failed"]) == (keyframes, 0)

    lines = [read_back(line) for line in localbox.annotations()]
    whole = [{frame: box for segment in segments for frame, box in segment.items()} for segments in lines]
    assert Counter(map(comparable, whole)) == Counter(map(comparable, expected.tracks))
    assert [[list(segment) for segment in segments] for segments in lines] == [unbroken(track) for track in whole]
    assert sum(len(segment) for segments in lines for segment in segments) == keyframes

    localbox.forget()
    before = localbox.kept()
    again = ferry("onboard", spec)
    assert "nothing to do" in again.done()
    assert localbox.mutations() == []
    assert localbox.kept() == before


def test_every_real_file_is_among_them(shared: Path) -> None:
    folder = shared / "data" / "mot"
    there = {str(path.relative_to(folder)) for path in folder.rglob("*.txt") if path.name != "labels.txt"}
    assert there <= {name for name, _ in FILES.values()}
