"""Input that cannot be used: exit 2, one message that says where and what to do, at once, and nothing is asked of
anybody.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from labelferry.masks import encode_png
from tests.e2e.conftest import Ferry
from tests.localbox_server import Localbox

SPEC = """\
name: clips
dataset: Clips
project: {name: Clips, media_type: VIDEO}
ontology: {name: Clips, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
PROJECT = "project: {name: Clips, media_type: VIDEO}\n"
VIDEOS = "global_key,row_data,frame_count\nclip-1,https://example.com/1.mp4,100\nclip-2,https://example.com/2.mp4,50\n"
BOXES = """\
global_key,frame,track,class,left,top,width,height
clip-1,1,1,car,10,20,30,40
clip-1,2,1,car,11,20,30,40
clip-2,1,1,car,5,5,5,5
"""
MOT = "  - {format: mot, path: gt.txt, global_key: clip-1, classes: {1: car}}\n"
PYTHON = "  - {format: python, path: labels.py}\n"
NDJSON = "  - {format: ndjson, path: labels.ndjson}\n"
TABLE = "  - {format: table, path: boxes.csv}\n"
FROM_FILE = SPEC.replace("from: labels", "file: ontology.yaml")
BY_ID = SPEC.replace("{name: Clips, from: labels}", "{id: cm0000000000000000000000}")
BROKEN = encode_png(np.full((32, 32, 3), 255, dtype=np.uint8))[:60]
MASK_LINE = (
    '{"dataRow": {"globalKey": "clip-1"}, "masks": {"frames": [{"index": 1, "imBytes": "%s"}], '
    '"instances": [{"colorRGB": [255, 0, 0], "name": "road"}]}}\n'
)
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
RAISES = "import labelferry.types as lb_types\n\nlabels = []\nraise ValueError('no such clip')\n"
UNKNOWN_ARGUMENT = "import labelferry.types as lb\n\nlabels = [\n    lb.Label(data={}, annotation=[]),\n]\n"
PYTHON_MASK = """\
import labelferry.types as lb_types

broken = b"GIF89a" + bytes(40)
mask = lb_types.VideoMaskAnnotation(
    frames=[lb_types.MaskFrame(index=1, im_bytes=broken)],
    instances=[lb_types.MaskInstance(color_rgb=(255, 0, 0), name="road")],
)
labels = [lb_types.Label(data={"global_key": "clip-1"}, annotations=[mask])]
"""


@dataclass(frozen=True)
class Case:
    """Files next to a valid spec, or instead of it, and what the message must contain."""

    says: tuple[str, ...]
    spec: str | bytes | None = SPEC
    files: Mapping[str, str | bytes | None] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write everything; None leaves a file out, and a name that ends in a slash is a folder."""
        files: dict[str, str | bytes | None] = {"videos.csv": VIDEOS, "boxes.csv": BOXES, "spec.yaml": self.spec}
        for name, content in (files | dict(self.files)).items():
            if name.endswith("/"):
                (folder / name).mkdir()
            elif content is not None:
                (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / "spec.yaml"


CASES = {
    "unknown key in the spec": Case(
        ("spec.yaml:5", "priority", "unknown key"), SPEC.replace("videos:", "priority: 5\nvideos:")
    ),
    "unknown key in an entry of labels": Case(
        ("spec.yaml:7", "separator", "unknown key"), SPEC.replace("boxes.csv}", "boxes.csv, separator: ;}")
    ),
    "key of the spec missing": Case(("spec.yaml", "project", "missing"), SPEC.replace(PROJECT, "")),
    "dataset missing": Case(("videos.csv:2", "add dataset: NAME"), SPEC.replace("dataset: Clips\n", "")),
    "entry of labels without a format": Case(("spec.yaml:7", "no 'format'"), SPEC.replace("format: table, ", "")),
    "key of the spec twice": Case(("spec.yaml:2", "dataset", "2 times"), SPEC + "dataset: Other\n"),
    "unknown format": Case(
        ("spec.yaml:7", "unknown format 'mott'", "'table'"), SPEC.replace("format: table", "format: mott")
    ),
    "spec missing": Case(("spec.yaml", "no such file"), None),
    "spec is a folder": Case(("spec.yaml", "no such file"), None, {"spec.yaml/": None}),
    "spec is empty": Case(("spec.yaml", "not a spec"), ""),
    "spec is a list": Case(("spec.yaml", "not a spec"), "- name: clips\n"),
    "spec is no YAML": Case(("spec.yaml:2", "not YAML"), "name: [clips\n"),
    "spec is not UTF-8": Case(("spec.yaml", "UTF-8"), SPEC.encode("utf-16")),
    "spec is a YAML bomb": Case(("spec.yaml", "too large"), SPEC + BOMB),
    "spec runs code": Case(
        ("spec.yaml:1", "name"), SPEC.replace("name: clips", "name: !!python/object/apply:os.getcwd []")
    ),
    "spec is nested too deeply": Case(("spec.yaml", "nested"), "[" * 5_000),
    "labels missing": Case(("boxes.csv", "no such file"), files={"boxes.csv": None}),
    "labels are a folder": Case(("boxes.csv", "no such file"), files={"boxes.csv": None, "boxes.csv/": None}),
    "labels are empty": Case(("boxes.csv", "empty"), SPEC + "on_empty: fail\n", files={"boxes.csv": ""}),
    "labels without rows": Case(
        ("boxes.csv", "no rows"), SPEC + "on_empty: fail\n", files={"boxes.csv": BOXES.partition("\n")[0]}
    ),
    "labels are not UTF-8": Case(
        ("boxes.csv:3", "UTF-8"), files={"boxes.csv": BOXES.replace("car,11", "voiture à gaz,11").encode("latin-1")}
    ),
    "videos missing": Case(("videos.csv", "no such file"), files={"videos.csv": None}),
    "videos are a folder": Case(("videos.csv", "no such file"), files={"videos.csv": None, "videos.csv/": None}),
    "videos without rows": Case(
        ("videos.csv", "no rows"), SPEC + "on_empty: fail\n", files={"videos.csv": "global_key,row_data\n"}
    ),
    "a local video missing": Case(
        ("videos.csv:2", "1.mp4", "not a file"), files={"videos.csv": "global_key,row_data\nclip-1,1.mp4\n"}
    ),
    "a local video is none": Case(
        ("1.mp4", "not a readable video"),
        files={"videos.csv": "global_key,row_data\nclip-1,1.mp4\nclip-2,https://example.com/2.mp4\n", "1.mp4": "no"},
    ),
    "malformed CSV of labels": Case(
        ("boxes.csv:5", "9 columns"), files={"boxes.csv": BOXES + "clip-1,3,1,car,1,1,1,1,1\n"}
    ),
    "broken quoting in labels": Case(("boxes.csv:5", "broken quoting"), files={"boxes.csv": BOXES + 'clip-1,"3,1\n'}),
    "text for a number in labels": Case(
        ("boxes.csv:5", "left"), files={"boxes.csv": BOXES + "clip-1,3,1,car,ten,1,1,1\n"}
    ),
    "NaN in labels": Case(("boxes.csv:5", "nan"), files={"boxes.csv": BOXES + "clip-1,3,1,car,nan,1,1,1\n"}),
    "unknown column of videos": Case(
        ("videos.csv:1", "'priority'"), files={"videos.csv": VIDEOS.replace("frame_count", "priority")}
    ),
    "malformed CSV of videos": Case(
        ("videos.csv:4", "2 columns"), files={"videos.csv": VIDEOS + "clip-3,https://x/3.mp4\n"}
    ),
    "a global key twice": Case(
        ("videos.csv:4", "clip-1", "videos.csv:2"),
        files={"videos.csv": VIDEOS + "clip-1,https://example.com/3.mp4,9\n"},
    ),
    "global keys that differ in case": Case(
        ("videos.csv:4", "CLIP-1", "clip-1", "case"),
        files={"videos.csv": VIDEOS + "CLIP-1,https://example.com/3.mp4,9\n"},
    ),
    "a global key of 201 characters": Case(
        ("videos.csv:4", "201 characters", "200"),
        files={"videos.csv": f"{VIDEOS}{'k' * 201},https://example.com/3.mp4,9\n"},
    ),
    "a blank global key": Case(
        ("videos.csv:4", "global key is blank"), files={"videos.csv": f"{VIDEOS} ,https://example.com/3.mp4,9\n"}
    ),
    "MOT with text in it": Case(
        ("gt.txt:2", "left", "ten"),
        SPEC.replace(TABLE, MOT),
        {"gt.txt": "1,1,10,20,30,40,1,-1,-1,-1\n2,1,ten,20,30,40,1,-1,-1,-1\n"},
    ),
    "MOT that is prose": Case(("gt.txt:1", "columns"), SPEC.replace(TABLE, MOT), {"gt.txt": "frames are below\n1,1\n"}),
    "MOT with frame 0": Case(
        ("gt.txt:1", "frame 0", "frame_base: 0"), SPEC.replace(TABLE, MOT), {"gt.txt": "0,1,10,20,30,40,1,-1,-1,-1\n"}
    ),
    "frame 0 for a tool": Case(
        ("boxes.csv:4", "frame 0"), files={"boxes.csv": BOXES.replace("clip-2,1,", "clip-2,0,")}
    ),
    "frame 0 for a tool in lines": Case(
        ("labels.ndjson:1", "frame 0"),
        SPEC.replace(TABLE, NDJSON),
        {
            "labels.ndjson": '{"dataRow": {"globalKey": "clip-1"}, "name": "car", "segments": [{"keyframes": '
            '[{"frame": 0, "bbox": {"top": 1, "left": 1, "height": 1, "width": 1}}]}]}\n'
        },
    ),
    "frames after the last": Case(
        ("boxes.csv:4", "51", "50"), files={"boxes.csv": BOXES.replace("clip-2,1,", "clip-2,51,")}
    ),
    "labels for a video that is none": Case(
        ("boxes.csv:5", "clip-3", "not among the videos"), files={"boxes.csv": BOXES + "clip-3,1,1,car,1,1,1,1\n"}
    ),
    "a broken PNG in a line": Case(
        ("labels.ndjson:1", "frame 1", "a broken PNG"),
        SPEC.replace(TABLE, NDJSON),
        {"labels.ndjson": MASK_LINE % base64.b64encode(BROKEN).decode()},
    ),
    "no base64 in a line": Case(
        ("labels.ndjson:1", "base64"), SPEC.replace(TABLE, NDJSON), {"labels.ndjson": MASK_LINE % "%%%"}
    ),
    "a line cut short": Case(
        ("labels.ndjson:1", "JSON"), SPEC.replace(TABLE, NDJSON), {"labels.ndjson": (MASK_LINE % "")[:-20]}
    ),
    "a broken PNG in Python": Case(
        ("labels.py", "label 1", "frame 1", "not a PNG"), SPEC.replace(TABLE, PYTHON), {"labels.py": PYTHON_MASK}
    ),
    "Python that raises": Case(
        ("labels.py:4", "ValueError", "no such clip"), SPEC.replace(TABLE, PYTHON), {"labels.py": RAISES}
    ),
    "Python that ends the interpreter": Case(
        ("labels.py:1", "SystemExit"), SPEC.replace(TABLE, PYTHON), {"labels.py": "raise SystemExit(0)\n"}
    ),
    "Python that is none": Case(
        ("labels.py:2",), SPEC.replace(TABLE, PYTHON), {"labels.py": "labels = []\nlabels = = []\n"}
    ),
    "Python with an unknown argument": Case(
        ("labels.py:4", "annotation"), SPEC.replace(TABLE, PYTHON), {"labels.py": UNKNOWN_ARGUMENT}
    ),
    "Python without labels": Case(
        ("labels.py", "'labels'"), SPEC.replace(TABLE, PYTHON), {"labels.py": "boxes = []\n"}
    ),
    "nothing to infer an ontology from": Case(
        ("ontology", "labels"), SPEC.replace(f"labels:\n{TABLE}", ""), {"boxes.csv": None}
    ),
    "an empty list of Labels": Case(
        ("labels.py", "'labels' is empty"),
        SPEC.replace(TABLE, PYTHON) + "on_empty: fail\n",
        {"labels.py": "labels = []\n"},
    ),
    "ontology missing": Case(("ontology.yaml", "no such file"), FROM_FILE),
    "ontology that lacks a name": Case(
        ("boxes.csv:4", "'car'", "ontology"),
        FROM_FILE,
        {
            "ontology.yaml": "tools:\n  - {tool: BBOX, name: truck}\n",
            "boxes.csv": BOXES.replace("1,car", "1,truck", 2),
        },
    ),
    "ontology with an unknown key": Case(
        ("ontology.yaml:2", "colour"),
        FROM_FILE,
        {"ontology.yaml": "tools:\n  - {tool: BBOX, name: car, colour: red}\n"},
    ),
    "ontology that is a YAML bomb": Case(
        ("ontology.yaml", "too large"), FROM_FILE, {"ontology.yaml": f"tools: []\n{BOMB}"}
    ),
    "labels missing beside an ontology by id": Case(("boxes.csv", "no such file"), BY_ID, {"boxes.csv": None}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_message_at_once_and_nothing_sent(
    case: Case, offline: Ferry, running_localbox: Localbox, tmp_path: Path
) -> None:
    spec = case.write(tmp_path)
    running_localbox.forget()
    message = offline("onboard", spec).refused(2)
    missing = [words for words in case.says if words not in message]
    assert not missing, message
    assert len(message.splitlines()) == 1
    assert running_localbox.operations() == []
    assert not offline.home.exists()


@pytest.mark.parametrize("name", ["unknown key in the spec", "MOT with text in it", "Python that raises"])
def test_the_same_as_a_process(name: str, offline: Ferry, running_localbox: Localbox, tmp_path: Path) -> None:
    spec = CASES[name].write(tmp_path)
    running_localbox.forget()
    message = offline.process("onboard", spec).refused(2)
    assert all(words in message for words in CASES[name].says)
    assert running_localbox.operations() == []


@pytest.mark.parametrize("command", ["check", "convert", "onboard"])
def test_every_command_refuses_alike(command: str, offline: Ferry, tmp_path: Path) -> None:
    spec = CASES["a global key twice"].write(tmp_path)
    more = ["--out", tmp_path / "out"] if command == "convert" else []
    message = offline(command, spec, *more).refused(2)
    assert "videos.csv:4" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LABELFERRY_PATIENCE", "soon", "LABELFERRY_PATIENCE is 'soon'; give seconds as a whole number"),
        ("LABELFERRY_RATE", "0", "LABELFERRY_RATE is '0'; give requests per minute as a whole number"),
        ("LABELFERRY_HOME", __file__, "cannot be created"),
        ("LABELFERRY_HOME", f"{__file__}/home", "cannot be created"),
    ],
)
def test_wrong_settings(
    name: str, value: str, says: str, offline: Ferry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert says in offline("onboard", Case(()).write(tmp_path)).refused(2)


def test_the_status_of_nothing(offline: Ferry) -> None:
    message = offline("status", "clips").refused(2)
    assert "no onboarding 'clips' in the ledger sqlite:///" in message
    assert "; it has: none" in message
    assert "no onboarding in sqlite:///" in offline("status").done()
    assert "--rebuild needs the name of an onboarding: labelferry status NAME --rebuild" in offline(
        "status", "--rebuild"
    ).refused(2)


@pytest.mark.parametrize("arguments", [["onboard"], ["onbord", "spec.yaml"], ["check", "spec.yaml", "--jsn"]])
def test_a_wrong_command_is_usage(arguments: list[str], offline: Ferry) -> None:
    ended = offline(*arguments)
    assert ended.code == 2
    assert "Usage" in ended.err
    assert "Traceback" not in ended.err


def test_json_says_what_is_wrong_too(offline: Ferry, tmp_path: Path) -> None:
    ended = offline("onboard", CASES["labels missing"].write(tmp_path), "--json")
    assert ended.refused(2).startswith("boxes.csv")
    assert ended.json == {
        "error": "SourceError",
        "message": ended.refused(2),
        "exit_code": 2,
    }


def test_a_check_that_fails_lists_every_finding_as_json(offline: Ferry, tmp_path: Path) -> None:
    spec = Case((), files={"boxes.csv": BOXES + "clip-3,1,1,car,1,1,0,1\n"}).write(tmp_path)
    ended = offline("check", spec, "--json")
    assert ended.refused(2).startswith("error: boxes.csv:5: labels for the global key 'clip-3'")
    found = ended.json["findings"]
    assert [each["code"] for each in found] == ["row-unknown", "box-without-area"]
    assert (found[0]["path"], found[0]["line"], found[0]["row"]) == ("boxes.csv", 5, "clip-3")


def test_what_is_good_passes_the_check(offline: Ferry, running_localbox: Localbox, tmp_path: Path) -> None:
    running_localbox.forget()
    checked = offline("check", Case(()).write(tmp_path), "--json")
    assert checked.json["counts"] | {"bytes": 0} == {
        "rows": 2, "tracks": 2, "keyframes": 3, "masks": 0, "classifications": 0, "lines": 2, "bytes": 0,
    }  # fmt: skip
    assert checked.json["findings"] == []
    assert running_localbox.operations() == []
