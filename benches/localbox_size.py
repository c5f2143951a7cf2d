"""localbox with a large project: what it takes to fill it through our own client, and to look at it.

    python -m benches.localbox_size [--rows N] [--keyframes N]

Server and client share the machine's cores. The page is opened in Chromium where there is one; what Chromium needs to
start and show nothing is measured too, and taken off.
"""

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from labelferry.labelbox import Client, ImportKind

KEY = "bench"
TREE = {
    "tools": [{"tool": "rectangle", "name": "box", "color": "#ff0000", "classifications": []}],
    "classifications": [],
}


@contextmanager
def server(folder: Path, *options: str) -> Iterator[tuple[str, int]]:
    """A localbox of its own: where it is, and its process id."""
    command = [
        sys.executable,
        "-m",
        "labelferry.localbox",
        "--port",
        "0",
        "--data",
        str(folder),
        "--key",
        KEY,
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        assert process.stdout is not None  # noqa: S101 - asked for with PIPE
        yield process.stdout.readline().split()[-1].removesuffix("/graphql"), process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has held (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def write_lines(path: Path, keys: list[str], keyframes: int) -> None:
    """One track of boxes a row."""
    with path.open("w", encoding="utf-8") as out:
        for number, key in enumerate(keys):
            track = [
                {"frame": frame, "bbox": {"top": frame, "left": number % 500, "height": 40.5, "width": 30.25}}
                for frame in range(1, keyframes + 1)
            ]
            line = {"uuid": f"line-{number}", "name": "box", "segments": [{"keyframes": track}]}
            out.write(json.dumps(line | {"dataRow": {"globalKey": key}}) + "\n")


class Clock:
    """Rows of the table, as they are measured."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float]] = []

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        found = work()
        self.rows.append((name, time.perf_counter() - started))
        return found


def fill(base: str, folder: Path, rows: int, keyframes: int, clock: Clock) -> str:
    """Rows, project, batch and import; returns the project."""
    keys = [f"video-{number:06d}" for number in range(rows)]
    lines = folder / "lines.ndjson"
    write_lines(lines, keys, keyframes)
    assets = [{"global_key": key, "row_data": "https://storage.example/v.mp4", "media_type": "VIDEO"} for key in keys]
    with Client(KEY, base + "/graphql") as client:
        dataset = client.datasets.create("bench")
        clock.step(f"{rows:,} data rows", lambda: client.data_rows.create(dataset.id, assets))
        project = client.projects.create("bench")
        client.projects.connect_ontology(project.id, client.ontologies.create("bench", TREE).id)
        clock.step("one batch", lambda: client.batches.create(project.id, "all", keys))
        job = clock.step(
            f"import of {lines.stat().st_size / 1e6:.0f} MB",
            lambda: client.imports.wait(client.imports.create(project.id, "truth", lines, ImportKind.GROUND_TRUTH)),
        )
        failed = len(list(client.imports.errors(job)))
        count = client.projects.label_count(project.id)
        clock.step("export of 1,000 rows", lambda: list(client.exports.project(project.id, keys[:1000])))
    if failed or count != rows:
        raise SystemExit(f"{failed} lines failed, {count} labels")
    return project.id


def look(base: str, project: str, clock: Clock) -> None:
    """The calls that the page makes to show a project."""
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {KEY}"}) as http:
        for path in ("projects", f"projects/{project}/rows", f"projects/{project}/imports"):
            clock.step(
                f"page: {path.replace(project, '…')}", lambda path=path: http.get(f"/_page/{path}").raise_for_status()
            )


def browse(base: str, project: str, folder: Path, clock: Clock) -> None:
    """The project's page in Chromium until its table of rows is there."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=3000", "--dump-dom"]

    def shown(url: str) -> tuple[float, str]:
        started = time.perf_counter()
        ended = subprocess.run([*command, url], capture_output=True, encoding="utf-8", timeout=120, check=True)
        return time.perf_counter() - started, ended.stdout

    shown("about:blank")
    empty = statistics.median(shown("about:blank")[0] for _ in range(3))
    pages = [shown(f"{base}/#key={KEY}/{project}") for _ in range(3)]
    if not all("video-000099" in dom for _, dom in pages):
        raise SystemExit("the page does not show the rows")
    clock.rows.append(("page in Chromium, its start taken off", statistics.median(took for took, _ in pages) - empty))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--keyframes", type=int, default=100)
    wanted = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory() as name, server(Path(name, "data")) as (base, pid):
        folder = Path(name)
        project = fill(base, folder, wanted.rows, wanted.keyframes, clock)
        look(base, project, clock)
        browse(base, project, folder, clock)
        memory = peak_megabytes(pid)
    print(f"| {wanted.rows:,} rows x {wanted.keyframes} keyframes | |\n|---|---|")
    for step, seconds in clock.rows:
        print(f"| {step} | {seconds:.3g} s |")
    print(f"| the server's peak memory | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
