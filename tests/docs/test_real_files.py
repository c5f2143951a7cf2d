"""The table of real files: every file is in it, and what is written as import lines is read again."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import labelferry
from docs.real_files import COUNTED, PAGE, contents, lines, there_and_back
from tests.golden.test_every_real_file import COUNTS, NO_LABELS

SMALL = [
    "coco_vid/mmtracking/demo_cocovid_data/ann.json",
    "encord/encord-client-python/video_with_dynamic_classifications.labels.json",
    "mot/dagshub-annotation-converter/seq/gt/gt.txt",
    "mots_txt/TrackEval/example_line.txt",
]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_every_file_is_in_the_table() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in (*COUNTS, *NO_LABELS) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("name", SMALL)
def test_what_is_written_is_read_again(name: str, shared: Path) -> None:
    videos = list(labelferry.read(shared / "data" / name))
    found, back = contents(videos), there_and_back(videos)
    assert {each: back[each] for each in COUNTED} == {each: found[each] for each in COUNTED}
    assert found["keyframes"] + found["ranges"] + found["masks"] > 0


@pytest.mark.full
def test_the_table_is_what_the_command_writes(shared: Path) -> None:
    assert PAGE.read_text("utf-8") == "\n".join(lines(shared / "data")) + "\n"
