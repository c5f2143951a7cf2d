"""Ctrl-C at many moments of an onboarding, from its first instant: is it heard, told, and the next run exact?

``python -m benches.interrupts [--moments N]``. An interrupt before the interpreter runs any line of ours ends the
process without our message; those are counted apart. Once a run has changed anything at the service, it is
also in the history, as interrupted or, when only its report was left to write, as done.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from labelferry.ledger import open_ledger
from tests.localbox_server import Localbox, started

COMMAND = str(Path(sys.executable).with_name("labelferry"))
SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, from: labels}
videos: [{global_key: yard, row_data: "https://example.com/yard.mp4"}]
labels:
  - {format: table, path: boxes.csv}
"""
BOXES = "global_key,frame,track,class,left,top,width,height\nyard,1,1,car,1,2,3,4\n"
TABLES = ("datasets", "data_rows", "ontologies", "projects", "batches", "batch_rows", "imports", "annotations")
HEARD, TOO_EARLY, ENDED = "heard", "before any line of ours", "ended before"


class Interrupted:
    """Runs of one spec, each in a home of its own."""

    def __init__(self, box: Localbox, folder: Path) -> None:
        self._box, self._folder = box, folder
        (folder / "yard.yaml").write_text(SPEC, "utf-8")
        (folder / "boxes.csv").write_text(BOXES, "utf-8")

    def whole(self) -> float:
        """Run undisturbed and return the seconds that it takes."""
        began = time.monotonic()
        self._run(0)
        return time.monotonic() - began

    def at(self, seconds: float, number: int) -> str:
        """Interrupt a run after some seconds and return what became of it; then run again."""
        self._box.control("POST", "reset")
        code, said = self._run(number, seconds)
        if judged(code, said) == HEARD and self._changed() and not self._history(number):
            return "heard after a change, and not in the history"
        again, told = self._run(number)
        state = self._box.control("GET", "state")
        found = {table: len(state[table]) for table in TABLES}
        if again or found != dict.fromkeys(TABLES, 1):
            return f"the next run ended {again} with {found}: {told}"
        return judged(code, said)

    def _changed(self) -> bool:
        return bool(self._box.control("GET", "state")["datasets"])

    def _history(self, number: int) -> list[str]:
        with open_ledger(f"sqlite:///{self._folder}/home-{number}/ledger.db") as file:
            runs = [file.of(workspace, "yard").history() for workspace in file.workspaces_of("yard")]
        return [run["outcome"] for each in runs for run in each]

    def _run(self, number: int, interrupt: float | None = None) -> tuple[int, str]:
        service = {"LABELBOX_API_KEY": self._box.key, "LABELBOX_ENDPOINT": self._box.endpoint}
        env = {**os.environ, **service, "LABELFERRY_HOME": str(self._folder / f"home-{number}")}
        with subprocess.Popen(
            [COMMAND, "onboard", "yard.yaml"],
            cwd=self._folder,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as run:
            if interrupt is not None:
                time.sleep(interrupt)
                run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=120)
            return run.returncode, said


def judged(code: int, said: str) -> str:
    """What became of an interrupted run."""
    if (code, said) == (130, "labelferry: interrupted; nothing is lost, run the same command again\n"):
        return HEARD
    if code == -signal.SIGINT and "labelferry/" not in said.replace("bin/labelferry", ""):
        return TOO_EARLY
    return ENDED if (code, said) == (0, "") else f"{code}: {said[-600:]}"


def main() -> int:
    """Interrupt at moments spread over a run and say how often each outcome came."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=100)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as made, started(Path(made) / "box", "--control") as box:
        runs = Interrupted(box, Path(made))
        whole = runs.whole()
        found: Counter[str] = Counter()
        for number in range(1, asked.moments + 1):
            seconds = whole * number / asked.moments
            outcome = runs.at(seconds, number)
            print(f"{seconds:6.2f} s  {outcome}", flush=True)
            found[outcome] += 1
    for outcome, count in found.most_common():
        print(f"{count:4}  {outcome}")
    return 0 if found.keys() <= {HEARD, TOO_EARLY, ENDED} else 1


if __name__ == "__main__":
    sys.exit(main())
