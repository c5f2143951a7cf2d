"""The videos of a spec: from files and lists, keys as text, every fault with its line."""

from pathlib import Path
from typing import Any

import pytest

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model.keys import identity
from labelferry.sources.manifest import VideoRow, read_videos

URL = "https://example.com/a.mp4"


def _read(tmp_path: Path, text: str | bytes, name: str = "videos.csv") -> tuple[VideoRow, ...]:
    (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_videos(name, Reach(tmp_path))


def test_reads_every_column(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").touch()
    text = (
        "global_key,row_data,external_id,width,height,fps,frame_count,metadata.city,attachments\n"
        f'00012 ,{URL},x-1,1920,1080,29.97,300,Berlin,"[{{""type"": ""IMAGE"", ""value"": ""https://e.com/a.png""}}]"\n'
        "Clip B,b.mp4,,,,,,,\n"
    )
    first, second = _read(tmp_path, text)
    assert first.global_key == "00012"
    assert (first.row_data, first.file, first.external_id) == (URL, None, "x-1")
    assert (first.width, first.height, first.fps, first.frame_count) == (1920, 1080, 29.97, 300)
    assert first.metadata == {"city": "Berlin"}
    assert first.attachments == ({"type": "IMAGE", "value": "https://e.com/a.png"},)
    assert str(first.where) == "videos.csv:2"
    assert (second.global_key, second.row_data, second.file) == ("Clip B", "b.mp4", tmp_path / "b.mp4")
    assert (second.external_id, second.width, second.metadata, second.attachments) == (None, None, {}, ())


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "jsonl"])
def test_keys_stay_text_in_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    keys = ["00012", "1e5", "NA", "null", "True", "12"]
    table, path = pd.DataFrame({"global_key": keys, "row_data": URL}), tmp_path / f"videos.{suffix}"
    write = {
        "csv": lambda: table.to_csv(path, index=False),
        "parquet": lambda: table.to_parquet(path),
        "xlsx": lambda: table.to_excel(path, index=False),
        "jsonl": lambda: table.to_json(path, orient="records", lines=True),
    }
    write[suffix]()
    assert [row.global_key for row in read_videos(path.name, Reach(tmp_path))] == keys


def test_reads_rows_from_the_spec_itself(tmp_path: Path) -> None:
    rows = [
        {"global_key": "a", "row_data": URL, "width": 640, "fps": 25.0, "metadata": {"n": 3}, "metadata.city": "Bonn"},
        {
            "global_key": "b",
            "row_data": "gs://bucket/b.mp4",
            "attachments": [{"type": "IMAGE", "value": "u", "name": "n"}],
        },
    ]
    first, second = read_videos(rows, Reach(tmp_path))
    assert (first.width, first.fps) == (640, 25.0)
    assert first.metadata == {"n": 3, "city": "Bonn"}
    assert second.attachments[0]["name"] == "n"
    assert str(second.where) == "videos (entry 2)"


