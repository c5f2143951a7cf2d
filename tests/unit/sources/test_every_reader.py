"""What every reader must do, whatever the format: the same two tracks, written in each format."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model import Geometry, LabelledVideo
from labelferry.model.findings import Finding
from labelferry.sources.registry import READERS, LabelsUnion, read_labels
from labelferry.sources.source import Source

FILES = Path(__file__).parent / "files"
ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)

SAMPLES = [
    pytest.param({"format": "mot", "path": "mot/gt.txt", "global_key": "street"}, [2, 6], id="mot"),
    pytest.param({"format": "table", "path": "boxes.csv"}, [2, 5], id="table"),
    pytest.param({"format": "ndjson", "path": "lines.ndjson"}, [1, 2], id="ndjson"),
]
OWN_NAMES = {"mot", "table"}
"""Formats that say what a track is called; import lines do not."""


def _read(options: dict[str, Any], base: Path = FILES) -> tuple[list[LabelledVideo], list[Finding]]:
    notes: list[Finding] = []
    entry = ENTRIES.validate_python(options)
    return list(read_labels(Source(entry, (entry.path,), Reach(base), notes.append))), notes


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
    assert person.coords.tolist() == [[10, 20, 30, 40], [11, 20, 30, 40], [12, 20, 30, 40]]
    assert car.frames.tolist() == [1]
    assert car.coords.tolist() == [[-5.5, 3, 8, 9]]
    names = ["1", "2"] if options["format"] in OWN_NAMES else [None, None]
    assert [person.instance, car.instance] == names
    assert not notes


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
def test_says_where_each_track_came_from(options: dict[str, Any], lines: list[int]) -> None:
    videos, _ = _read(options)
    tracks = [track for video in videos for track in video.tracks]
    assert [track.where.line for track in tracks] == lines
    assert {track.where.source for track in tracks} == {options["path"]}
    assert {video.where.source for video in videos} == {options["path"]}
    assert all(video.where.line for video in videos)


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
def test_refuses_a_missing_file(options: dict[str, Any], lines: list[int], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no such file .* paths are relative to the spec"):
        _read(options, tmp_path)


@pytest.mark.parametrize(("options", "lines"), SAMPLES)
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
    registered = {model.model_fields["format"].annotation.__args__[0] for model in READERS}  # type: ignore[union-attr]
    assert formats == registered - {"python"}
