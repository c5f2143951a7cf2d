"""The files of every run are kept until they take too much room: then those of the oldest runs go, never the last."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labelferry.reports.files import LEAST, MOST_BYTES, SUFFIXES, keep_copies

RUNS = LEAST + 5
SIZE = len(SUFFIXES) * len("run 00")


@pytest.mark.parametrize(
    ("most", "kept"), [(MOST_BYTES, RUNS), ((LEAST + 2) * SIZE, LEAST + 2), (1, LEAST)], ids=["room", "some", "none"]
)
def test_the_files_of_the_last_runs_are_kept(most: int, kept: int, tmp_path: Path) -> None:
    for number in range(RUNS):
        for suffix in SUFFIXES:
            (tmp_path / f"street{suffix}").write_text(f"run {number:02}", "utf-8")
        keep_copies("street", datetime(2026, 11, 27, number, tzinfo=UTC), tmp_path, most)
    files = sorted((tmp_path / "runs" / "street").iterdir())
    for suffix in SUFFIXES:
        told = [path.read_text("utf-8") for path in files if path.suffix == suffix]
        assert told == [f"run {number:02}" for number in range(RUNS - kept, RUNS)]
