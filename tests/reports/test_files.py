"""The files of the last runs are kept, those of earlier ones go."""

from datetime import UTC, datetime
from pathlib import Path

from labelferry.reports.files import KEPT, SUFFIXES, keep_copies


def test_the_files_of_the_last_runs_are_kept(tmp_path: Path) -> None:
    began = [datetime(2026, 11, 27, hour, tzinfo=UTC) for hour in range(KEPT + 2)]
    for number, started_at in enumerate(began):
        for suffix in SUFFIXES:
            (tmp_path / f"street{suffix}").write_text(f"run {number}", "utf-8")
        keep_copies("street", started_at, tmp_path)
    kept = sorted((tmp_path / "runs" / "street").iterdir())
    assert [path.read_text("utf-8") for path in kept if path.suffix == ".csv"] == [
        f"run {n}" for n in range(2, KEPT + 2)
    ]
    assert len(kept) == KEPT * len(SUFFIXES)
    assert {path.suffix for path in kept} == set(SUFFIXES)
