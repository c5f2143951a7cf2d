"""CONTRIBUTING.md's ten steps: its toy reader is added to a copy of the package and read through a spec."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[3]
FENCE = re.compile(r"^( *)```\w+ title=\"([^\"]+)\"\n(.*?)^\1```$", flags=re.S | re.M)
VIDEOS = "global_key,row_data,width,height,frame_count\n" + "".join(
    f"{name}.mp4,https://example.com/{name}.mp4,{width},100,3\n" for name, width in (("east", 200), ("west", 400))
)
BUILD = """\
import json, sys
from pathlib import Path
from labelferry.desired.build import build
from labelferry.errors import InputError
from labelferry.spec.loaded import LoadedSpec
try:
    desired = build(LoadedSpec.from_file(Path("spec.yaml")), Path("home"))
except InputError as error:
    sys.exit(str(error))
lines = [{"row": str(line.row), "source": line.source} | json.loads(desired.body(line)) for line in desired.index()]
print(json.dumps({"lines": lines, "findings": [finding.to_dict() for finding in desired.findings]}))
"""


@dataclass(frozen=True)
class Copy:
    """The package with the toy reader, and a folder with its spec."""

    package: Path
    folder: Path

    def build(self, **files: str) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            path = self.folder / "labels" / name.replace("_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_suffix(".txt").write_text(text, "utf-8")
        command = [sys.executable, "-c", BUILD]
        environment = {"PYTHONPATH": str(self.package)}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, encoding="utf-8", check=False
        )


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    shown = {title: dedent(text) for _, title, text in FENCE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))}
    package, folder = tmp_path / "package", tmp_path / "spec"
    shutil.copytree(ROOT / "labelferry", package / "labelferry", ignore=shutil.ignore_patterns("__pycache__"))
    folder.mkdir()
    (package / "labelferry/sources/frames.py").write_text(shown["labelferry/sources/frames.py"], "utf-8")
    registry, (importing, entry) = (
        package / "labelferry/sources/registry.py",
        shown["labelferry/sources/registry.py"].splitlines(),
    )
    text = re.sub(r"^(from labelferry\.sources import)", rf"{importing}\n\1", registry.read_text("utf-8"), flags=re.M)
    registry.write_text(re.sub(r"^(READERS: .*)$", rf"\1\n{entry}", text, flags=re.M), "utf-8")
    (folder / "spec.yaml").write_text(shown["spec.yaml"], "utf-8")
    (folder / "videos.csv").write_text(VIDEOS, "utf-8")
    return Copy(package, folder)


def test_a_track_is_collected_from_the_files_of_its_video(copy: Copy) -> None:
    east = {"east_1": "7 car .5 .5 .1 .2\n", "east_2": "8 dog .2 .2 .1 .1\n7 car .25 .5 .1 .2\n"}
    done = copy.build(**east, west_3="7 car .5 .5 .1 .2\n")
    assert not done.stderr
    lines = json.loads(done.stdout)["lines"]
    assert [(line["row"], line["name"], line["source"]) for line in lines] == [
        ("east.mp4", "car", "labels/east/1.txt:1 (track 7)"),
        ("east.mp4", "dog", "labels/east/2.txt:1 (track 8)"),
        ("west.mp4", "car", "labels/west/3.txt:1 (track 7)"),
    ]
    assert [[(each["frame"], each["bbox"]) for each in line["segments"][0]["keyframes"]] for line in lines[::2]] == [
        [
            (1, {"top": 40, "left": 90, "height": 20, "width": 20}),
            (2, {"top": 40, "left": 40, "height": 20, "width": 20}),
        ],
        [(3, {"top": 40, "left": 180, "height": 20, "width": 40})],
    ]


def test_a_finding_names_the_file_of_its_keyframe(copy: Copy) -> None:
    done = copy.build(east_1="7 car .5 .5 .1 .2\n", east_2="8 dog .2 .2 .1 .1\n7 car .99 .5 .1 .2\n")
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["frame"]) == ("shape-partly-outside", 2)
    assert (finding["path"], finding["line"]) == ("labels/east/2.txt", 2)


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (
            "8 dog .2 .2 .1 .1\n7 dog .6 .5 .1 .2",
            "labels/east/2.txt:2: track 7 is 'dog' here and 'car' at labels/east/1.txt:1",
        ),
        ("7 car .2 .2 .1 .1\n7 car .6 .5 .1 .2", "labels/east/2.txt:2: track 7 has a second box .* at line 1"),
        ("7 car .2 .2 .1 x", "labels/east/2.txt:1: height is 'x', not a number"),
        ("7 car .2 .2 .1", "labels/east/2.txt:1: 5 columns, not 6"),
    ],
)
def test_a_refusal_names_the_file_of_its_row(second: str, what: str, copy: Copy) -> None:
    done = copy.build(east_1="7 car .5 .5 .1 .2\n", east_2=second)
    assert re.search(what, done.stderr)
    assert done.returncode == 1
