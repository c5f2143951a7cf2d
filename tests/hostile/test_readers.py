"""Mutated files of every reader: labels, or an error of ours with its place and a remedy that exists; no long wait.

``LABELFERRY_FUZZ_FILES=10000 pytest tests/hostile/test_readers.py -m full`` mutates that many files of all readers.
"""

import json
import logging
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labelferry.errors import InputError
from labelferry.reading import read
from labelferry.sources.registry import READERS
from labelferry.spec import Spec
from tests.unit.sources.reader_fixtures import FIXTURES, written

FUZZED = sorted(set(FIXTURES) - {"python"})
"""A Python file is a program: what it raises is told with its line, and mutating it would run anything."""
MANY = int(os.environ.get("LABELFERRY_FUZZ_FILES", "10000"))
LONGEST_SECONDS = 5.0
NAMED_OPTION = re.compile(r"\b(?:say|set|leave|as in|with) ([a-z_]+)(?:: |=| out)")
"""An option that a remedy names."""
OPTIONS = {name for reader in READERS for name in reader.entry.model_fields}
OPTIONS |= {*Spec.model_fields, "format", "width", "height", "fps", "frame_count"}
VALUES = [None, [], {}, "x", "", -1, 0, 1e308, 10**30, True, "9" * 40, [[]], {"a": 1}, "\0", "ä\u200b"]
WORDS = [b"", b"-1", b"nan", b"inf", b"1e999", b"9" * 40, b"x", b"\xff", b"0.5", b"\0", b"[", b"<a>", b",,", b"\n"]


def _tree(value: Any, chance: random.Random) -> Any:
    """A JSON value with something in it replaced, doubled or left out."""
    if chance.random() < 0.06:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        return {key: _tree(each, chance) for key, each in value.items() if chance.random() > 0.02}
    if isinstance(value, list):
        found = [_tree(each, chance) for each in value if chance.random() > 0.02]
        return found * 2 if chance.random() < 0.02 else found
    return value


def _json(data: bytes, chance: random.Random) -> bytes:
    lines = data.decode().splitlines() if data.count(b"\n{") else [data.decode()]
    return "\n".join(json.dumps(_tree(json.loads(line), chance)) for line in lines if line.strip()).encode()


def _cell(data: bytes, chance: random.Random) -> bytes:
    """One number or word replaced."""
    places = [found.span() for found in re.finditer(rb"[\w.-]+", data)]
    start, end = chance.choice(places)
    return data[:start] + chance.choice(WORDS) + data[end:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _swap(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines + lines[:1])


CHANGES: list[Callable[[bytes, random.Random], bytes]] = [_cell, _cut, _flip, _swap]


def mutants(count: int, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield names of a fixture's files with changed contents."""
    chance = random.Random(name)  # noqa: S311  the same each time
    files = {file: data for file, data in FIXTURES[name].files.items() if data}
    for _ in range(count):
        file = chance.choice(sorted(files))
        data = files[file]
        is_json = Path(file).suffix in (".json", ".ndjson") and chance.random() < 0.6
        change = _json if is_json else chance.choice(CHANGES)
        yield file, change(data, chance)


def survive(name: str, count: int, folder: Path) -> None:
    fixture = FIXTURES[name]
    for file, data in mutants(count, name):
        written({**fixture.files, file: data}, folder / "in")
        target = folder / "in" / (fixture.path or next(iter(fixture.files)))
        for given in (None, name):
            started = time.monotonic()
            said = _refusal(target, given, {**fixture.facts, **fixture.options})
            assert time.monotonic() - started < LONGEST_SECONDS, data
            assert len(said) < 2_000, data
            assert not said or target.name in said or file in said, (said, data)
            assert not said or ";" in said or ": " in said, (said, data)
            assert set(NAMED_OPTION.findall(said)) <= OPTIONS, said


def _refusal(target: Path, name: str | None, options: dict[str, Any]) -> str:
    """What the reading was refused with; nothing when it was not."""
    try:
        list(read(target, name, **options))
    except InputError as error:
        return str(error)
    return ""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", FUZZED)
def test_no_change_of_a_file_ends_in_a_traceback(name: str, tmp_path: Path) -> None:
    survive(name, 20, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("name", FUZZED)
def test_nor_do_many(name: str, tmp_path: Path) -> None:
    survive(name, -(-MANY // len(FUZZED)), tmp_path)
