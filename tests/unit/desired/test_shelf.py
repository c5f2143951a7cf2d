"""Labels wait for those of the same row, in memory or on disk, and come back as they were."""

from pathlib import Path

import orjson
import pytest

from labelferry.desired.build import build
from labelferry.desired.shelf import Shelf
from labelferry.desired.state import Desired
from labelferry.ndjson import encode, read_line
from labelferry.spec.load import load_own_spec

HEAD = "global_key,frame,track,class,left,top,width,height\n"


def table(*rows: str) -> str:
    return HEAD + "".join(f"{row},1,2,3,4\n" for row in rows)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desired:
    """A spec whose rows come in turns: one file has a, b and the other b, a."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "1.csv").write_text(table("a,1,1,car", "a,2,1,car", "b,1,1,car"), "utf-8")
    (tmp_path / "2.csv").write_text(table("b,1,2,dog", "A,9,2,dog", "A,9,3,dog"), "utf-8")
    spec = {
        "name": "turns",
        "dataset": "T",
        "project": "T",
        "ontology": {"name": "T", "from": "labels"},
        "videos": [{"global_key": key, "row_data": f"https://example.com/{key}.mp4"} for key in ("a", "b")],
        "labels": [{"format": "table", "path": "*.csv"}],
    }
    return build(load_own_spec(spec), tmp_path / "home")


def test_the_labels_of_a_row_are_together(built: Desired) -> None:
    assert [(line.row.global_key, line.feature) for line in built.index()] == [
        ("a", "car"), ("a", "dog"), ("a", "dog"), ("b", "car"), ("b", "dog"),
    ]  # fmt: skip
    assert len({line.uuid for line in built.index()}) == 5, "equal lines of a row are told apart"
    assert (built.counts.tracks, built.counts.keyframes, built.counts.lines) == (5, 6, 5)


@pytest.mark.parametrize("in_memory", [0, 3_000, 10**9])
def test_labels_come_back_as_they_were(built: Desired, in_memory: int) -> None:
    videos = [built.video(line) for line in built.index()]
    turns = [videos[at] for at in (0, 3, 1, 4, 2)]
    with Shelf(in_memory) as shelf:
        assert not shelf
        for video in turns:
            shelf.add(video)
        for _ in range(2):
            rows = list(shelf.by_row())
            assert [[video.row.global_key for video in row] for row in rows] == [["a"] * 3, ["b"] * 2]
            bodies = [line.body for row in rows for line in encode(row)]
            assert bodies == [line.body for line in encode(videos)]
            assert [video.where for row in rows for video in row] == [video.where for video in videos]


def test_a_line_is_the_same_after_the_disk(built: Desired) -> None:
    line = next(iter(built.index()))
    video = read_line(orjson.loads(built.body(line)), built.video(line).where)
    with Shelf(0) as shelf:
        shelf.add(video)
        ((back,),) = shelf.by_row()
    assert back.tracks[0].uuid == line.uuid
    assert back.tracks[0].coords.tolist() == video.tracks[0].coords.tolist()
