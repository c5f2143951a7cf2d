"""Inputs at the edges of what parsers, Python and file systems take: one message each, within seconds, no traceback.

The patterns, numbers, names and cells here went wrong in other tools. What is fine at second sight may pass.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import labelferry
from labelferry.errors import InputError

SPEC = """\
name: odd
dataset: Odd
project: Odd
ontology: {name: Odd, from: labels}
videos: VIDEOS
labels:
  - LABELS
"""
VIDEOS = '[{global_key: clip, row_data: "https://example.com/clip.mp4"}]'
TABLE = "{format: table, path: boxes.csv}"
BOXES = "global_key,track,class,frame,left,top,width,height\nclip,1,car,1,1,2,3,4\n"
LONG, MANY, DEEP = "x" * 5_000, "9" * 400, 100_000
SECONDS = 300


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


def parquet(**columns: pa.Array) -> Callable[[Path], None]:
    """A Parquet file of the boxes, with other columns."""
    usual = {"global_key": ["clip"], "track": [1], "class": ["car"], "frame": [1]}
    usual |= {"left": [1], "top": [2], "width": [3], "height": [4]}

    def write(folder: Path) -> None:
        pq.write_table(pa.table(usual | columns), folder / "boxes.parquet")

    return write


def python(text: str) -> tuple[str, dict[str, str]]:
    return "{format: python, path: labels.py}", {"labels.py": text}


BROKEN = """\
class Odd(WHAT):
    def __str__(self):
        raise ValueError("no words")
    __repr__ = __str__
