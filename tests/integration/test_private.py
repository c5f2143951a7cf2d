"""The records of an onboarding are private to their owner, and no output shows a presigned URL."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.commands import command
from tests.localbox_server import KEY, Localbox

SECRET = "5ec4e7c0ffee"
URL = f"https://bucket.s3.eu-west-1.amazonaws.com/clip.mp4?X-Amz-Expires=60&X-Amz-Signature={SECRET}"
SPEC = """\
name: private
dataset: Private
project: Private
ontology: {name: Private, file: ontology.yaml}
videos: videos.csv
labels:
  - {format: ndjson, path: labels.ndjson}
"""
LINE = {
    "dataRow": {"globalKey": "clip"},
    "name": "car",
    "segments": [{"keyframes": [{"frame": 1, "bbox": {"top": 1, "left": 2, "height": 3, "width": 4}}]}],
}


class Folder:
    """A spec with its files, and the home that commands keep everything in."""

    def __init__(self, path: Path, localbox: Localbox) -> None:
        self.path, self.home, self.localbox = path, path / "home", localbox

    def write(self, url: str = URL) -> None:
        (self.path / "spec.yaml").write_text(SPEC, "utf-8")
        (self.path / "ontology.yaml").write_text("tools:\n  - {tool: BBOX, name: car}\n", "utf-8")
        (self.path / "videos.csv").write_text(f"global_key,row_data\nclip,{url}\n", "utf-8")
        (self.path / "labels.ndjson").write_bytes(orjson.dumps(LINE))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return command(self.path, *arguments, LABELBOX_API_KEY=KEY, LABELBOX_ENDPOINT=self.localbox.endpoint)

    def kept(self) -> Iterator[tuple[Path, int]]:
        """All that was kept, and who may use it."""
        yield self.home, stat.S_IMODE(self.home.stat().st_mode)
        for path in self.home.rglob("*"):
            yield path, stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(localbox: Localbox, tmp_path: Path) -> Folder:
    return Folder(tmp_path, localbox)


def test_onboarded_twice_and_verified(folder: Folder) -> None:
    folder.write()
    said = [folder.run(*command) for command in (("onboard", "{}"), ("onboard", "{}"), ("status", "private"))]
    assert said[0].returncode == 2  # {} is not the path of a spec
    spec = str(folder.path / "spec.yaml")
    ended = [
        folder.run("plan", spec),
        folder.run("onboard", spec),
        folder.run("onboard", spec),
        folder.run("status", "private"),
    ]
    assert [each.returncode for each in ended] == [0, 0, 0, 0], ended[1].stderr
    for path, mode in folder.kept():
        assert mode == (0o700 if path.is_dir() else 0o600), path
    for each in ended:
        assert SECRET not in each.stdout + each.stderr
    shown = [path for path in (folder.home / "reports").rglob("*") if path.is_file()]
    assert len(shown) >= 3
    assert [path for path in shown if SECRET in path.read_text("utf-8")] == []


def test_what_the_embedded_localbox_keeps(folder: Folder) -> None:
    folder.write()
    ended = folder.run("onboard", str(folder.path / "spec.yaml"), "--localbox")
    assert ended.returncode == 0, ended.stderr
    assert any(path.is_relative_to(folder.home / "localbox") for path, _ in folder.kept())
    for path, mode in folder.kept():
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_new_signature_is_no_drift_and_another_file_is(folder: Folder) -> None:
    folder.write()
    spec = str(folder.path / "spec.yaml")
    assert folder.run("onboard", spec).returncode == 0
    folder.write(URL.replace(SECRET, "0therc0ffee"))
    again = folder.run("onboard", spec, "--json")
    assert (again.returncode, orjson.loads(again.stdout)["findings"]) == (0, [])
    folder.write(URL.replace("clip.mp4", "other.mp4"))
    differs = folder.run("onboard", spec, "--json")
    (group,) = orjson.loads(differs.stdout)["findings"]
    assert group["code"] == "row-differs"
    assert (
        "clip.mp4?...', the manifest says 'https://bucket.s3.eu-west-1.amazonaws.com/other.mp4?...'"
        in group["first"][0]["message"]
    )
    assert SECRET not in differs.stdout + differs.stderr


def test_a_name_from_a_file_does_not_command_the_terminal(folder: Folder) -> None:
    folder.write()
    evil = orjson.dumps({**LINE, "name": "\x1b]0;owned\x07\x9b31mcar"})
    (folder.path / "labels.ndjson").write_bytes(evil)
    for options in ((), ("--json",)):
        ended = folder.run("check", str(folder.path / "spec.yaml"), *options)
        assert ended.returncode == 2
        assert not {"\x1b", "\x07", "\x9b"} & set(ended.stdout + ended.stderr)
        assert "owned" in ended.stdout + ended.stderr
