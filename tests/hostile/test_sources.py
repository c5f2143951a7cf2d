"""Files that are not what they claim: one clear error of ours with the file's name, whatever the bytes are."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from labelferry.errors import InputError, SourceError
from labelferry.files.reach import Reach
from labelferry.sources.manifest import read_videos
from labelferry.sources.registry import LabelsUnion, read_labels
from labelferry.sources.source import Source

ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)
OPTIONS = {
    "mot": {"format": "mot", "path": "labels.txt", "global_key": "k", "classes": {1: "person"}},
    "csv": {"format": "table", "path": "labels.csv", "global_key": "k", "class_name": "person"},
    "parquet": {"format": "table", "path": "labels.parquet", "global_key": "k", "class_name": "person"},
    "excel": {"format": "table", "path": "labels.xlsx", "global_key": "k", "class_name": "person"},
    "json lines": {"format": "table", "path": "labels.jsonl", "global_key": "k", "class_name": "person"},
    "ndjson": {"format": "ndjson", "path": "labels.ndjson", "global_key": "k"},
}
JUNK = {
    "random": np.random.default_rng(7).bytes(4000),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "zip": b"PK\x03\x04" + bytes(60),
    "parquet head": b"PAR1" + bytes(40) + b"PAR1",
    "utf-16": "frame,id\n1,1\n".encode("utf-16"),
    "nul": b"1,1,\x00\n",
    "only commas": b",,,,,,,,,\n" * 3,
    "one long line": b"1," * 100_000,
    "quotes": b'"' * 999,
    "brackets": b"[" * 5_000,
    "braces": b'{"a":' * 5_000,
    "html": b"<!doctype html><html><body>404</body></html>\n",
    "json null": b"null",
    "json array": b"[]",
    "huge number": b"9" * 5_000 + b",1,1,1,1,1,1,1,1\n",
    "beyond float": b"1,1,1e309,-1e309,1,1,1,1,1\n",
    "beyond int64": b"99999999999999999999,1,1,1,1,1,1,1,1\n",
    "bidi and bell": "1,1,\u202e5,\x07,1,1,1,1,1\n".encode(),
}


def _read(options: dict[str, Any], content: bytes, base: Path) -> None:
    (base / options["path"]).write_bytes(content)
    entry = ENTRIES.validate_python(options)
    list(read_labels(Source(entry, (entry.path,), Reach(base), lambda note: None)))


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_junk_is_refused_with_the_files_name(options: dict[str, Any], content: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refused:
        _read(options, content, tmp_path)
    assert str(refused.value).startswith(options["path"])
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK.keys())
@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "jsonl", "json"])
def test_junk_is_no_manifest(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"videos.{suffix}"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"^{path.name}"):
        read_videos(path.name, Reach(tmp_path))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_a_folder_is_no_file(options: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / options["path"]).mkdir()
    entry = ENTRIES.validate_python(options)
    with pytest.raises(SourceError, match="no such file"):
        list(read_labels(Source(entry, (entry.path,), Reach(tmp_path), lambda note: None)))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["mot", "csv", "ndjson", "json lines"]), st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_labels_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, kind: str, content: bytes
) -> None:
    with suppress(InputError):
        _read(OPTIONS[kind], content, tmp_path_factory.mktemp("bytes"))


CELLS = st.sampled_from(
    ["", "1", "-1", "0", "2.5", "nan", "inf", "1e308", "-1e308", "1e999", "x", '"', "9" * 30, " 3 "]
)


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["mot", "csv"]),
    st.lists(st.lists(CELLS, min_size=9, max_size=9).map(",".join), min_size=1, max_size=6),
)
def test_no_cells_end_in_anything_but_labels_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[str]
) -> None:
    head = ["frame,id,x1,y1,x2,y2,segment,b,c"] if kind == "csv" else []
    with suppress(InputError):
        _read(OPTIONS[kind], "\n".join(head + rows).encode(), tmp_path_factory.mktemp("cells"))