raise Odd("x")
"""
GENERATED = "def every():\n    while True:\n        yield None\nlabels = every()\n"
COUNTED = "import itertools\nlabels = itertools.repeat(None)\n"

LABELS: dict[str, tuple[str, dict[str, str]]] = {
    "a path of 5,000 characters": (f"{{format: table, path: {LONG}.csv}}", {}),
    "a folder of 300 characters": (f"{{format: table, path: {'y' * 300}/boxes.csv}}", {}),
    "a path with NUL": ('{format: table, path: "boxes\\0.csv"}', {}),
    "a path with a surrogate": ('{format: table, path: "boxes\\ud800.csv"}', {}),
    "a path with a line break": ('{format: table, path: "boxes\\n.csv"}', {}),
    "a pattern of two stars inside": ("{format: table, path: 'a**b.csv'}", {}),
    "a pattern that never closes": ("{format: table, path: 'a[b.csv'}", {}),
    "a pattern of 5,000 characters": (f"{{format: table, path: '{LONG}*.csv'}}", {}),
    "a pattern with NUL": ('{format: table, path: "*\\0.csv"}', {}),
    "a pattern with a surrogate": ('{format: table, path: "*\\ud800.csv"}', {}),
    "a number of 400 digits in an option": (f"{{format: table, path: boxes.csv, frame_base: {MANY}}}", {}),
    "a number of 5,000 digits in an option": (f"{{format: table, path: boxes.csv, frame_base: {'9' * 5_000}}}", {}),
    "a frame of 400 digits": (TABLE, {"boxes.csv": BOXES.replace("car,1,1", f"car,{MANY},1")}),
    "a coordinate of 400 digits": (TABLE, {"boxes.csv": BOXES.replace("car,1,1", f"car,1,{MANY}")}),
    "a fraction of 400 digits": (TABLE, {"boxes.csv": BOXES.replace("car,1,1", f"car,1,0.{MANY}e{MANY}")}),
    "JSON: a frame of 400 digits": (
        "{format: table, path: boxes.jsonl}",
        {"boxes.jsonl": f'{{"global_key": "clip", "track": 1, "class": "car", "frame": {MANY}, "left": 1, "top": 1, '
         '"width": 1, "height": 1}\n'},
    ),
    "JSON: a surrogate": (
        "{format: table, path: boxes.jsonl}",
        {"boxes.jsonl": '{"global_key": "\\ud800", "track": 1, "class": "car", "frame": 1, "left": 1, "top": 1, '
         '"width": 1, "height": 1}\n'},
    ),
    "JSON: a deep cell": (
        "{format: table, path: boxes.jsonl}",
        {"boxes.jsonl": f'{{"global_key": "clip", "track": {"[" * DEEP}{"]" * DEEP}}}\n'},
    ),
    "NDJSON: a deep answer": (
        "{format: ndjson, path: lines.ndjson}",
        {"lines.ndjson": f'{{"dataRow": {{"globalKey": "clip"}}, "name": "q", "answer": {"[" * DEEP}{"]" * DEEP}}}\n'},
    ),
    "NDJSON: 400 digits": (
        "{format: ndjson, path: lines.ndjson}",
        {"lines.ndjson": '{"dataRow": {"globalKey": "clip"}, "name": "car", "segments": [{"keyframes": [{"frame": '
         f'{MANY}, "bbox": {{"top": 1, "left": 1, "height": 1, "width": 1}}}}]}}]}}\n'},
    ),
    "COCO: deep": ("{format: coco, path: coco.json}", {"coco.json": f'{{"videos": {"[" * DEEP}{"]" * DEEP}}}'}),
    "COCO: 400 digits": (
        "{format: coco, path: coco.json}",
        {"coco.json": f'{{"videos": [{{"id": {MANY}, "name": "clip"}}], "images": [], "annotations": [], '
         '"categories": []}'},
    ),
    "XML: deep": (
        "{format: cvat, path: cvat.xml, global_key: clip}",
        {"cvat.xml": f"<annotations>{'<track>' * DEEP}"},
    ),
    "an exception that cannot say what it is": python(BROKEN.replace("WHAT", "Exception")),
    "an exit that cannot say what it is": python(BROKEN.replace("WHAT", "SystemExit")),
    "labels without an end": python(GENERATED),
    "labels that repeat for ever": python(COUNTED),
    "a recursion without an end": python("def f():\n    f()\nf()\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_labels(name: str, tmp_path: Path) -> None:
    labels, files = LABELS[name]
    for file, text in ({"boxes.csv": BOXES} | files).items():
        (tmp_path / file).write_text(text, "utf-8")
    refused(tmp_path, SPEC.replace("VIDEOS", VIDEOS).replace("LABELS", labels))


CELLS: dict[str, dict[str, pa.Array]] = {
    "a time stamp beyond Python's": {"frame": pa.array([2**62], pa.timestamp("us"))},
    "a time zone that does not exist": {"class": pa.array([1], pa.timestamp("us", "Mars/Phobos"))},
    "a time stamp before Python's": {"track": pa.array([-(2**62)], pa.timestamp("us"))},
    "a date beyond Python's": {"class": pa.array([2**31 - 1], pa.date32())},
    "a duration": {"left": pa.array([2**62], pa.duration("s"))},
    "a list in a list": {"left": pa.array([[[[1]]]])},
    "bytes that are not text": {"class": pa.array([b"\xff\xfe"])},
    "a map": {"left": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64()))},
    "nothing": {"frame": pa.array([None], pa.null())},
    "a frame beyond 64 bits": {"frame": pa.array([2**64 - 1], pa.uint64())},
}


@pytest.mark.parametrize("name", CELLS)
def test_cells_of_parquet(name: str, tmp_path: Path) -> None:
    parquet(**CELLS[name])(tmp_path)
    refused(tmp_path, SPEC.replace("VIDEOS", VIDEOS).replace("LABELS", "{format: table, path: boxes.parquet}"))


SPECS: dict[str, str] = {
    "a name of 5,000 characters": SPEC.replace("name: odd", f"name: {LONG}"),
    "a name with a surrogate": SPEC.replace("name: odd", 'name: "\\ud800"'),
    "a name with NUL": SPEC.replace("name: odd", 'name: "a\\0b"'),
    "a name of 400 digits": SPEC.replace("name: odd", f"name: {MANY}"),
    "a dataset with a surrogate": SPEC.replace("dataset: Odd", 'dataset: "\\ud800"'),
    "a number of 5,000 digits": SPEC.replace("dataset: Odd", f"dataset: {'9' * 5_000}"),
    "a key that is a mapping": SPEC + "? {a: b}\n: c\n",
    "a date that is none": SPEC + "import: {as: 9999-99-99}\n",
    "a base-60 number": SPEC + f"import: {{priority: {'9:' * 4_000}9}}\n",
    "deep": SPEC + "x: " + "[" * DEEP + "\n",
    "videos by a path of 5,000 characters": SPEC.replace("VIDEOS", f"{LONG}.csv"),
    "videos by a path with NUL": SPEC.replace("VIDEOS", '"a\\0.csv"'),
    "videos by a pattern of stars": SPEC.replace("VIDEOS", "'a**b.mp4'"),
    "an ontology by a path with NUL": SPEC.replace("from: labels", 'file: "a\\0.yaml"'),
    "an ontology by a path of 5,000 characters": SPEC.replace("from: labels", f"file: {LONG}.yaml"),
    "a video with a size of 400 digits": SPEC.replace(
        "VIDEOS", VIDEOS.replace("}]", f", width: {MANY}, height: 1, fps: 1, frame_count: 1}}]")
    ),
    "a video with a rate of 400 digits": SPEC.replace("VIDEOS", VIDEOS.replace("}]", f", fps: {MANY}}}]")),
    "a global key with a surrogate": SPEC.replace("VIDEOS", VIDEOS.replace("clip,", '"\\ud800",')),
    "a row_data with NUL": SPEC.replace("VIDEOS", VIDEOS.replace("https://example.com/clip.mp4", "a\\0.mp4")),
    "a row_data of 5,000 characters": SPEC.replace("VIDEOS", VIDEOS.replace("https://example.com/clip", LONG)),
}


def test_bytes_that_are_text(tmp_path: Path) -> None:
    """As programs write them whose Parquet knows no strings."""
    parquet(**{"class": pa.array([b"car"]), "global_key": pa.array([b"clip"], pa.large_binary())})(tmp_path)
    (video,) = labelferry.read(tmp_path / "boxes.parquet")
    assert (str(video.row), video.tracks[0].feature.name) == ("clip", "car")


@pytest.mark.parametrize("name", SPECS)
def test_specs(name: str, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    refused(tmp_path, SPECS[name].replace("VIDEOS", VIDEOS).replace("LABELS", TABLE))


def refused(folder: Path, spec: str) -> None:
    """Check a spec, and expect one message that can be printed."""
    (folder / "spec.yaml").write_text(spec, "utf-8")
    with pytest.raises(InputError) as error:
        labelferry.check(folder / "spec.yaml")
    said = str(error.value)
    assert said.encode()
    assert len(said) < 2_000, f"{said[:300]}..."
    assert "Traceback" not in said
