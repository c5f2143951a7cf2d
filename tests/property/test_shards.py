"""Lines cut into jobs: of bounded size, and never a row over two of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelferry.desired.state import IndexedLine
from labelferry.model import RowRef
from labelferry.ndjson import LineKind
from labelferry.onboarding.steps.pending import Outgoing
from labelferry.onboarding.steps.sending import MOST_BYTES, MOST_LINES, shards


def outgoing(row: int, length: int) -> Outgoing:
    return Outgoing(IndexedLine("uuid", RowRef(f"row-{row}"), "car", LineKind.BOX, "gt.txt:1", 1, 0, length))


def rows_of(shard: list[Outgoing]) -> set[RowRef]:
    return {each.line.row for each in shard}


@given(
    st.lists(
        st.lists(st.integers(1, 2 * MOST_BYTES) | st.integers(1, MOST_BYTES // 3), min_size=1, max_size=4), max_size=12
    )
)
def test_no_row_is_split_and_no_line_lost(rows: list[list[int]]) -> None:
    lines = [outgoing(number, length) for number, lengths in enumerate(rows) for length in lengths]
    cut = list(shards(lines))
    assert [each for shard in cut for each in shard] == lines
    assert all(not rows_of(one) & rows_of(other) for one, other in pairwise(cut))
    for shard in cut:
        size = sum(each.line.length for each in shard)
        assert size <= MOST_BYTES or len(rows_of(shard)) == 1


@pytest.mark.parametrize(
    ("rows", "each", "jobs"), [(2, MOST_LINES, 2), (2, MOST_LINES // 2, 1), (1, MOST_LINES + 1, 1), (3, 10_000, 2)]
)
def test_jobs_are_bounded_in_lines_but_for_a_row_that_is_larger(rows: int, each: int, jobs: int) -> None:
    lines = [outgoing(row, 1) for row in range(rows) for _ in range(each)]
    assert len(list(shards(lines))) == jobs
