"""A small onboarding whose files may change from one run to the next."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from labelferry.labelbox import Client
from labelferry.ledger import LineState
from tests.faults.driver import Job
from tests.faults.sweep import Bench
from tests.faults.world import ledger_of, outcomes

NAME = "streets"
SPEC = """\
name: streets
dataset: Streets
project: {name: Streets, media_type: VIDEO}
ontology: {name: Streets, file: ontology.yaml}
batch: {name: streets}
videos: videos.csv
labels:
  - {format: ndjson, path: labels.ndjson}
import: {as: AS}
"""
ONTOLOGY = """\
tools:
  - {tool: BBOX, name: car}
"""
UNKNOWN = "cm9unknownschema000000000"


def box(row: str, frame: int, **feature: str) -> dict[str, Any]:
    keyframe = {"frame": frame, "bbox": {"top": 1.5, "left": 2, "height": 3, "width": 4}}
    return {"dataRow": {"globalKey": row}, **(feature or {"name": "car"}), "segments": [{"keyframes": [keyframe]}]}


def write_streets(
    folder: Path,
    lines: list[dict[str, Any]],
    imported_as: str,
    ontology: str = ONTOLOGY,
    manifest: str | None = None,
    spec: str = SPEC,
    **policies: str,
) -> Path:
    """Write a spec and what it names; unless there is a manifest, the rows are those of the lines."""
    rows = dict.fromkeys(line["dataRow"]["globalKey"] for line in lines)
    videos = "".join(f"{row},https://example.com/{row}.mp4\n" for row in rows)
    (folder / "ontology.yaml").write_text(ontology, "utf-8")
    (folder / "videos.csv").write_text(manifest or f"global_key,row_data\n{videos}", "utf-8")
    (folder / "labels.ndjson").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    decided = "".join(f"{name}: {value}\n" for name, value in policies.items())
    (folder / "streets.yaml").write_text(spec.replace("AS", imported_as) + decided, "utf-8")
    return folder / "streets.yaml"


class Streets:
    """A small onboarding whose files may change."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench, self.localbox, self.drivers, self._folder = bench, bench.localbox, bench.drivers, folder
        self.home = bench.fresh()

    def write(self, lines: list[dict[str, Any]], imported_as: str = "prelabels", *changed: str, **changes: Any) -> None:
        write_streets(self._folder, lines, imported_as, *changed, **changes)

    @property
    def spec(self) -> Path:
        """The spec's file."""
        return self._folder / "streets.yaml"

    @property
    def job(self) -> Job:
        return Job(str(self.home), self.localbox.endpoint, [str(self._folder / "streets.yaml")])

    def run(self, *, retry: bool = False) -> tuple[int, str]:
        """Run, and return exit code and message."""
        code = self.drivers.run(replace(self.job, retry=NAME if retry else ""))
        said = outcomes(self.home)[-1]
        assert code == said["code"]
        return code, said["message"]

    def kill(self, number: int, side: str) -> int:
        """Run, killed at a request (0: not at all), and return how it ended."""
        return self.drivers.run(replace(self.job, kill_at=number, side=side))

    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = outcomes(self.home)[-1]["report"]
        return report

    def lines(self) -> Counter[LineState]:
        with ledger_of(self.home, NAME) as ledger:
            return Counter(line.state for line in ledger.lines())

    def messages(self) -> set[str | None]:
        with ledger_of(self.home, NAME) as ledger:
            return {line.message for line in ledger.lines()}

    def lose_ledger(self) -> None:
        """Delete the ledger and SQLite's files next to it."""
        for path in self.home.glob("ledger.db*"):
            path.unlink()

    def client(self) -> Client:
        return self.localbox.client()
