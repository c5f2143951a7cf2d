"""One suite over all readers: recognised, read as expected, kept by import lines, frames counted, hostile files."""

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import labelferry
from labelferry.errors import InputError
from labelferry.model.video import LabelledVideo
from labelferry.ndjson import encode
from labelferry.sources.registry import READERS
from labelferry.sources.sniff import recognise
from tests.unit.sources.reader_fixtures import FIXTURES, Fixture, told, written

BYTES_OF_A_SOURCE = 3_000
"""Of an entry and the paths of its files: what is known of each video before it is read, and less than its labels."""
BINARY = bytes(range(256)) * 4
CHANGES = {
    "empty": lambda _: b"",
    "blank": lambda _: b" \n\n",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut at its end": lambda data: data[:-3],
    "UTF-16": lambda data: data.decode(errors="replace").encode("utf-16"),
    "binary": lambda _: BINARY,
    "NUL bytes": lambda data: data[: len(data) // 2] + b"\0\0" + data[len(data) // 2 :],
    "NaN": lambda data: _first_number(data, b"NaN"),
    "infinite": lambda data: _first_number(data, b"1e999"),
    "huge": lambda data: _first_number(data, b"9" * 400),
    "a bracket too many": lambda data: b"[" * 100_000 + data,
}
TEXT_CHANGES = {"a byte order mark": lambda data: b"\xef\xbb\xbf" + data, "CRLF": lambda data: _crlf(data)}


def _first_number(data: bytes, instead: bytes) -> bytes:
    at = next((at for at, byte in enumerate(data) if chr(byte).isdigit()), 0)
    end = at
    while end < len(data) and chr(data[end]) in "0123456789.":
        end += 1
    return data[:at] + instead + data[end:]


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def reading(path: Path, name: str, fixture: Fixture) -> Any:
    named = None if fixture.sniffed else name
    return labelferry.read(path, named, **fixture.facts, **fixture.options)


def test_every_reader_has_a_fixture() -> None:
    assert set(FIXTURES) == {reader.format for reader in READERS}


@pytest.mark.parametrize("name", FIXTURES)
def test_is_recognised_as_itself(name: str, tmp_path: Path) -> None:
    found = recognise(FIXTURES[name].lay_out(tmp_path / "in"))
    assert (found[0].format if found else None) == (name if FIXTURES[name].sniffed else None)


@pytest.mark.parametrize("name", FIXTURES)
def test_says_what_is_expected(name: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    assert told(reading(fixture.lay_out(tmp_path / "in"), name, fixture).to_dataframe()) == fixture.expected


@pytest.mark.parametrize("name", FIXTURES)
def test_is_the_same_after_import_lines(name: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    videos: list[LabelledVideo] = list(reading(fixture.lay_out(tmp_path / "in"), name, fixture))
    (tmp_path / "lines.ndjson").write_bytes(b"".join(line.body + b"\n" for line in encode(videos)))
    again = labelferry.read(tmp_path / "lines.ndjson", "ndjson").to_dataframe()
    assert sorted(told(again).splitlines()) == sorted(fixture.expected.splitlines())


@pytest.mark.parametrize("name", FIXTURES)
def test_the_first_frame_is_frame_1(name: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    table = reading(fixture.lay_out_first(tmp_path / "in"), name, fixture).to_dataframe()
    frames = table[["frame", "start", "end"]].stack().dropna()
    assert set(frames.tolist()) == {1}, told(table)


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("change", CHANGES)
def test_a_hostile_file_is_read_or_refused_with_its_place(name: str, change: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    path = fixture.lay_out(tmp_path / "in")
    victim = tmp_path / "in" / next(iter(fixture.files))
    victim.write_bytes(CHANGES[change](victim.read_bytes()))
    for given in (None, name):
        said = _refusal(path, given, fixture)
        assert not said or path.name in said or victim.name in said
        assert not said or ";" in said or ": " in said
        assert len(said) < 2_000


def _refusal(path: Path, name: str | None, fixture: Fixture) -> str:
    """What the reading was refused with; nothing when it was not."""
    try:
        list(labelferry.read(path, name, **fixture.facts, **fixture.options))
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", sorted(set(FIXTURES) - {"masks"}))
@pytest.mark.parametrize("change", TEXT_CHANGES)
def test_line_ends_and_a_byte_order_mark_change_nothing(name: str, change: str, tmp_path: Path) -> None:
    fixture = FIXTURES[name]
    path = fixture.lay_out(tmp_path / "in")
    for victim in fixture.files:
        (tmp_path / "in" / victim).write_bytes(TEXT_CHANGES[change](fixture.files[victim]))
    assert told(reading(path, name, fixture).to_dataframe()) == fixture.expected


def _copies(name: str, count: int, folder: Path) -> Path:
    """The same labels for many videos, each in a folder and under names of its own."""
    for at in range(count):
        files = {file.replace("street", f"street{at}").replace("clip", f"clip{at}"): content
                 for file, content in FIXTURES[name].files.items()}  # fmt: skip
        written(files, folder / f"video{at:03}")
    return folder


def _peak(name: str, folder: Path, count: int) -> int:
    """Bytes at the most while the labels of many videos are read, and none of them is kept."""
    fixture = FIXTURES[name]
    tracemalloc.start()
    try:
        assert sum(1 for _ in reading(folder, name, fixture)) >= count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(set(FIXTURES) - {"python"}))  # a program of the user's, which makes a list
def test_memory_does_not_grow_with_the_number_of_videos(name: str, tmp_path: Path) -> None:
    few, many = _copies(name, 5, tmp_path / "few"), _copies(name, 100, tmp_path / "many")
    _peak(name, few, 5)  # what is imported and cached on first use
    assert _peak(name, many, 100) < 2 * _peak(name, few, 5) + 95 * BYTES_OF_A_SOURCE
