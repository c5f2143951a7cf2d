"""Labels from a Python file: a list of Labels, or a message with the file and, where it failed, the line."""

from pathlib import Path

import pytest

from labelferry.errors import AnnotationError, SourceError
from labelferry.files.reach import Reach
from labelferry.model.findings import Finding
from labelferry.sources.python import PythonLabels, read
from labelferry.sources.source import Source

LABELS = """\
import labelferry.types as T

box = T.Rectangle(start=T.Point(x=1, y=2), end=T.Point(x=4, y=6))
car = T.VideoObjectAnnotation(name="car", frame=3, keyframe=True, value=box)
labels = [T.Label(data={"global_key": "street"}, annotations=[car])]
"""


def rows(folder: Path, text: str, variable: str = "labels") -> list[str]:
    (folder / "labels.py").write_text(text, "utf-8")
    entry, notes = PythonLabels(format="python", path="labels.py", variable=variable), list[Finding]()
    found = [str(video.row) for video in read(Source(entry, (entry.path,), Reach(folder), notes.append))]
    assert not notes
    return found


@pytest.mark.parametrize("made", ["", "\nlabels = tuple(labels)\n"])
def test_takes_a_list_or_a_tuple(made: str, tmp_path: Path) -> None:
    assert rows(tmp_path, LABELS + made) == ["street"]


def test_what_the_file_prints_goes_beside_the_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rows(tmp_path, f"print('reading')\n{LABELS}") == ["street"]
    assert capsys.readouterr() == ("", "reading\n")


def test_takes_the_variable_that_it_is_told(tmp_path: Path) -> None:
    assert rows(tmp_path, f"{LABELS}\nclips, labels = labels, []\n", "clips") == ["street"]


REFUSED = {
    "a mapping": ("labels = {}\n", r"labels\.py: 'labels' is not a list of Labels"),
    "a generator": (f"{LABELS}labels = iter(labels)\n", r"labels\.py: 'labels' is not a list of Labels"),
    "nothing in it": ("labels = []\n", r"labels\.py: 'labels' is empty.*spec"),
    "another name": (LABELS.replace("labels =", "clips ="), r"labels\.py: .*variable 'labels'.*variable: "),
    "an exception": ("clips = {}\n\nlabels = clips['one']\n", r"labels\.py:3: KeyError: 'one'"),
    "an exception inside a function": (
        "def clip():\n    return 1 / 0\n\n\nlabels = [clip()]\n",
        r"labels\.py:2: ZeroDivisionError",
    ),
    "an exception inside a library": ("import json\nlabels = json.loads('{')\n", r"labels\.py:2: JSONDecodeError"),
    "an exit": ("raise SystemExit(0)\n", r"labels\.py:1: SystemExit"),
    "no Python": ("labels = []\nlabels = = []\n", r"labels\.py:2: SyntaxError"),
    "an annotation that is refused": (LABELS.replace("frame=3", "frame=-3"), r"labels\.py:4: .*'car'.*-3 is negative"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_with_the_file_and_the_line(case: str, tmp_path: Path) -> None:
    text, message = REFUSED[case]
    with pytest.raises(SourceError, match=f"^{message}"):
        rows(tmp_path, text)


def test_names_the_label_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"labels\.py \(label 2\).*str.*Label"):
        rows(tmp_path, f"{LABELS}\nlabels.append('street')\n")
