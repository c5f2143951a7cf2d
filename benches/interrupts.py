"""Ctrl-C at many moments of an onboarding, from its first instant: is it heard, told, and the next run exact?

``python -m benches.interrupts [--moments N]``. A run is in the history once: as interrupted, or as done if all of its
work was done. Only an interrupt before the interpreter runs any line of ours ends the process without our message;
those are counted apart.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import chain
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
EXACT = dict.fromkeys(TABLES, 1)
MESSAGE = "labelferry: interrupted; nothing is lost, run the same command again\n"
INTERRUPTED, DONE, ENDED = "told, and in the history", "told, and done", "ended before"
TOO_EARLY = "before any line of ours"
GOOD = {"done", "nothing to do"}
LONGEST = 120.0


class Interrupted:
    """Runs of one spec, each in a home of its own."""

    def __init__(self, box: Localbox, folder: Path) -> None:
        self._box, self._folder = box, folder
        self.seconds = 0.0
        """What the last run took that ended by itself."""
        (folder / "yard.yaml").write_text(SPEC, "utf-8")
        (folder / "boxes.csv").write_text(BOXES, "utf-8")

    def undisturbed(self) -> None:
        """Run to the end, to see how long that takes."""
        self._run(0, LONGEST)

    def at(self, seconds: float, number: int) -> str:
        """Interrupt a run after some seconds and return what became of it; then run again."""
        self._box.control("POST", "reset")
        code, said = self._run(number, seconds)
        before = self._history(number)
        became = judged(code, said, before, self._found())
        again, told = self._run(number, LONGEST)
        newest, *older = self._history(number) or [""]
        exact = self._found() == EXACT and newest in GOOD and older == (before or [])
        if exact and (again, told) == (0, ""):
            return became
        return (
            f"{became}; WRONG: the next run ended {again} with {self._found()}, {newest} after {older}: {told[-600:]}"
        )

    def _found(self) -> dict[str, int]:
        state = self._box.control("GET", "state")
        return {table: len(state[table]) for table in TABLES}

    def _history(self, number: int) -> list[str] | None:
        """The outcomes of the runs, newest first; None when nothing was ever written."""
        home = self._folder / f"home-{number}"
        if not home.exists():
            return None
        with open_ledger(f"sqlite:///{home}/ledger.db") as file:
            runs = [file.of(workspace, "yard").history() for workspace in file.workspaces_of("yard")]
        return [run["outcome"] for run in sorted(chain(*runs), key=lambda run: run["id"], reverse=True)]

    def _run(self, number: int, interrupt: float) -> tuple[int, str]:
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
            began = time.monotonic()
            try:
                run.wait(interrupt)
                self.seconds = time.monotonic() - began
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=LONGEST)
            return run.returncode, said


def judged(code: int, said: str, history: list[str] | None, found: dict[str, int]) -> str:
    """What became of an interrupted run."""
    untouched = history is None and not any(found.values())
    match code, said, history:
        case (130, str(), ["interrupted"]) if said == MESSAGE:
            return INTERRUPTED
        case (130, str(), ["done"]) if said == MESSAGE and found == EXACT:
            return DONE
        case (0, "", ["done"]) if found == EXACT:
            return ENDED
        case _ if code == -signal.SIGINT and untouched and "labelferry/" not in said.replace("bin/labelferry", ""):
            return TOO_EARLY
    return f"WRONG: {code}, in the history {history}, found {found}: {said[-600:]}"


def main() -> int:
    """Interrupt at moments spread over a run and say how often each outcome came."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=100)
    asked = options.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell starts in the background ignores it
    with tempfile.TemporaryDirectory() as made, started(Path(made) / "box", "--control") as box:
        runs = Interrupted(box, Path(made))
        runs.undisturbed()
        found: Counter[str] = Counter()
        for number in range(1, asked.moments + 1):
            seconds = runs.seconds * (number - 1) / asked.moments
            outcome = runs.at(seconds, number)
            print(f"{seconds:6.2f} s  {outcome}", flush=True)
            found[outcome] += 1
    for outcome, count in found.most_common():
        print(f"{count:4}  {outcome}")
    return 0 if found.keys() <= {INTERRUPTED, DONE, ENDED, TOO_EARLY} else 1


if __name__ == "__main__":
    sys.exit(main())
