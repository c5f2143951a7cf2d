"""A service whose reports of imports vary: what it may report, and what must hold after every run.

A case is a way of reporting x a way of importing x what the user does next. The user runs, goes on under the same
reports, then the service reports as usual and the user goes on until nothing is open. After each run nothing is in
twice, and nothing is called accepted, or done, that is not in.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import orjson

from labelferry.desired.folder import kept
from labelferry.errors import LabelferryError
from labelferry.labelbox import Client, Policy
from labelferry.labelbox.policy import Pace
from labelferry.ledger import LineRecord, LineState, Reason, open_ledger
from labelferry.ndjson import of_generation
from labelferry.onboarding.context import Onboarding, open_onboarding
from labelferry.onboarding.run import carry_out
from labelferry.onboarding.steps.labels import assemble
from labelferry.plain_steps import PlainSteps
from labelferry.remote import Remote
from labelferry.settings import Settings
from tests.faults.driver import Clock
from tests.faults.streets import NAME, UNKNOWN, box, write_streets

Reports = Mapping[str, Any]
KINDS = ("prelabels", "ground-truth")
ACTIONS = ("rerun", "resume", "retry-failed")

SPELLINGS: dict[str, Reports] = {
    "as sent": {},
    "upper case": {"uuids": "upper"},
    "braces": {"uuids": "braces"},
    "no hyphens": {"uuids": "bare"},
    "own uuids": {"uuids": "own"},
    "own uuids, rows by id": {"uuids": "own", "rows": "id"},
    "own uuids, no rows": {"uuids": "own", "rows": "none"},
    "no uuids": {"uuids": "none", "rows": "key"},
    "lower-case words": {"words": "lower"},
    "FAILED": {"words": "docs"},
}
MISSING: dict[str, Reports] = {
    "all lines": {},
    "only failures": {"lines": "failures"},
    "no file": {"file": "missing"},
    "no address": {"file": "unnamed"},
    "cut": {"cut": 2},
    "empty": {"cut": 0},
    "strange lines": {"cut": 3, "also": ["<html>", None, {"status": "SUCCESS"}, {"errors": "?"}, []]},
}
LAGGING: dict[str, Reports] = {
    "shown": {},
    "shown late": {"shown_after": 3},
    "not shown": {"shown_after": "never"},
    "lost": {"lost": True},
}
SHAPES: dict[str, Reports] = {name: {"errors": name} for name in ("texts", "object", "text", "null")}


PAIRS = (
    ("own uuids", "cut"),
    ("own uuids", "only failures"),
    ("own uuids", "not shown"),
    ("own uuids, rows by id", "cut"),
    ("no uuids", "empty"),
    ("upper case", "shown late"),
    ("lower-case words", "only failures"),
)
TELLING = ("only failures", "cut", "no file", "not shown", "lost", "own uuids, cut")
"""Reports combined with every action; the others take turns."""


@dataclass(frozen=True)
class Case:
    """A case: how the service reports, what is imported and how, and what the user does next."""

    name: str
    reports: Reports
    imported_as: str
    action: str
    refused: bool

    def __str__(self) -> str:
        return f"{self.imported_as}, {self.action}, {'one refused' if self.refused else 'all good'}: {self.name}"


def product_of_cases() -> list[Case]:
    """Every spelling x everything missing x every lag, and the shapes of errors, in every way."""
    chosen = product(SPELLINGS.items(), MISSING.items(), LAGGING.items())
    reports = {", ".join(name for name, _ in each): _together(*(said for _, said in each)) for each in chosen}
    ways = product((reports | SHAPES).items(), KINDS, ACTIONS, (True, False))
    return [Case(name, said, kind, action, refused) for (name, said), kind, action, refused in ways]


def sample_of_cases() -> list[Case]:
    """Each way of reporting alone, and the interesting pairs."""
    singles = SPELLINGS | MISSING | LAGGING | SHAPES
    pairs = {f"{one}, {other}": _together(singles[one], singles[other]) for one, other in PAIRS}
    found = []
    for number, ((name, said), kind) in enumerate(product((singles | pairs).items(), KINDS)):
        actions = ACTIONS if name in TELLING else (ACTIONS[number % 3],)
        found += [Case(name, said, kind, action, bool(number // 2 % 2)) for action in actions]
    return found


def _together(*reports: Reports) -> Reports:
    return {name: value for each in reports for name, value in each.items()}


LINES = [box("street-1", 1), box("street-1", 2), box("street-2", 3), box("street-2", 4), box("street-3", 5)]
REFUSED = [*LINES, box("street-3", 6, schemaId=UNKNOWN)]


@dataclass
class Harbour:
    """A user on one machine, and the state of the service.

    Args:
        control: turns localbox's control plane.
        settings: home, key and endpoint.
        folder: where the spec is.
        imported_as: prelabels or ground-truth.
        lines: what the user has.
        runs: how many there were.
        wrong: what must not be, after each of them.
    """

    control: Callable[..., Any]
    settings: Settings
    folder: Path
    imported_as: str
    lines: list[dict[str, Any]]
    runs: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """The number of lines that the service refuses, whatever it reports."""
        return sum("schemaId" in line for line in self.lines)

    def write(self) -> None:
        """Write the spec and what it names."""
        write_streets(self.folder, self.lines, self.imported_as)

    def act(self, action: str) -> int:
        """Do the user's action, check the invariants, and return the exit code."""
        self.runs += 1
        code = 0
        with self.onboarding(action) as onboarding:
            try:
                carry_out(PlainSteps(onboarding, self.remote, self.settings), retry=action == "retry-failed")
            except LabelferryError as error:
                code = error.exit_code
        self.wrong += self._check(f"{self.runs}. {action} ended {code}", code)
        return code

    @property
    def remote(self) -> Remote:
        """The localbox, as if it were the service."""
        return Remote("Labelbox", self.settings.endpoint)

    def onboarding(self, action: str) -> AbstractContextManager[Onboarding]:
        """The desired state of an action: the spec as it is, or that of the latest run."""
        if action == "rerun":
            folder = assemble(str(self.folder / "streets.yaml"), self.settings, self.remote).folder
        else:
            folder = kept(NAME, self.settings.home)
        return open_onboarding(self.settings, self.remote, folder, partial(impatient, Clock()))

    def finish(self) -> None:
        """Continue until nothing is open, as a user would who follows the messages."""
        for action in ("rerun", "retry-failed", "labels deleted", "retry-failed", "rerun"):
            if action == "labels deleted":
                self._delete_labels()
            elif self.act(action) == (3 if self.refused else 0) and action == "rerun":
                return
        self.wrong.append("a dead end: it never came to an end")

    def _check(self, what: str, code: int) -> Iterator[str]:
        held = self.held()
        twice = [name for name, count in Counter(held.values()).items() if count > 1]
        if twice:
            yield f"{what}: in twice: {twice}"
        lines = list(self._known())
        false = [line.uuid for line in lines if line.state is LineState.ACCEPTED and _sent(line) not in held]
        if false:
            yield f"{what}: {len(false)} lines are reported as accepted but not imported"
        failed = [line for line in lines if line.state is LineState.FAILED and line.reason is not BY_ORDER]
        if any(_sent(line) in held for line in failed):
            yield f"{what}: lines are called failed and are in"
        if code in {0, 3} and len(held) != len(self.lines) - self.refused:
            yield f"{what} with {len(held)} lines in"
        if code == 0 and self.refused:
            yield f"{what}, although a line was refused"

    def held(self) -> dict[str, tuple[str, int]]:
        """Row and frame of each annotation that the service holds, by the uuid that it came with."""
        state = self.control("GET", "state")
        keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
        lines = [(keys[row["data_row_id"]], orjson.loads(row["line"])) for row in state["annotations"]]
        return {line["uuid"]: (key, line["segments"][0]["keyframes"][0]["frame"]) for key, line in lines}

    def _known(self) -> Iterator[LineRecord]:
        with open_ledger(self.settings.ledger_url) as file:
            for workspace in file.workspaces_of(NAME):
                yield from file.of(workspace, NAME).lines()

    def _delete_labels(self) -> None:
        """What a conflict asks for: the labels of these rows are deleted in Labelbox."""
        with Client(self.settings.api_key or "", self.settings.endpoint) as client:
            for project in client.projects.find("Streets"):
                client.labels.delete([label.id for label in client.labels.list(project.id)])


