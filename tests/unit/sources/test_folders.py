"""Paths that name many files: a growing folder."""

from pathlib import Path
from typing import TypeVar

import pytest

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.folders import sources_of
from labelferry.sources.manifest import read_videos
from labelferry.sources.mot import MotLabels
from labelferry.sources.ndjson import NdjsonLabels

EntryT = TypeVar("EntryT", bound=LabelsEntry)

KEY = "{stem}.mp4"


def folder(base: Path, *names: str) -> Path:
    for name in names:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text("1,1,0,0,9,9,1,-1,-1,-1\n", "utf-8")
    return base


def mot(path: str, key: str = KEY) -> MotLabels:
    return MotLabels(format="mot", path=path, global_key=key, classes={1: "car"}, frame_base=0)


def entries_of(entry: EntryT, base: Path) -> list[EntryT]:
    return [source.entry for source in sources_of(entry, Reach(base), lambda note: None, {})]


@pytest.mark.parametrize(
    ("pattern", "key", "found"),
    [
        ("in/*.txt", KEY, [("in/a.txt", "a.mp4"), ("in/b.txt", "b.mp4")]),
        ("in/**/*.txt", "{name}", [("in/a.txt", "a.txt"), ("in/b.txt", "b.txt"), ("in/c/a.txt", "a.txt")]),
        ("in/[ab].txt", "x-{stem}", [("in/a.txt", "x-a"), ("in/b.txt", "x-b")]),
        ("in/a.txt", KEY, [("in/a.txt", "a.mp4")]),
        ("in/a.txt", "clip", [("in/a.txt", "clip")]),
        ("in/c/*.txt", "{parent2}-{parent}", [("in/c/a.txt", "in-c")]),
        ("in/c/", KEY, [("in/c/a.txt", "a.mp4")]),
    ],
)
def test_one_entry_for_each_file(pattern: str, key: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    base = folder(tmp_path, "in/b.txt", "in/a.txt", "in/c/a.txt", "in/c/.hidden", "in/notes.md")
    entries = entries_of(mot(pattern, key), base)
    assert [(entry.path, entry.global_key) for entry in entries] == found
    assert {(entry.frame_base, entry.classes[1] if entry.classes else "") for entry in entries} == {(0, "car")}


def test_an_absolute_pattern(tmp_path: Path) -> None:
    base = folder(tmp_path, "in/a.txt")
    (elsewhere := tmp_path / "spec").mkdir()
    entries = entries_of(mot(f"{base}/in/*.txt"), elsewhere)
    assert [entry.path for entry in entries] == [str(base / "in" / "a.txt")]


def test_an_entry_without_a_key(tmp_path: Path) -> None:
    base = folder(tmp_path, "a.ndjson", "b.ndjson")
    entries = entries_of(NdjsonLabels(format="ndjson", path="*.ndjson"), base)
    assert [(entry.path, entry.global_key) for entry in entries] == [("a.ndjson", None), ("b.ndjson", None)]


def test_nothing_matches(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"in/\*\.txt: no file under .* matches"):
        entries_of(mot("in/*.txt"), tmp_path)


def test_a_name_that_makes_no_key(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"in/a#b\.txt: .*contains '#'.*rename the file"):
        entries_of(mot("in/*.txt"), folder(tmp_path, "in/a#b.txt"))


def test_videos_of_a_folder(tmp_path: Path) -> None:
    base = folder(tmp_path, "in/b.mp4", "in/a.mp4")
    rows = read_videos("in/*.mp4", Reach(base))
    assert [(row.global_key, row.row_data, row.file) for row in rows] == [
        ("a.mp4", "in/a.mp4", base / "in/a.mp4"),
        ("b.mp4", "in/b.mp4", base / "in/b.mp4"),
    ]


def test_videos_of_one_name_in_two_folders(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"global key 'a\.mp4' is also used at"):
        read_videos("**/*.mp4", Reach(folder(tmp_path, "in/a.mp4", "out/a.mp4")))
