"""The tutorial's labels on three rows, and the remote and local state afterwards."""

import re
import shutil
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from PIL import Image

from labelferry.ledger import Ledger, LineState, State, open_ledger
from tests.faults.driver import OUTCOMES
from tests.localbox_server import ROOT

GUIDE = ROOT / "config" / "examples" / "guide"
KEYS = ("sample-1", "sample-2", "sample-3")
SPECS = ("prelabels", "ground-truth")
TRACES = {"settings", "files", "jobs", "upload_results", "export_chunks", "deliveries"}
"""What being asked leaves behind: files that were uploaded, jobs, and their results."""


def write_guide(folder: Path) -> list[str]:
    """The tutorial's labels on three rows, as pre-labels and as ground truth; returns the paths of the specs."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [_small(orjson.loads(line)) for line in (GUIDE / "labels.ndjson").read_bytes().splitlines()]
    lines = [orjson.dumps({**line, "dataRow": {"globalKey": key}}) for key in KEYS for line in labels]
    (folder / "labels.ndjson").write_bytes(b"\n".join(lines))
    videos = "".join(f"{key},https://example.com/{key}.mp4\n" for key in KEYS)
    (folder / "videos.csv").write_text(f"global_key,row_data\n{videos}", "utf-8")
    shutil.copy(GUIDE / "ontology.yaml", folder)
    for name in SPECS:
        text = (GUIDE / f"{name}.yaml").read_text("utf-8")
        (folder / f"{name}.yaml").write_text(text.replace("{format: python, path: labels.py}", NDJSON), "utf-8")
    return [str(folder / f"{name}.yaml") for name in SPECS]


NDJSON = "{format: ndjson, path: labels.ndjson}"


def _small(line: dict[str, Any]) -> dict[str, Any]:
    """A line whose masks are a twentieth as wide and high, so that a run takes less than a second."""
    for frame in line.get("masks", {}).get("frames", ()):
        picture = Image.open(BytesIO(b64decode(frame["imBytes"])))
        small = picture.resize((picture.width // 20, picture.height // 20), Image.Resampling.NEAREST)
        small.save(file := BytesIO(), "PNG")
        frame["imBytes"] = b64encode(file.getvalue()).decode()
    return line


def outcomes(home: Path) -> list[dict[str, Any]]:
    """The last driver's message for each spec."""
    found: list[dict[str, Any]] = orjson.loads((home / OUTCOMES).read_bytes())["outcomes"]
    return found


def requests(home: Path) -> list[str]:
    """The requests that the last driver sent."""
    found: list[str] = orjson.loads((home / OUTCOMES).read_bytes())["requests"]
    return found


def normalised(state: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """The remote state without ids, times and order, each row as text; duplicates stay."""
    names = dict(_names(state))
    return {
        table: sorted(_IDS.sub(lambda found: names.get(found[0], _unnamed(found[0])), _plain(row)) for row in rows)
        for table, rows in state.items()
        if table not in TRACES
    }


_IDS = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9]{24}(?![a-z0-9])|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_FILES = re.compile(r"[a-z0-9]+(?=__)")
"""The project's id that begins the name of an import's file, cut to fit."""
_TIMES = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)?")


def _plain(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name != "seq"}
    return _FILES.sub("PROJECT", _TIMES.sub("TIME", orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()))


def _unnamed(found: str) -> str:
    """The uuid of a line is part of what was sent; any other id that has no name is the service's own."""
    return found if "-" in found else "ID"


def _names(state: Mapping[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str]]:
    """What stands for an id: a name, where the row has one; else only its table."""
    for table in ("files", "jobs", "labels", "benchmarks", "annotations"):
        yield from ((row["id"], table) for row in state[table])
    for table in ("datasets", "ontologies", "projects", "batches", "imports", "feature_schemas"):
        yield from ((row["id"], f"{table}:{row['name']}") for row in state[table])
    yield from ((row["id"], f"row:{row['global_key']}") for row in state["data_rows"])
    for tree in (orjson.loads(row["normalized"]) for row in state["ontologies"]):
        yield from _schemas(tree)


def _schemas(tree: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tree, list):
        for each in tree:
            yield from _schemas(each)
    if isinstance(tree, dict):
        said = tree.get("name") or tree.get("instructions") or tree.get("value")
        yield from ((tree[key], f"schema:{said}") for key in ("featureSchemaId", "schemaNodeId") if tree.get(key))
        for each in tree.values():
            yield from _schemas(each)


def ledger_url(home: Path) -> str:
    """The URL of a home's ledger, where it is not the home's own SQLite."""
    named = home / "ledger.url"
    return named.read_text("utf-8") if named.exists() else ""


@contextmanager
def ledger_of(home: Path, name: str) -> Iterator[Ledger]:
    """The ledger of an onboarding, in the one workspace that it knows."""
    with open_ledger(ledger_url(home) or f"sqlite:///{home / 'ledger.db'}") as file:
        (workspace,) = file.workspaces_of(name)
        yield file.of(workspace, name)


def unsettled(home: Path) -> list[str]:
    """Unsettled entries of the ledger, over both onboardings, including lines that are not accepted."""
    found: list[str] = []
    for name in SPECS:
        with ledger_of(home, f"guide-{name}") as ledger:
            entries = [entry for kind in KINDS for entry in ledger.entries(kind)]
            found += [f"{entry.kind} {entry.name}" for entry in entries if entry.state is not State.SETTLED]
            states = Counter(line.state for line in ledger.lines())
            found += [f"{name}: {count} lines {state}" for state, count in states.items() if state != ACCEPTED]
            found += [] if states[ACCEPTED] else [f"{name}: no line"]
    return found


KINDS = ("dataset", "ontology", "project", "batch", "job")
ACCEPTED = LineState.ACCEPTED
EACH = {"datasets": 1, "data_rows": 3, "ontologies": 1, "projects": 1, "batches": 1, "batch_rows": 3, "imports": 2}
"""How many of each a clean run makes; labels: one a row, from the ground truth."""
EACH["labels"] = 3


def counts(state: Mapping[str, list[Any]]) -> dict[str, int]:
    """How many there are of what EACH names."""
    return {table: len(state[table]) for table in EACH}
