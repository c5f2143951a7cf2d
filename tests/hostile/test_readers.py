"""Mutated files of every reader: labels, or an error of ours; never a traceback or a long wait."""

import json
import logging
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labelferry.errors import InputError
from labelferry.reading import read
from tests.unit.sources.test_every_reader import FILES, SAMPLES

SEEDS = {str(sample.id): sample.values[0] for sample in SAMPLES}
LONGEST_SECONDS = 5.0
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


def mutants(count: int, seed: str) -> Iterator[tuple[str, bytes]]:
    """Yield names of a sample's files with changed contents."""
    chance = random.Random(seed)  # noqa: S311  the same each time
    path = FILES / SEEDS[seed]["path"]
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for _ in range(count):
        file = chance.choice([each for each in files if each.stat().st_size])
        data = file.read_bytes()
        change = _json if file.suffix in (".json", ".ndjson") and chance.random() < 0.6 else chance.choice(CHANGES)
        yield file.name, change(data, chance)


def survive(seed: str, count: int, folder: Path) -> None:
    options = {key: value for key, value in SEEDS[seed].items() if key != "path"}
    source = FILES / SEEDS[seed]["path"]
    for name, data in mutants(count, seed):
        shutil.rmtree(folder / "in", ignore_errors=True)
        shutil.copytree(source if source.is_dir() else source.parent, folder / "in")
        (folder / "in" / name).write_bytes(data)
        target = folder / "in" if source.is_dir() else folder / "in" / name
        for given in ({}, options):
            started = time.monotonic()
            said = _refusal(target, given)
            assert len(said) < 2_000, data
            assert not said or ":" in said, data
            assert time.monotonic() - started < LONGEST_SECONDS, data


def _refusal(target: Path, options: dict[str, Any]) -> str:
    """What the reading was refused with; nothing when it was not."""
    try:
        list(read(target, width=100, height=50, **options))
    except InputError as error:
        return str(error)
    return ""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_change_of_a_file_ends_in_a_traceback(seed: str, tmp_path: Path) -> None:
    survive(seed, 40, tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
def test_nor_do_many(seed: str, tmp_path: Path) -> None:
    survive(f"{seed}", 700, tmp_path)
