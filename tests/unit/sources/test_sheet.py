"""Tables as columns: typed files give the same text and numbers as a CSV would."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from labelferry.errors import SourceError
from labelferry.sources.sheet import Sheet, joined
from labelferry.sources.sheet_files import read_sheet
from labelferry.sources.text import bytes_of, text_of


def _parquet(folder: Path, column: Any) -> Sheet:
    path = folder / "t.parquet"
    pq.write_table(pa.table({"column": column}), path)
    return read_sheet(path, path.name)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([12, None]), ["12", ""]),
        (pa.array([12.0, 0.1]), ["12", "0.1"]),
        (pa.array([float("nan"), 1e300]), ["", "1e+300"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([" a ", None]), ["a", ""]),
        (pa.array(["b", "b"]).dictionary_encode(), ["b", "b"]),
        (pa.array([[{"n": 1}], []]), ['[{"n":1}]', "[]"]),
        (pa.array([b"x", None]), ["x", ""]),
    ],
)
def test_typed_cells_read_as_text(tmp_path: Path, column: Any, text: list[str]) -> None:
    assert _parquet(tmp_path, column).text("column") == text


@pytest.mark.parametrize("column", [pa.array([1, 2]), pa.array([1.0, 2.0]), pa.array(["1", "+2"])])
def test_typed_cells_read_as_numbers(tmp_path: Path, column: Any) -> None:
    sheet = _parquet(tmp_path, column)
    assert sheet.numbers("column").tolist() == [1.0, 2.0]
    assert sheet.whole("column").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("column", "what"),
    [
        (pa.array([1.0, None]), "t.parquet:2: column is empty"),
        (pa.array([1, None]), "t.parquet:2: column is empty"),
        (pa.array([1, 2**62 + 1]), "t.parquet:2: column is 4611686018427387905, not a whole number"),
        (pa.array([True]), "t.parquet:1: column is 'true', not a number"),
        (pa.array([[1]]), "t.parquet:1: column is '.1.', not a number"),
    ],
)
def test_cells_that_are_no_whole_numbers_are_refused(tmp_path: Path, column: Any, what: str) -> None:
    with pytest.raises(SourceError, match=what):
        _parquet(tmp_path, column).whole("column")


def test_a_workbook_without_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    pd.DataFrame().to_excel(path, index=False)
    with pytest.raises(SourceError, match=r"t\.xlsx: the first sheet is empty.*first sheet"):
        read_sheet(path, path.name)


@pytest.mark.parametrize("read", [bytes_of, text_of])
def test_what_is_no_file(tmp_path: Path, read: Any) -> None:
    with pytest.raises(SourceError, match=r"boxes: cannot be read \(Is a directory\).*file you may read"):
        read(tmp_path, "boxes")


def test_json_cells_of_several_types_read_as_text(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": 1, "b": "x"}\n\n{"a": "00012", "b": {"c": null}}\n{}\n', "utf-8")
    sheet = read_sheet(tmp_path / "t.jsonl", "t.jsonl")
    assert sheet.text("a") == ["1", "00012", ""]
    assert sheet.text("b") == ["x", '{"c":null}', ""]
    assert sheet.places.lines.tolist() == [1, 3, 4]


def test_json_cells_with_different_keys_keep_their_own(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"a": {"x": 1}}\n{"a": {"y": 2}}\n', "utf-8")
    assert read_sheet(tmp_path / "t.jsonl", "t.jsonl").text("a") == ['{"x":1}', '{"y":2}']


@pytest.mark.parametrize("last", ['"one\ntwo"', "one"])
def test_a_quoted_cell_may_go_over_lines(tmp_path: Path, last: str) -> None:
    (tmp_path / "t.csv").write_text(f'note,n\n"first\nsecond",1\n{last},2\n', "utf-8")
    sheet = read_sheet(tmp_path / "t.csv", "t.csv")
    assert sheet.text("note") == ["first\nsecond", last.strip('"')]
    assert sheet.whole("n").tolist() == [1, 2]
    assert sheet.places.lines.tolist() == [2, 4]


def test_joined_rows_keep_their_file_and_line(tmp_path: Path) -> None:
    for name, text in (("a.csv", "n\n1\n\n2\n"), ("b.csv", "n\n3\n")):
        (tmp_path / name).write_text(text, "utf-8")
    sheet = joined([read_sheet(tmp_path / name, name) for name in ("a.csv", "b.csv")])
    assert sheet.whole("n").tolist() == [1, 2, 3]
    assert [str(sheet.places.where(row)) for row in range(3)] == ["a.csv:2", "a.csv:4", "b.csv:2"]


WITHOUT_PANDAS = """
import sys
sys.modules["pandas"] = None
import labelferry
print([len(track) for path in sys.argv[1:] for video in labelferry.read(path) for track in video.tracks])
"""


def test_tables_are_read_without_pandas(tmp_path: Path) -> None:
    """Importing it takes 40 MB and a quarter of a second, and pyarrow does so by the way."""
    rows = {"global_key": ["a", "a"], "frame": [1, 2], "track": [7, 7], "class": ["car", "car"]}
    rows |= {name: [1.5, 2.5] for name in ("left", "top", "width", "height")}
    pq.write_table(pa.table(rows), tmp_path / "boxes.parquet")
    pd.DataFrame(rows).to_csv(tmp_path / "boxes.csv", index=False)
    files = [str(tmp_path / "boxes.parquet"), str(tmp_path / "boxes.csv")]
    command = [sys.executable, "-c", WITHOUT_PANDAS, *files]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout, done.stderr) == ("[2, 2]\n", "")