HEAD = "global_key,row_data\n"
LONG = "k" * 201
BAD = [
    pytest.param(HEAD + f",{URL}\n", ["videos.csv:2: the global key is blank"], id="blank"),
    pytest.param(
        HEAD + f"{LONG},{URL}\n", ["videos.csv:2: global key 'kkk", "201 characters", "at most 200"], id="201"
    ),
    pytest.param(HEAD + f"a#b,{URL}\n", ["videos.csv:2: global key 'a#b' contains '#'", "use letters"], id="charset"),
    pytest.param(HEAD + f"sträße,{URL}\n", ["videos.csv:2: global key 'sträße' contains 'ä'"], id="umlaut"),
    pytest.param(
        HEAD + f"a,{URL}\n\na,{URL}\n", ["videos.csv:4: global key 'a' is also used at videos.csv:2"], id="twice"
    ),
    pytest.param(
        HEAD + f"a,{URL}\nA,{URL}\n", ["videos.csv:3: global keys 'A' and 'a' (videos.csv:2)", "case"], id="case"
    ),
    pytest.param(HEAD + "a,\n", ["videos.csv:2: row_data is blank"], id="no video"),
    pytest.param(
        HEAD + f"b,{URL}\na,a.mp4\n", ["videos.csv:3: row_data 'a.mp4' is not a file under"], id="missing video"
    ),
    pytest.param(
        HEAD + "a,ftp://x/a.mp4\n", ["videos.csv:2: row_data 'ftp://x/a.mp4' is neither https://"], id="scheme"
    ),
    pytest.param(
        HEAD + "a,s3://b/a.mp4\n",
        ["videos.csv:2: row_data 's3://b/a.mp4'", "https://BUCKET.s3.REGION.amazonaws.com/KEY"],
        id="s3",
    ),
    pytest.param(
        HEAD + "a,abfss://c@x.dfs.core.windows.net/a.mp4\n",
        ["videos.csv:2: row_data 'abfss://", "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"],
        id="azure",
    ),
    pytest.param(
        f"global_key,row_data,colour\na,{URL},x\n", ["videos.csv:1: unknown column 'colour'", "fps"], id="column"
    ),
    pytest.param(f"key,row_data\na,{URL}\n", ["videos.csv:1: no column global_key"], id="no key column"),
    pytest.param(
        f"global_key,row_data,width\na,{URL},wide\n", ["videos.csv:2: width 'wide' is not a number"], id="width"
    ),
    pytest.param(f"global_key,row_data,width\na,{URL},0.5\n", ["videos.csv:2: width '0.5' is not a whole"], id="half"),
    pytest.param(f"global_key,row_data,fps\na,{URL},0\n", ["videos.csv:2: fps '0' is not a number above 0"], id="fps"),
    pytest.param(f"global_key,row_data,fps\na,{URL},inf\n", ["videos.csv:2: fps 'inf'"], id="infinite fps"),
    pytest.param(
        f"global_key,row_data,attachments\na,{URL},pic\n", ["videos.csv:2: not JSON", "write attachments as"], id="json"
    ),
    pytest.param(
        f'global_key,row_data,attachments\na,{URL},"{{""type"": ""TEXT"", ""type"": ""HTML"", ""value"": ""x""}}"\n',
        ["videos.csv:2: 'type' is given twice in one object"],
        id="twice",
    ),
    pytest.param(
        f"global_key,row_data,attachments\na,{URL},[1]\n", ["videos.csv:2: attachment 1; each needs"], id="one"
    ),
    pytest.param(HEAD + f"a,{URL},x\n", ["videos.csv:2: 3 columns, but the header has 2"], id="ragged"),
    pytest.param(HEAD, ["videos.csv: the table has no rows"], id="header only"),
    pytest.param("", ["videos.csv: the file is empty"], id="empty"),
]


@pytest.mark.parametrize(("text", "pieces"), BAD)
def test_refuses_a_bad_row_with_its_line(tmp_path: Path, text: str, pieces: list[str]) -> None:
    with pytest.raises(SourceError) as refused:
        _read(tmp_path, text)
    assert [piece for piece in pieces if piece not in str(refused.value)] == []
    assert "; " in str(refused.value), "every error says what to do"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ({"global_key": 10, "row_data": URL}, r"videos \(entry 1\): global_key 10 is not text; put it in quotes"),
        ({"global_key": "a", "row_data": URL, "width": True}, "width True is not a number above 0"),
        ({"global_key": "a", "row_data": URL, "metadata": "x"}, "metadata is not a mapping"),
        ({"global_key": "a", "url": URL}, "no column row_data; rename 'url' to row_data"),
        ({"width": 640}, "no column global_key; every video needs global_key, and row_data unless"),
        ({"global_key": "a", "row_data": None}, "row_data is blank"),
        ("a", "not a mapping"),
    ],
)
def test_refuses_a_bad_entry(tmp_path: Path, row: Any, what: str) -> None:
    with pytest.raises(SourceError, match=what):
        read_videos([row], Reach(tmp_path))


def test_rows_without_row_data_exist_in_labelbox(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, "global_key,width\na,640\n")
    assert (row.global_key, row.row_data, row.file, row.width) == ("a", None, None, 640)
    first, second = read_videos([{"global_key": "a"}, {"global_key": "b", "row_data": URL}], Reach(tmp_path))
    assert (first.row_data, second.row_data) == (None, URL)


@pytest.mark.parametrize("name", ["videos.csv", "nowhere/videos.csv", "."])
def test_refuses_a_missing_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_videos(name, Reach(tmp_path))


def test_refuses_a_file_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"videos.xml: '.xml' is not a table format; use one of .csv"):
        _read(tmp_path, "<a/>", "videos.xml")


def test_two_keys_are_one_when_only_case_and_outer_space_differ() -> None:
    assert identity(" Clip-A ") == identity("clip-a")
    assert identity("clip a") != identity("clip-a")


def test_takes_every_legal_character(tmp_path: Path) -> None:
    key = "aZ09!_.*'()&$@=;/:+ ,?-"
    (row,) = read_videos([{"global_key": f"  {key} ", "row_data": URL}], Reach(tmp_path))
    assert row.global_key == key


def test_one_attachment_needs_no_list(tmp_path: Path) -> None:
    one = '{""type"": ""IMAGE"", ""value"": ""https://e.com/a.png""}'
    (row,) = _read(tmp_path, f'global_key,row_data,attachments\na,{URL},"{one}"\n')
    assert row.attachments == ({"type": "IMAGE", "value": "https://e.com/a.png"},)
