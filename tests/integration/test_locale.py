"""Where the locale knows no letters but ASCII: files are UTF-8 all the same, and nothing fails on the way out."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

COMMAND = str(Path(sys.executable).with_name("labelferry"))
C = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
SPEC = """\
name: yard
dataset: Höfe
project: {name: Höfe, media_type: VIDEO}
ontology: {name: Höfe, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
BOXES = "global_key,frame,track,class,left,top,width,height,Größe\nyard-0,1,1,Fußgänger,1,2,3,4,5\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "videos.csv").write_text("global_key,row_data\nyard-0,https://example.com/0.mp4\n", "utf-8")
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
    return tmp_path / "spec.yaml"


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [COMMAND, *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **C}, capture_output=True, encoding="utf-8", timeout=120)


def test_what_the_terminal_has_no_letter_for_is_spelt_out(spec: Path) -> None:
    done = run("check", spec)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"Gr\xf6\xdfe" in done.stdout
    assert "1 video, " in done.stdout


def test_json_and_files_are_utf_8(spec: Path) -> None:
    done = run("convert", spec, "--out", spec.parent / "out", "--json")
    assert done.returncode == 0
    assert "Größe" in orjson.loads(done.stdout)["findings"][0]["message"]
    (line,) = (spec.parent / "out" / "yard.ndjson").read_text("utf-8").splitlines()
    assert orjson.loads(line)["name"] == "Fußgänger"


def test_a_refusal_is_said_all_the_same(spec: Path) -> None:
    (spec.parent / "boxes.csv").write_text(BOXES.replace("yard-0", "höfe"), "utf-8")
    done = run("check", spec)
    assert done.returncode == 2
    assert r"global key 'h\xf6fe'" in done.stderr
    assert "Traceback" not in done.stderr
