"""Small inputs that unfold to something large: each is refused within seconds and a bounded memory."""

import io
import sys
import textwrap
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands import command

SPEC = """\
name: bomb
dataset: Bomb
project: Bomb
ontology: {name: Bomb, from: labels}
videos: [{global_key: clip, row_data: "https://example.com/clip.mp4"}]
labels:
  - LABELS
"""
TABLE = "{format: table, path: PATH}"
MEMORY = 3_000_000_000
BOUNDED = ("prlimit", f"--as={MEMORY * 2}", "--cpu=45")
"""Address space is not memory: Arrow's and BLAS' threads reserve it."""


def check(folder: Path, spec: str) -> tuple[int, str]:
    (folder / "spec.yaml").write_text(spec, "utf-8")
    ended = command(folder, "check", str(folder / "spec.yaml"), limits=BOUNDED, OPENBLAS_NUM_THREADS="1")
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def test_nested_merges(tmp_path: Path) -> None:
    """700 bytes, whose merges name one another."""
    lines = ["m0: &m0 {k0: 0}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: {n}}}" for n in range(1, 26)]
    code, said = check(tmp_path, SPEC.replace("LABELS", TABLE) + "\n".join(lines) + "\n")
    assert (code, "too large: more than 100,000 values" in said) == (2, True), said


def test_a_list_in_itself(tmp_path: Path) -> None:
    code, said = check(tmp_path, SPEC.replace("labels:\n  - LABELS\n", "labels: &a [*a]\n"))
    assert (code, said.count("\n")) == (2, 1)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/stdin"])
def test_a_device_is_no_file(device: str, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text("frame,track,class,left,top,width,height\n1,1,car,1,2,3,4\n", "utf-8")
    inferred, real = "ontology: {name: Bomb, from: labels}", TABLE.replace("PATH", "boxes.csv, global_key: clip")
    for spec in (
        SPEC.replace(inferred, f"ontology: {{name: Bomb, file: {device}}}").replace("LABELS", real),
        SPEC.replace("LABELS", TABLE.replace("PATH", device)),
    ):
        code, said = check(tmp_path, spec)
        assert (code, device in said) == (2, True), said


@pytest.mark.full
def test_parquet_of_one_value(tmp_path: Path) -> None:
    rows, names = (
        20_000_000,
        ["frame", "track", "left", "top", "width", "height", "x", "y", "a", "b", "c", "d", "e", "f"],
    )
    one = pa.array(np.ones(rows, np.int64))
    pq.write_table(pa.table(dict.fromkeys(names, one)), tmp_path / "bomb.parquet", compression="zstd")
    assert (tmp_path / "bomb.parquet").stat().st_size < 2_000_000
    entry = TABLE.replace("PATH", "bomb.parquet, global_key: clip, class_name: car")
    code, said = check(tmp_path, SPEC.replace("LABELS", entry))
    assert (code, "unfold to more than 2,000,000,000" in said) == (2, True), said


@pytest.mark.full
def test_a_workbook_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    pd.DataFrame({"frame": [1], "class": ["car"]}).to_excel(path, index=False)
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.infolist():
            content = old.read(each)
            if each.filename.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b"<row><c><v>1</v></c></row>" * 4_000_000 + b"</sheetData>")
            new.writestr(each.filename, content)
    path.write_bytes(packed.getvalue())
    assert path.stat().st_size < 600_000
    code, said = check(tmp_path, SPEC.replace("LABELS", TABLE.replace("PATH", "bomb.xlsx")))
    assert (code, "save the sheet as CSV or Parquet" in said) == (2, True), said


def test_a_list_of_labels_without_end(tmp_path: Path) -> None:
    (tmp_path / "labels.py").write_text(
        textwrap.dedent("""
        class Endless(list):
            def __iter__(self):
                while True:
                    yield self[0]

        labels = Endless([None])
        """),
        "utf-8",
    )
    code, said = check(tmp_path, SPEC.replace("LABELS", "{format: python, path: labels.py}"))
    assert (code, "labels.py" in said) == (2, True), said


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_the_bounds_are_really_set(tmp_path: Path) -> None:
    (tmp_path / "labels.py").write_text("x = bytearray(7_000_000_000)\n", "utf-8")
    code, said = check(tmp_path, SPEC.replace("LABELS", "{format: python, path: labels.py}"))
    assert (code, "MemoryError" in said) == (2, True), said
