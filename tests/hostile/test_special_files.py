"""Pipes without a writer, sockets, devices and folders wherever a user names a file: refused at once, nothing waits."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import labelferry
from labelferry.errors import InputError, SourceError, SpecError
from labelferry.localbox import BadOptionsError, serve
from labelferry.masks import extract_rgb_colors
from labelferry.onboarding.plan import Plan
from labelferry.private import open_named
from labelferry.proxies import refuse_unusable_proxies
from labelferry.settings import Settings
from tests.commands import command

SECONDS = 300
REASON = "(not a regular file|Is a directory)"
SPEC = """\
name: pipes
dataset: Pipes
project: Pipes
ontology: {name: Pipes, ONTOLOGY}
videos: VIDEOS
labels:
  - LABELS
"""
GOOD = {
    "ONTOLOGY": "from: labels",
    "VIDEOS": '[{global_key: clip, row_data: "https://example.com/clip.mp4"}]',
    "LABELS": "{format: table, path: boxes.csv}",
}
BOXES = "global_key,track,class,frame,left,top,width,height\nclip,1,car,1,1,2,3,4\n"
MASKS = """\
import labelferry.types as lb_types
frame = lb_types.MaskFrame(index=1, im_bytes="SPECIAL")
instance = lb_types.MaskInstance(color_rgb=(255, 0, 0), name="car")
masks = lb_types.VideoMaskAnnotation(frames=[frame], instances=[instance])
labels = [lb_types.Label(data={"global_key": "clip"}, annotations=[masks])]
"""


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """Nothing here may wait: an alarm would end it."""
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)


@pytest.fixture(params=["pipe", "socket", "device", "folder"])
def special(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A path of each kind that is not a regular file."""
    path = tmp_path / "special.csv"
    with socket.socket(socket.AF_UNIX) as listener:
        match request.param:
            case "pipe":
                os.mkfifo(path)
            case "socket":
                before = Path.cwd()
                os.chdir(tmp_path)  # the path of a socket has at most 108 characters
                listener.bind(path.name)
                os.chdir(before)
            case "device":
                path.symlink_to("/dev/zero")
            case "folder":
                path.mkdir()
        yield path


PLACES = {
    "ontology": {"ONTOLOGY": "file: special.csv"},
    "videos": {"VIDEOS": "special.csv"},
    "labels": {"LABELS": "{format: table, path: special.csv}"},
    "a MOT file": {"LABELS": "{format: mot, path: special.csv, global_key: clip}"},
    "NDJSON": {"LABELS": "{format: ndjson, path: special.csv}"},
    "a Python file": {"LABELS": "{format: python, path: special.csv}"},
    "masks": {"LABELS": "{format: masks, path: special.csv, global_key: clip}"},
    "a zip archive": {"LABELS": "{format: cvat, path: special.csv}"},
    "a local video": {"VIDEOS": "[{global_key: clip, row_data: special.csv}]"},
}


@pytest.mark.parametrize("place", PLACES)
def test_in_a_spec(place: str, special: Path, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    text = SPEC
    for word, value in {**GOOD, **PLACES[place]}.items():
        text = text.replace(word, value)
    (tmp_path / "spec.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=special.name):
        labelferry.check(tmp_path / "spec.yaml")


def test_a_mask_of_python_objects(special: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.py").write_text(MASKS.replace("SPECIAL", str(special)), "utf-8")
    text = SPEC.replace("LABELS", "{format: python, path: labels.py}")
    for word, value in GOOD.items():
        text = text.replace(word, value)
    (tmp_path / "spec.yaml").write_text(text, "utf-8")
    with pytest.raises(SourceError, match=f"mask at frame 1 cannot be read: {REASON}"):
        labelferry.check(tmp_path / "spec.yaml")


def test_a_mask_whose_colours_are_asked_for(special: Path) -> None:
    with pytest.raises(SourceError, match=REASON):
        extract_rgb_colors(special)


def test_labels_without_a_spec(special: Path) -> None:
    said = "no file in this folder" if special.is_dir() else "no such folder or regular file"
    with pytest.raises(SourceError, match=said):
        labelferry.read(special)


def test_a_spec_and_a_plan(special: Path) -> None:
    with pytest.raises(SpecError, match="not a regular one"):
        labelferry.check(special)
    plan = Plan(name="pipes", remote="", workspace="", desired="", counts={}, steps=())
    with pytest.raises(SpecError, match=rf"not a plan \({REASON}\)"):
        plan.refuse_other(special)


def test_the_key(special: Path) -> None:
    with pytest.raises(SpecError, match=rf"LABELBOX_API_KEY_FILE: .* cannot be read \({REASON}\)"):
        Settings.from_environment({"LABELFERRY_HOME": "/nowhere", "LABELBOX_API_KEY_FILE": str(special)})


def test_certificates(special: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(special))
    with pytest.raises(SpecError, match=rf"SSL_CERT_FILE: .* cannot be used \({REASON}\)"):
        refuse_unusable_proxies()


@pytest.mark.parametrize("option", ["seed", "like"])
def test_options_of_localbox(option: str, special: Path, tmp_path: Path) -> None:
    with pytest.raises((BadOptionsError, OSError), match="not a regular file"):
        serve(data=tmp_path / "box", port=0, **{option: special if option == "seed" else str(special)})


def test_a_result(tmp_path: Path) -> None:
    """A pipe that something reads is written to; waiting for a reader could last for ever."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(SpecError, match=r"cannot be written \(a pipe that nothing reads"):
        open_named(pipe)
    reader = [sys.executable, "-c", f"print(len(open({str(pipe)!r}, 'rb').read()))"]
    with subprocess.Popen(reader, stdout=subprocess.PIPE, encoding="utf-8") as reading:
        deadline = 1_000_000
        while deadline:
            try:
                out = open_named(pipe)
                break
            except SpecError:
                deadline -= 1
        with out:
            out.write(b"x" * 1_000_000)  # more than a pipe holds
        assert reading.communicate(timeout=SECONDS)[0] == "1000000\n"


def test_as_a_process(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    text = SPEC
    for word, value in GOOD.items():
        text = text.replace(word, value)
    spec, pipe = tmp_path / "spec.yaml", tmp_path / "pipe"
    spec.write_text(text, "utf-8")
    os.mkfifo(pipe)
    preview = ("preview", str(spec), "--mp4", str(pipe), "--out", str(tmp_path / "page.html"))
    for arguments in (preview, ("check", str(spec), "--html", str(pipe))):
        ended = command(tmp_path, *arguments)
        assert (ended.returncode, ended.stderr.count("\n"), str(pipe) in ended.stderr) == (2, 1, True), ended.stderr