BY_ORDER = Reason.BY_ORDER
"""Such a refusal may belong to another line of the row; nothing is sent again because of it alone."""


def _sent(line: LineRecord) -> str:
    return of_generation(line.uuid, line.generation)


@contextmanager
def impatient(clock: Clock, settings: Settings, remote: Remote) -> Iterator[Client]:
    """A client for which waiting takes no time."""
    policy = Policy(imports=Pace(every=10.0, deadline=600.0))
    key = settings.api_key or ""
    with Client(key, remote.endpoint, policy=policy, clock=clock.now, sleep=clock.sleep) as client:
        yield client


def carried_through(case: Case, control: Callable[..., Any], settings: Settings, folder: Path) -> Harbour:
    """Carry a case out; what went wrong is in what it returns."""
    lines = REFUSED if case.refused else LINES
    harbour = Harbour(control, settings, folder, case.imported_as, lines)
    control("POST", "reset")
    harbour.write()
    control("POST", "outcomes", case.reports)
    harbour.act("rerun")
    harbour.act(case.action)
    control("POST", "outcomes", {})
    if harbour.act(case.action) != (3 if case.refused else 0):
        harbour.finish()
    return harbour


def settings_in(home: Path, endpoint: str, key: str) -> Settings:
    """The settings of a user with a home of their own."""
    return Settings.from_environment(
        {"LABELFERRY_HOME": os.fspath(home), "LABELBOX_API_KEY": key, "LABELBOX_ENDPOINT": endpoint}
    )
