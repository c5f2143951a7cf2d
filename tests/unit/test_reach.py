"""The files that a spec may read: a trusted one any, an untrusted one only those really below its folder."""

import os
from pathlib import Path

import pytest

from labelferry.errors import SourceError, SpecError
from labelferry.files.reach import Reach

WORD = "canary-word-77"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """The folder of untrusted specs: files, links that stay inside and links that do not; next to it a secret."""
    folder = tmp_path / "specs"
    (folder / "in").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text(WORD, "utf-8")
    (folder / "in" / "a.csv").write_text("a", "utf-8")
    (folder / "in" / "b.csv").write_text("b", "utf-8")
    (folder / "to-a.csv").symlink_to("in/a.csv")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "out").symlink_to(tmp_path)
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "loop.csv").symlink_to("loop.csv")
    os.mkfifo(folder / "pipe.csv")
    return folder


@pytest.mark.parametrize("path", ["in/a.csv", "./in/a.csv", "to-a.csv"])
def test_a_stranger_reads_below_its_folder(path: str, specs: Path) -> None:
    assert Reach(specs, confined=True).file(path) == specs / "in" / "a.csv"


OUTSIDE = [
    pytest.param("{specs}/in/a.csv", "only files below", id="absolute, though inside"),
    pytest.param("/etc/passwd", "only files below", id="absolute"),
    pytest.param("../secret.csv", "only files below", id="up"),
    pytest.param("in/../in/a.csv", "only files below", id="up and down again"),
    pytest.param("out.csv", "a link leads out", id="link"),
    pytest.param("out/secret.csv", "a link leads out", id="linked folder"),
    pytest.param("out/absent.csv", "a link leads out", id="what may not exist behind a link"),
    pytest.param("zero.csv", "a link leads out", id="device"),
    pytest.param("loop.csv", "cannot be read|not a regular one", id="loop"),
    pytest.param("pipe.csv", "not a regular one", id="pipe"),
    pytest.param("in", "not a regular one", id="folder"),
    pytest.param("", "not a regular one", id="nothing"),
    pytest.param("absent.csv", "no such file", id="absent"),
    pytest.param("a\0b", "cannot be read", id="NUL"),
    pytest.param("x" * 300, "cannot be read", id="too long"),
]


@pytest.mark.parametrize(("path", "says"), OUTSIDE)
def test_a_stranger_reads_nothing_else(path: str, says: str, specs: Path) -> None:
    with pytest.raises(SourceError, match=says):
        Reach(specs, confined=True).file(path.format(specs=specs))


@pytest.mark.parametrize("path", ["in/a.csv", "/etc/passwd", "*.csv"])
def test_without_a_folder_a_stranger_reads_nothing(path: str) -> None:
    for read in (Reach(None, confined=True).file, Reach(None, confined=True).files):
        with pytest.raises(SourceError, match="set LABELFERRY_SPECS to the folder that such specs may read"):
            read(path)


def test_the_folder_itself_may_be_a_link(specs: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(specs)
    assert Reach(tmp_path / "linked", confined=True).file("in/a.csv") == specs / "in" / "a.csv"


def test_a_stranger_s_pattern(specs: Path) -> None:
    assert Reach(specs, confined=True).files("in/*.csv") == ["in/a.csv", "in/b.csv"]


def test_a_pattern_takes_the_endings_that_cameras_write(tmp_path: Path) -> None:
    for name in ("a.MP4", "b.mp4", "c.Mp4", "d.mp3"):
        (tmp_path / name).write_bytes(b"x")
    assert Reach(tmp_path).files("*.mp4") == ["a.MP4", "b.mp4", "c.Mp4"]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("*.csv", "a link leads out"),
        ("out/*.csv", "a link leads out"),
        ("../*.csv", "only files below"),
        ("/etc/*", "only files below"),
        ("in/*.txt", "matches"),
        ("a**b", "not a pattern|matches"),
        ("in/\0*", "not a pattern|matches"),
    ],
)
def test_a_pattern_that_leads_elsewhere(pattern: str, says: str, specs: Path) -> None:
    with pytest.raises(SourceError, match=says) as refused:
        Reach(specs, confined=True).files(pattern)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("path", ["in/a.csv", "../secret.csv", "out.csv", "{specs}/in/a.csv"])
def test_an_owner_reads_whatever_it_names(path: str, specs: Path) -> None:
    assert Reach(specs).file(path.format(specs=specs)).is_file()


@pytest.mark.parametrize(("path", "says"), [each for each in OUTSIDE if each.id in {"pipe", "folder", "NUL"}])
def test_an_owner_s_files_are_regular_ones(path: str, says: str, specs: Path) -> None:
    with pytest.raises(SourceError, match=says):
        Reach(specs).file(path)
    with pytest.raises(SourceError, match="not a regular one"):
        Reach(specs).file("/dev/zero")


def test_a_stranger_s_files_are_not_quoted(specs: Path) -> None:
    wrong = SpecError(f"in/a.csv:3: '{WORD}' is not a number", line=3)
    says = r"^in/a\.csv:3: cannot be read as a table"
    stranger_s = Reach(specs, confined=True).unquoted("in/a.csv", "a table")
    with pytest.raises(SourceError, match=says) as refused, stranger_s:
        raise wrong
    assert WORD not in str(refused.value)
    assert refused.value.__suppress_context__
    with pytest.raises(SpecError, match=WORD), Reach(specs).unquoted("in/a.csv", "a table"):
        raise wrong


def test_of_several_files_the_one_that_is_wrong_is_named(specs: Path) -> None:
    stranger_s = Reach(specs, confined=True).unquoted("in/*.csv", "a table")
    with pytest.raises(SourceError, match=r"^in/a\.csv:3: cannot be read as a table"), stranger_s:
        raise SourceError(WORD, line=3, file="in/a.csv")
