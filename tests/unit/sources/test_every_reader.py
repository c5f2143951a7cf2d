"""What every reader must do, whatever the format: the same two tracks, written in each format."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from labelferry.dataframe import COLUMNS
from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model import Geometry, LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media
from labelferry.ndjson import encode
from labelferry.reading import read
from labelferry.sources.folders import sources_of
from labelferry.sources.registry import READERS, LabelsUnion, read_labels
from labelferry.sources.sniff import recognise

FILES = Path(__file__).parent / "files"
ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)

SAMPLES = [
    pytest.param({"format": "mot", "path": "mot/gt.txt", "global_key": "street"}, [2, 6], id="mot"),
    pytest.param({"format": "table", "path": "boxes.csv"}, [2, 5], id="table"),
    pytest.param({"format": "ndjson", "path": "lines.ndjson"}, [1, 2], id="ndjson"),
    pytest.param({"format": "cvat", "path": "cvat/annotations.xml"}, [12, 19], id="cvat"),
    pytest.param({"format": "yolo", "path": "yolo/"}, [1, 2], id="yolo"),
    pytest.param({"format": "kitti", "path": "kitti/street.txt", "global_key": "{stem}"}, [1, 4], id="kitti"),
    pytest.param({"format": "coco", "path": "coco/ann.json"}, [None, None], id="coco"),
    pytest.param({"format": "label-studio", "path": "label_studio/tasks.json"}, [None, None], id="label-studio"),
    pytest.param({"format": "darwin", "path": "darwin/street.json"}, [None, None], id="darwin"),
    pytest.param({"format": "encord", "path": "encord/street.json"}, [None, None], id="encord"),
    pytest.param({"format": "frame-list", "path": "frame_list/street.json"}, [None, None], id="frame-list"),
    pytest.param({"format": "viame", "path": "viame/street.csv", "global_key": "{stem}"}, [2, 5], id="viame"),
    pytest.param(
        {"format": "cvat-json", "path": "cvat_json/street.json", "global_key": "{stem}"}, [None, None], id="cvat-json"
    ),
    pytest.param({"format": "labelbox", "path": "labelbox/export.ndjson"}, [None, None], id="labelbox"),
]
OTHERS = {"activitynet", "ava", "jaad", "masks", "mots", "pose", "ranges", "sportslabkit", "via"}
"""Formats of other shapes or with one class, each with tests of its own."""
NAMELESS = {"ndjson"}
"""Formats that do not say what a track is called."""
MEDIA = {"street": Media(100, 50)}


def _read(options: dict[str, Any], base: Path = FILES) -> tuple[list[LabelledVideo], list[Finding]]:
    notes: list[Finding] = []
    entry = ENTRIES.validate_python(options)
    sources = sources_of(entry, Reach(base), notes.append, MEDIA)
    return [video for source in sources for video in read_labels(source)], notes


def _facts(videos: list[LabelledVideo]) -> list[Any]:
    return [
        (
            str(video.row),
            str(track.feature),
            track.frames.tolist(),
            track.segment.tolist(),
            track.coords.tolist(),
            track.geometry,
            str(track.where),
            track.instance,
        )
        for video in videos
        for track in video.tracks
    ]


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_reads_the_expected_tracks(options: dict[str, Any], lines: list[int]) -> None:
    videos, notes = _read(options)
    person, car = (track for video in videos for track in video.tracks)
    assert {video.row.global_key for video in videos} == {"street"}
    assert (str(person.feature), str(car.feature)) == ("person", "car")
    assert person.geometry is Geometry.BOX
    assert person.frames.tolist() == [1, 2, 4]
    assert person.segment.tolist() == [0, 0, 1]
    assert person.coords == pytest.approx(np.array([[10, 20, 30, 40], [11, 20, 30, 40], [12, 20, 30, 40]]))
    assert car.frames.tolist() == [1]
    assert car.coords == pytest.approx(np.array([[-5.5, 3, 8, 9]]))
    names = [None, None] if options["format"] in NAMELESS else ["1", "2"]
    assert [person.instance, car.instance] == names
    assert not notes


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_says_where_each_track_came_from(options: dict[str, Any], lines: list[int]) -> None:
    videos, _ = _read(options)
    tracks = [track for video in videos for track in video.tracks]
    assert [track.where.line for track in tracks] == lines
    assert all(track.where.source.startswith(options["path"]) for track in tracks)
    assert all(video.where.source.startswith(options["path"]) for video in videos)
    assert all(video.where.line for video in videos) or lines == [None, None]


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_reads_the_same_twice(options: dict[str, Any], lines: list[int]) -> None:
    assert _facts(_read(options)[0]) == _facts(_read(options)[0])


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
@pytest.mark.parametrize("change", [b"\xef\xbb\xbf", b""], ids=["bom", "no bom"])
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
def test_line_ends_and_a_byte_order_mark_change_nothing(
    options: dict[str, Any], lines: list[int], change: bytes, line_end: bytes, tmp_path: Path
) -> None:
    for source in FILES.rglob("*.*"):
        copy = tmp_path / source.relative_to(FILES)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(change + source.read_bytes().replace(b"\n", line_end))
    assert _facts(_read(options, tmp_path)[0]) == _facts(_read(options)[0])


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_is_recognised_and_not_mistaken_for_another(options: dict[str, Any], lines: list[int]) -> None:
    found = recognise(FILES / options["path"])
    assert found is not None
    assert found[0].format == options["format"]


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_reads_the_same_without_a_spec(options: dict[str, Any], lines: list[int]) -> None:
    reading = read(FILES / options["path"], width=100, height=50)
    videos = list(reading)
    assert list(reading.formats) == [options["format"]]
    mine = [track for video in videos for track in video.tracks]
    theirs = [track for video in _read(options)[0] for track in video.tracks]
    assert [track.coords.tolist() for track in mine] == [track.coords.tolist() for track in theirs]
    assert [str(track.feature) for track in mine] == [str(track.feature) for track in theirs]


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_is_the_same_after_a_round_trip_through_import_lines(
    options: dict[str, Any], lines: list[int], tmp_path: Path
) -> None:
    videos = _read(options)[0]
    (tmp_path / "out.ndjson").write_bytes(b"".join(line.body + b"\n" for line in encode(videos)))
    again = _read({"format": "ndjson", "path": "out.ndjson"}, tmp_path)[0]
    kept = [(fact[0], *fact[1:6]) for fact in _facts(videos)]
    assert [(fact[0], *fact[1:6]) for fact in _facts(again)] == kept


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_a_table_has_a_row_for_each_keyframe(options: dict[str, Any], lines: list[int]) -> None:
    table = read(FILES / options["path"], width=100, height=50).to_dataframe()
    assert list(table.columns) == list(COLUMNS)
    assert table.kind.tolist() == ["box"] * 4
    assert table.frame.tolist() == [1, 2, 4, 1]
    assert table.segment.tolist() == [0, 0, 1, 0]
    assert table.left.tolist() == pytest.approx([10, 11, 12, -5.5])


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_refuses_a_missing_file(options: dict[str, Any], lines: list[int], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such file .* paths are relative to the spec|no file under"):
        _read(options, tmp_path)


@pytest.mark.parametrize(("options", "lines"), [sample for sample in SAMPLES if sample.id != "yolo"])
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"], ids=["nothing", "blank", "only a bom"])
def test_refuses_an_empty_file(options: dict[str, Any], lines: list[int], content: bytes, tmp_path: Path) -> None:
    path = tmp_path / options["path"]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"{path.name}: .*empty"):
        _read(options, tmp_path)


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_refuses_an_option_it_does_not_know(options: dict[str, Any], lines: list[int]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        ENTRIES.validate_python(options | {"frame_bass": 0})


def test_every_format_has_a_sample() -> None:
    formats = {options["format"] for sample in SAMPLES for options in [sample.values[0]]}
    assert formats == {reader.format for reader in READERS} - {"python"} - OTHERS
