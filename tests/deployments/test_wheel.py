"""The wheel, in an environment of its own and outside the checkout, does the whole job without flows/ and tasks/.

Dependencies come from the environment of the tests, by a path file; labelferry itself comes from the wheel.
"""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, from: labels}
videos:
  - {global_key: yard, row_data: "https://example.com/yard.mp4", width: 640, height: 480, fps: 25, frame_count: 100}
labels:
  - {format: mot, path: gt.txt, global_key: yard, classes: {1: person}}
"""
NO_PREFECT = "import sys; sys.modules['prefect'] = None; import labelferry; "


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    venv.create(folder / "env")
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)], check=True)
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return python


class Outside:
    """A folder outside the checkout, with a spec."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python, self.folder = python, folder
        (folder / "spec.yaml").write_text(SPEC, "utf-8")
        (folder / "gt.txt").write_text(
            "".join(f"{frame},1,{frame},20,30,40,1,-1,-1,-1\n" for frame in (1, 2, 3)), "utf-8"
        )

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("LABEL", "PREFECT", "PYTHON"))
        }
        env = kept | {"LABELFERRY_HOME": str(self.folder / "home"), "HOME": str(self.folder)}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, encoding="utf-8", timeout=180)

    def ferry(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(str(self.python.with_name("labelferry")), *arguments)

    def code(self, text: str) -> "subprocess.CompletedProcess[str]":
        return self.run(str(self.python), "-c", text)


@pytest.fixture
def outside(installed: Path, tmp_path: Path) -> Outside:
    return Outside(installed, tmp_path)


def test_it_is_the_wheel(outside: Outside) -> None:
    found = outside.code("import labelferry, importlib.util as u; print(labelferry.__file__, u.find_spec('flows'))")
    assert str(outside.python.parents[1]) in found.stdout
    assert found.stdout.rstrip().endswith(" None")


def test_it_onboards_and_then_has_nothing_to_do(outside: Outside) -> None:
    for said in ("yard: done", "yard: nothing to do"):
        ended = outside.ferry("onboard", "spec.yaml")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert said in ended.stdout
        assert "ran in this process" in ended.stdout
    for command in (("plan", "spec.yaml"), ("verify", "spec.yaml"), ("resume", "yard"), ("retry-failed", "yard")):
        ended = outside.ferry(*command)
        assert (ended.returncode, ended.stderr) == (0, ""), command


def test_flows_are_asked_for_in_vain(outside: Outside) -> None:
    ended = outside.ferry("onboard", "spec.yaml", "--flow")
    assert ended.returncode == 2
    assert "flows/ is not on the path" in ended.stderr


def test_python_without_prefect(outside: Outside) -> None:
    planned = outside.code(NO_PREFECT + "print(labelferry.plan('spec.yaml'))")
    assert planned.returncode == 0, planned.stderr
    assert "create" in planned.stdout
    done = outside.code(NO_PREFECT + "r = labelferry.onboard('spec.yaml'); print(r.outcome, r.accepted)")
    assert done.stdout == "done 1\n", done.stderr


def test_the_demo_is_part_of_it(outside: Outside) -> None:
    ended = outside.ferry("demo")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count(": done") == 4
