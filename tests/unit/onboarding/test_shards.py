"""Lines -> jobs of bounded size: all lines of a row together, and no job above the bounds unless one row is."""

import pytest

from labelferry.desired.state import IndexedLine
from labelferry.model import RowRef
from labelferry.ndjson import LineKind
from labelferry.onboarding.steps.pending import Outgoing
from labelferry.onboarding.steps.sending import MOST_BYTES, MOST_LINES, shards

HALF = MOST_BYTES // 2


def lines(row: str, count: int = 1, length: int = 1) -> list[Outgoing]:
    at = (IndexedLine(f"{row}-{n}", RowRef(row), "car", LineKind.BOX, "f", 1, 0, length) for n in range(count))
    return [Outgoing(line) for line in at]


CASES = {
    "nothing": ([], []),
    "one row": (lines("a", 3), [3]),
    "several rows": (lines("a", 3) + lines("b", 2), [5]),
    "as many bytes as a job takes": (lines("a", 1, HALF) + lines("b", 1, MOST_BYTES - HALF), [2]),
    "a byte more": (lines("a", 1, HALF) + lines("b", 1, MOST_BYTES - HALF + 1), [1, 1]),
    "bytes of all lines of a row": (lines("a", 2, HALF) + lines("b"), [2, 1]),
    "a row above the bound is not cut": (lines("a") + lines("b", 3, HALF) + lines("c"), [1, 3, 1]),
    "the bytes of a job that is full do not count again": (
        lines("a", 1, HALF) + lines("b", 1, HALF + 1) + lines("c", 1, HALF - 1) + lines("d"),
        [1, 2, 1],
    ),
    "as many lines as a job takes": (lines("a", MOST_LINES - 1) + lines("b"), [MOST_LINES]),
    "a line more": (lines("a", MOST_LINES) + lines("b"), [MOST_LINES, 1]),
    "a row with more lines than that": (lines("a", MOST_LINES + 1) + lines("b"), [MOST_LINES + 1, 1]),
}


@pytest.mark.parametrize(("outgoing", "sizes"), CASES.values(), ids=CASES)
def test_jobs_are_bounded(outgoing: list[Outgoing], sizes: list[int]) -> None:
    made = list(shards(outgoing))
    assert [len(shard) for shard in made] == sizes
    assert [each for shard in made for each in shard] == outgoing


def test_the_bounds() -> None:
    assert (MOST_BYTES, MOST_LINES) == (50_000_000, 20_000)
