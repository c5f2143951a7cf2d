"""Columns found by their names: each recognised one plays its part, the most specific first in any position."""

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelferry.errors import SourceError
from labelferry.sources.columns import NAMES, assign, part_of

PAIRS = [(part, *pair) for part, names in NAMES.items() for pair in combinations(names, 2)]


@pytest.mark.parametrize(("part", "surer", "weaker"), PAIRS)
def test_of_two_columns_for_one_part_the_surer_plays_it(part: str, surer: str, weaker: str) -> None:
    for columns in ([weaker, surer], [surer, weaker], [weaker.upper(), surer.title()]):
        assert assign("boxes.csv", columns, {})[part].lower() == surer


@settings(max_examples=20)
@given(st.permutations([name for names in NAMES.values() for name in names]))
def test_all_of_them_in_any_order(columns: list[str]) -> None:
    assert assign("boxes.csv", columns, {}) == {part: names[0] for part, names in NAMES.items()}


@pytest.mark.parametrize("columns", [*permutations(["id", "track", "name", "class"])], ids=" ".join)
def test_a_column_that_is_told_goes_before_a_surer_one(columns: tuple[str, ...]) -> None:
    assert assign("boxes.csv", columns, {"track": "id", "label": "name"}) == {"track": "id", "class": "name"}


@pytest.mark.parametrize("columns", [*permutations(["left", "x", "id"])], ids=" ".join)
def test_a_column_plays_one_part(columns: tuple[str, ...]) -> None:
    """Given for another part, it is no longer free for the one that its name implies."""
    assert assign("boxes.csv", columns, {"track": "left"}) == {"track": "left", "left": "x"}


def test_a_column_that_is_not_there() -> None:
    with pytest.raises(SourceError, match=r"boxes\.csv:1: no column 'tid' for track.*id, x"):
        assign("boxes.csv", ["id", "x"], {"track": "tid"})


def test_every_recognised_name_stands_for_one_part() -> None:
    assert {name: part_of(name) for names in NAMES.values() for name in names} == {
        name: part for part, names in NAMES.items() for name in names
    }
    assert part_of("BB Left") == part_of(" bb-left ") == "left"
    assert part_of("confidence") is None


def test_in_a_table_the_weaker_column_is_left_and_told(read: Any, notes: list[Any]) -> None:
    rows = "global_key,frame,id,track,name,class,x,y,width,height\nstreet,1,7,2,Jo,car,1,2,3,4\n"
    (video,) = read(rows, format="table", path="boxes.csv")
    (track,) = video.tracks
    assert (str(track.feature), track.instance) == ("car", "2")
    assert [note.code for note in notes] == ["columns-ignored", "corner-assumed"]
    assert "id, name" in notes[0].message
