"""The sides of the benchmark of encoding do the same work: they write the same lines."""

from pathlib import Path

from benches.encode import SDK, SIDES


def test_the_sides_write_the_same_lines(tmp_path: Path) -> None:
    written = {}
    for side, prepare in SIDES.items():
        if not side.startswith(SDK):
            (tmp_path / side).mkdir()
            prepare(3, 20, tmp_path / side)()
            if (out := tmp_path / side / "out.ndjson").exists():
                written[side] = out.read_bytes()
    assert written.keys() == {"columns", "Parquet", "CSV", "types"}
    assert len(set(written.values())) == 1
    assert written["columns"].count(b"\n") == 3
