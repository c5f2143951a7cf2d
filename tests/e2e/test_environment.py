"""Machines as people have them: each fault of the environment is one message and the documented exit code."""

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labelferry.ledger import open_ledger
from tests.commands import command
from tests.localbox_server import Localbox

NOWHERE = "http://127.0.0.1:9"
PROXIES = {"HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "ALL_PROXY": NOWHERE}
RANGES = {**PROXIES, "NO_PROXY": "10.0.0.0/8,fe80::/10,[::1],::1"}
WITHOUT_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
SPEC = """\
name: machine
dataset: Machine
project: Machine
ontology: {name: Machine, from: labels}
videos: [{global_key: clip, row_data: "https://example.com/clip.mp4", width: 640, height: 480, fps: 25, frame_count: 9}]
labels:
  - {format: table, path: boxes.csv}
"""
BOXES = "global_key,track,class,frame,left,top,width,height\nclip,1,car,1,1,2,3,4\n"


@pytest.fixture
def spec(tmp_path: Path) -> str:
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, "utf-8")
    return str(path)


def told(ended: "subprocess.CompletedProcess[str]", code: int, *said: str) -> None:
    """One message, and the exit code."""
    assert ended.returncode == code, ended.stderr
    lines = [line for line in ended.stderr.splitlines() if " WARNING " not in line]
    assert (len(lines), lines[0].startswith("labelferry: ")) == (1, True), ended.stderr
    assert [text for text in said if text not in lines[0]] == [], lines[0]


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param(PROXIES, id="dead"),
        pytest.param(RANGES, id="ranges", marks=pytest.mark.full),
        pytest.param({"HTTPS_PROXY": "nonsense://x"}, id="no", marks=pytest.mark.full),
    ],
)
def test_this_machine_is_never_reached_through_a_proxy(environment: dict[str, str], tmp_path: Path, spec: str) -> None:
    ended = command(tmp_path, "onboard", spec, **environment)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.full
def test_nor_is_prefects_server(tmp_path: Path, spec: str) -> None:
    ended = command(tmp_path, "onboard", spec, "--flow", **RANGES)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_proxy_that_cannot_be_used(tmp_path: Path, spec: str) -> None:
    ended = command(tmp_path, "onboard", spec, LABELBOX_API_KEY="key", HTTPS_PROXY="nonsense://x")
    told(ended, 2, "HTTPS_PROXY", "nonsense://x", "correct or unset")


def test_a_dead_proxy_before_the_real_service(tmp_path: Path, spec: str) -> None:
    ended = command(tmp_path, "onboard", spec, LABELBOX_API_KEY="key", LABELFERRY_PATIENCE="1", **PROXIES)
    told(ended, 1, "cannot reach https://api.labelbox.com/graphql")


@pytest.mark.parametrize("url", [f"{NOWHERE}/api", "nonsense"])
def test_no_prefect_server_there(url: str, tmp_path: Path, spec: str) -> None:
    told(
        command(tmp_path, "onboard", spec, PREFECT_API_URL=url),
        1,
        f"Prefect's server at {url} does not answer",
        "start it",
    )


@pytest.mark.full
def test_a_temporary_server_that_takes_too_long(tmp_path: Path, spec: str) -> None:
    setting = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
    told(
        command(tmp_path, "onboard", spec, "--flow", **{setting: "1"}),
        1,
        "did not start in time",
        setting,
        "without --flow",
    )


@pytest.mark.parametrize("name", ["LABELFERRY_HOME", "PREFECT_HOME"])
@pytest.mark.parametrize(
    "options", [(), pytest.param(("--flow",), marks=pytest.mark.full)], ids=["in this process", "as a flow"]
)
def test_a_home_that_cannot_be_made(name: str, options: tuple[str, ...], tmp_path: Path, spec: str) -> None:
    if (name, options) == ("PREFECT_HOME", ()):
        assert command(tmp_path, "onboard", spec, PREFECT_HOME="/proc/none").returncode == 0
        return
    told(
        command(tmp_path, "onboard", spec, *options, **{name: "/proc/none"}),
        2,
        f"{name}: /proc/none",
        "cannot be created",
    )


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed")
@pytest.mark.parametrize(
    "options", [(), pytest.param(("--flow",), marks=pytest.mark.full)], ids=["in this process", "as a flow"]
)
def test_a_home_that_cannot_be_written(options: tuple[str, ...], tmp_path: Path, spec: str) -> None:
    (tmp_path / "home").mkdir(mode=0o555)
    told(command(tmp_path, "onboard", spec, *options, limits=WITHOUT_POWERS), 2, "LABELFERRY_HOME", "home")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty", marks=pytest.mark.full),
        pytest.param(b"SQLite format 3\0" + bytes(500), id="cut", marks=pytest.mark.full),
        pytest.param(b"garbage" * 500, id="other"),
    ],
)
def test_a_ledger_that_is_none_and_the_remedy(content: bytes, tmp_path: Path, spec: str) -> None:
    assert command(tmp_path, "onboard", spec).returncode == 0
    ledger = tmp_path / "home" / "ledger.db"
    for path in tmp_path.glob("home/ledger.db-*"):
        path.unlink()
    ledger.write_bytes(content)
    if content:
        told(command(tmp_path, "onboard", spec), 2, f"{ledger}: not a ledger, or a damaged one", "move it away")
        ledger.unlink()
    again = command(tmp_path, "onboard", spec)
    assert (again.returncode, "0 created, 1 reused" in again.stdout) == (0, True), again.stderr


