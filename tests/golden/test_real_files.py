"""Real third-party files, read from next to the checkout: nothing merged, nothing lost, a segment at every gap."""

import json
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from labelferry.files.reach import Reach
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.ndjson import encode
from labelferry.sources import mot, ndjson
from labelferry.sources.mot import MotLabels
from labelferry.sources.ndjson import NdjsonLabels
from labelferry.sources.source import Source

TRACKED = [
    "mot/motmetrics/TUD-Campus/gt/gt.txt",
    "mot/motmetrics/TUD-Campus/tracker_output.txt",
    "mot/mmtracking/TUD-Campus/gt/gt.txt",
    "mot/dagshub-annotation-converter/seq/gt/gt.txt",
    "tracker_output/mmtracking/TUD-Campus.txt",
]
DETECTED = ["mot/sort/TUD-Campus/det/det.txt", "mot/sort/ETH-Sunnyday/det/det.txt"]

Rows = list[list[str]]


def _rows(path: Path) -> Rows:
    lines = path.read_text("utf-8").splitlines()
    return [line.split(",") for line in lines if line and not line.startswith("#")]


def _read(path: Path) -> tuple[LabelledVideo, list[Finding]]:
    named = None if path.with_name("labels.txt").is_file() else {1: "pedestrian"}
    entry = MotLabels(format="mot", path=path.name, global_key="scene", classes=named)
    notes: list[Finding] = []
    (video,) = mot.read(Source(entry, (entry.path,), Reach(path.parent), notes.append))
    return video, notes


@pytest.mark.parametrize("name", TRACKED)
def test_mot_tracks_keep_ids_keyframes_and_gaps(shared: Path, name: str) -> None:
    path = shared / "data" / name
    video, notes = _read(path)
    boxes: dict[str, dict[int, list[float]]] = defaultdict(dict)
    for frame, identity, *box in _rows(path):
        boxes[identity][int(frame)] = [float(value) for value in box[:4]]
    assert [track.instance for track in video.tracks] == list(boxes)
    for track in video.tracks:
        expected = boxes[track.instance or ""]
        assert dict(zip(track.frames.tolist(), track.coords.tolist(), strict=True)) == expected
        frames = sorted(expected)
        gaps = sum(later - earlier > 1 for earlier, later in pairwise(frames))
        assert track.segments == gaps + 1
    assert not notes


@pytest.mark.parametrize("name", DETECTED)
def test_mot_detections_become_a_track_each(shared: Path, name: str) -> None:
    path = shared / "data" / name
    video, notes = _read(path)
    rows = _rows(path)
    found = Counter((int(track.frames[0]), *track.coords[0].tolist()) for track in video.tracks)
    assert found == Counter((int(row[0]), *map(float, row[2:6])) for row in rows)
    assert len({track.instance for track in video.tracks}) == len(rows)
    (note,) = notes
    assert f"{len(rows):,} boxes have id -1" in note.message


def test_mot_classes_come_from_the_labels_file_of_cvat(shared: Path) -> None:
    video, _ = _read(shared / "data/mot/dagshub-annotation-converter/seq/gt/gt.txt")
    assert [str(track.feature) for track in video.tracks] == ["person", "car"]


@pytest.mark.parametrize("name", ["video_import.json", "annotation_import_video.ndjson"])
def test_the_sdks_own_import_files_decode(shared: Path, name: str) -> None:
    path = shared / "data/labelbox_import/labelbox-python" / name
    text = path.read_text("utf-8")
    lines = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    entry = NdjsonLabels(format="ndjson", path=name, global_key="scene")
    videos = list(ndjson.read(Source(entry, (entry.path,), Reach(path.parent), lambda note: pytest.fail(str(note)))))
    assert [_plain(line.data) for line in encode(videos)] == [_plain(line) for line in lines]


def _guide_lines(shared: Path) -> dict[str, list[dict[str, Any]]]:
    golden = json.loads((shared / "goldens/seed_ndjson.json").read_text("utf-8"))
    cases = json.loads((shared / "goldens/seed_cases.json").read_text("utf-8"))
    return {
        "single": [each["ndjson"] for each in golden["single"]],
        "step 5": golden["step5_payload"],
        "what the SDK writes": [_unmarked(line) for case in cases for line in case["sdk"]["ndjson"]],
        "what the guide writes": [line for case in cases for line in case["guide_ndjson"] or []],
    }


def _unmarked(line: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in line.items() if value != "<uuid>"}


@pytest.mark.parametrize("which", ["single", "step 5", "what the SDK writes", "what the guide writes"])
def test_every_line_of_the_guide_decodes_and_comes_back(shared: Path, which: str, tmp_path: Path) -> None:
    lines = _guide_lines(shared)[which]
    (tmp_path / "lines.ndjson").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    entry = NdjsonLabels(format="ndjson", path="lines.ndjson", global_key="scene")
    videos = list(ndjson.read(Source(entry, (entry.path,), Reach(tmp_path), lambda note: pytest.fail(str(note)))))
    assert len(videos) == len(lines) > 0
    assert [_plain(line.data) for line in encode(videos)] == [_plain(line) for line in lines]


def _plain(value: Any) -> Any:
    """The information of a line: ids and empty lists aside, frames in each answer, 1 = 1.0."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _plain(item) for key, item in value.items() if key not in {"uuid", "dataRow"}}
    if "answer" in kept and isinstance(kept["answer"], (dict, list)) and (frames := kept.pop("frames", None)):
        answers = kept["answer"] if isinstance(kept["answer"], list) else [kept["answer"]]
        for answer in answers:
            answer["frames"] = frames
    return {key: item for key, item in kept.items() if not (key == "classifications" and item == [])}