def test_two_first_runs_on_a_new_home(tmp_path: Path) -> None:
    """The ledger's mode, its tables and its folder are made by both at the same time."""
    for number in range(10):
        url = f"sqlite:///{tmp_path}/{number}/ledger.db"

        def first(_: int, url: str = url) -> None:
            open_ledger(url).close()

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(first, range(4)))


@pytest.mark.full
@pytest.mark.parametrize("options", [(), ("--flow",)], ids=["in this process", "as a flow"])
def test_two_first_commands_on_a_new_home(options: tuple[str, ...], tmp_path: Path) -> None:
    """Ledger, localbox and Prefect's database are made by both at the same time."""

    def first(name: str) -> "subprocess.CompletedProcess[str]":
        (tmp_path / name).mkdir()
        (tmp_path / name / "boxes.csv").write_text(BOXES.replace("clip", f"clip-{name}"), "utf-8")
        text = SPEC.replace("machine", name).replace("Machine", name).replace("clip,", f"clip-{name},")
        (tmp_path / name / "spec.yaml").write_text(text, "utf-8")
        return command(tmp_path, "onboard", str(tmp_path / name / "spec.yaml"), *options)

    with ThreadPoolExecutor(2) as threads:
        ended = list(threads.map(first, ("one", "two")))
    assert [(each.returncode, each.stderr) for each in ended] == [(0, ""), (0, "")]


@pytest.mark.full
def test_a_ledger_that_is_cut_off_under_a_run_and_the_remedy(localbox: Localbox, tmp_path: Path, spec: str) -> None:
    slow = {"kind": "slow", "seconds": 3, "operation": "createBatchV2PyApi", "nth": 1}
    localbox.control("POST", "faults", slow)
    there = {"LABELBOX_API_KEY": localbox.key, "LABELBOX_ENDPOINT": localbox.endpoint}
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(command, tmp_path, "onboard", spec, **there)
        assert any(localbox.control("GET", "faults")[0]["fired"] or run.done() for _ in range(100_000))
        for path in tmp_path.glob("home/ledger.db*"):
            if not path.name.endswith("-shm"):  # which SQLite maps into memory
                os.truncate(path, 0)
        ended = run.result()
    if ended.returncode:  # what SQLite still has in memory may be all that it needs
        told(ended, 1, "the ledger's database failed", "nothing is lost")
    told(command(tmp_path, "status", **there), 2, "not a ledger, or a damaged one", "move it away")
    for path in tmp_path.glob("home/ledger.db*"):
        path.unlink()
    again = command(tmp_path, "onboard", spec, **there)
    assert (again.returncode, again.stderr) == (0, "")
    tables = ("datasets", "projects", "batches", "imports", "annotations")
    assert {table: len(localbox.table(table)) for table in tables} == dict.fromkeys(tables, 1)


def test_certificates_that_cannot_be_used(tmp_path: Path, spec: str) -> None:
    (tmp_path / "no.pem").write_text("none\n", "utf-8")
    for file in (str(tmp_path / "absent.pem"), str(tmp_path / "no.pem")):
        for arguments in (("plan", spec), ("doctor",)):
            ended = command(tmp_path, *arguments, LABELBOX_API_KEY="key", SSL_CERT_FILE=file)
            told(ended, 2, f"SSL_CERT_FILE: {file} cannot be used", "or unset it")


def test_a_proxy_that_doctor_cannot_use(tmp_path: Path) -> None:
    told(command(tmp_path, "doctor", HTTPS_PROXY="nonsense://x"), 2, "HTTPS_PROXY", "correct or unset")


def test_what_nobody_foresaw_is_one_line_and_a_file(tmp_path: Path, spec: str) -> None:
    """A module that cannot be imported stands for all of it; the traceback is in the file that is named."""
    broken = tmp_path / "broken"
    broken.mkdir()
    broken.joinpath("alembic.py").write_text(
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError('no words')\nraise Odd()\n", "utf-8"
    )
    ended = command(tmp_path, "onboard", spec, PYTHONPATH=str(broken))
    told(ended, 1, "unexpected error, Odd: without a message", "its details are in", "Please report it")
    (kept,) = (tmp_path / "home" / "errors").iterdir()
    assert str(kept) in ended.stderr
    assert "raise Odd()" in kept.read_text("utf-8")
    asked = command(tmp_path, "onboard", spec, "--json", PYTHONPATH=str(broken))
    assert '"error": "Odd"' in asked.stdout


FULL_DISK = ("unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=8k none "$0" && exec "$@"')


def test_a_folder_for_temporary_files_without_room(tmp_path: Path, spec: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    limits = (*FULL_DISK, str(small))
    if subprocess.run([*limits, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    tmp_path.joinpath("boxes.csv").write_text(
        BOXES + "".join(f"clip,{track},car,1,1,2,3,4\n" for track in range(2, 300)), "utf-8"
    )
    told(command(tmp_path, "check", spec, limits=limits, TMPDIR=str(small)), 1, f"{small}: No space")


def test_an_output_without_room_is_no_fault_of_a_folder(tmp_path: Path, spec: str) -> None:
    limits = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
    told(command(tmp_path, "check", spec, limits=limits), 1, "labelferry: No space left on device")


def test_a_profile_that_is_no_file_is_not_read(tmp_path: Path, spec: str) -> None:
    planned = command(tmp_path, "plan", spec, PREFECT_PROFILES_PATH="/dev/zero")
    assert (planned.returncode, planned.stderr) == (0, "")


FULL = ("prlimit", "--fsize=0")


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit (util-linux) is not installed")
def test_no_room_to_write(tmp_path: Path, spec: str) -> None:
    ended = command(tmp_path, "onboard", spec, limits=FULL, LABELBOX_API_KEY="key")
    told(ended, 1, "File too large", "run the same command again")
