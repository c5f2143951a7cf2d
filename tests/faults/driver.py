"""An onboarding without Prefect, as a process that can be killed at any request.

It is the product's own ``carry_out`` with its plain steps; only the transport and the clock are ours.
``python -m tests.faults.driver`` is a warm process: for each line on stdin, a ``Job`` as JSON, it forks a child that
does the job, waits for it and answers with its exit code (negative: the signal that ended it). What the child has to
say it leaves in ``outcomes.json`` in the job's home.
"""

import io
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import orjson
from PIL import Image, ImageDraw

from labelferry.account.selftest.run import clean_up, run_selftest
from labelferry.desired.folder import kept
from labelferry.errors import LabelferryError, PartialFailureError, PendingError
from labelferry.labelbox import Client, Policy
from labelferry.labelbox.policy import Pace
from labelferry.ledger import open_ledger
from labelferry.onboarding.context import Connect, open_onboarding
from labelferry.onboarding.run import carry_out
from labelferry.onboarding.steps.labels import assemble
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.pictures.drawing import caption
from labelferry.plain_steps import PlainSteps
from labelferry.remote import Remote
from labelferry.reports import Report
from labelferry.reports.pages import render
from labelferry.settings import Settings

BEFORE, AFTER = "before", "after"
OUTCOMES = "outcomes.json"
IMPORTS_SECONDS = 600.0
"""How long an import is waited for; no second of it is real."""


@dataclass(frozen=True)
class Job:
    """What a child does.

    Args:
        home: of ledger and desired states.
        endpoint: of the localbox.
        specs: carried out one after another, until one fails.
        kill_at: number of the request at which the child kills itself, from 1 on; 0 for never.
        side: before the request is sent, or after its answer came and nobody has seen it.
        retry: name of an onboarding whose refused lines are sent again, instead of the specs.
        undo: names of onboardings that are undone in turn, instead of the specs.
        selftest: ``try`` or ``clean``: a self-test or its clean-up, instead of the specs.
        ledger: its database URL; SQLite in the home when there is none.
        freeze: whether the child stops there as SIGSTOP does, until somebody lets it go on, instead of killing itself.
        wait: seconds to wait for another run.
    """

    home: str
    endpoint: str
    specs: list[str]
    kill_at: int = 0
    side: str = BEFORE
    retry: str = ""
    undo: tuple[str, ...] = ()
    selftest: str = ""
    ledger: str = ""
    freeze: bool = False
    wait: int = 0


class Clock:
    """A clock in which waiting takes no time."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now(self) -> float:
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        self._skipped += seconds


class Deadly(httpx.BaseTransport):
    """A transport that counts requests, and kills or stops the process at one of them."""

    def __init__(self, kill_at: int = 0, side: str = BEFORE, *, freeze: bool = False) -> None:
        self._inner = httpx.HTTPTransport(verify=False)  # there are no certificates on this machine to load
        self._kill_at, self._side = kill_at, side
        self._signal = signal.SIGSTOP if freeze else signal.SIGKILL
        self.requests: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(f"{request.method} {request.url.path}")
        self._die(BEFORE)
        response = self._inner.handle_request(request)
        if len(self.requests) == self._kill_at:
            response.read()
            self._die(AFTER)
        return response

    def _die(self, side: str) -> None:
        if (len(self.requests), side) == (self._kill_at, self._side):
            os.kill(os.getpid(), self._signal)

    def close(self) -> None:
        """The client of each spec closes it, and the next one goes on with this transport."""


def settings_of(job: Job) -> Settings:
    key = os.environ["LABELBOX_API_KEY"]
    names = {"LABELFERRY_HOME": job.home, "LABELBOX_ENDPOINT": job.endpoint, "LABELBOX_API_KEY": key}
    names |= {"LABELFERRY_LEDGER": job.ledger, "LABELFERRY_WAIT": str(job.wait)}
    return Settings.from_environment(names)


def onboard(spec: str, retry: str, settings: Settings, transport: httpx.BaseTransport) -> tuple[int, dict[str, Any]]:
    """The product's own order and steps, over a transport that kills; returns exit code and report."""
    remote = Remote("Labelbox", settings.endpoint)
    connecting = over(transport)
    folder = kept(retry, settings.home) if retry else assemble(spec, settings, remote, connecting=connecting).folder
    with open_onboarding(settings, remote, folder, connecting) as onboarding:
        try:
            report: Report = carry_out(PlainSteps(onboarding, remote, settings), retry=bool(retry))
        except (PartialFailureError, PendingError) as error:
            return error.exit_code, error.result.to_dict()
    return 0, report.to_dict()


def undo(name: str, settings: Settings, transport: httpx.BaseTransport) -> tuple[int, dict[str, Any]]:
    """The product's own undo, confirmed; returns exit code and what was done."""
    remote = Remote("Labelbox", settings.endpoint)
    with open_onboarding(settings, remote, kept(name, settings.home), over(transport)) as onboarding:
        return 0, undo_onboarding(onboarding, remote, settings.wait, lambda _: True).to_dict()


def selftest(what: str, settings: Settings, transport: httpx.BaseTransport) -> tuple[int, dict[str, Any]]:
    """The product's own self-test or its clean-up; returns exit code and outcome."""
    remote, connecting = Remote("Labelbox", settings.endpoint), over(transport)
    if what == "clean":
        done = clean_up(settings, remote, connecting)
    else:
        tried = run_selftest(settings, remote, connecting=connecting)
        assert tried is not None
        done = tried
    return done.exit_code, done.to_dict()


def over(transport: httpx.BaseTransport) -> Connect:
    """A factory of clients over a transport, whose waits take no time."""
    clock = Clock()

    @contextmanager
    def connecting(settings: Settings, remote: Remote) -> Iterator[Client]:
        assert settings.api_key is not None
        policy = Policy(imports=Pace(every=10.0, deadline=IMPORTS_SECONDS))
        with Client(
            settings.api_key, remote.endpoint, transport=transport, policy=policy, clock=clock.now, sleep=clock.sleep
        ) as client:
            yield client

    return connecting


def work(job: Job, transport: Deadly) -> int:
    """Run the specs of a job in turn, write their messages, return the exit code."""
    settings, outcomes, code = settings_of(job), [], 0
    calls = [partial(undo, name, settings, transport) for name in job.undo]
    calls = calls or [partial(selftest, what, settings, transport) for what in filter(None, [job.selftest])]
    calls = calls or [partial(onboard, spec, job.retry, settings, transport) for spec in job.specs]
    for call in calls:
        try:
            code, report = call()
            said = {"code": code, "message": "", "report": report}
        except LabelferryError as error:
            said = {"code": error.exit_code, "message": str(error), "kind": type(error).__name__}
        outcomes.append(said)
        if code := int(str(said["code"])):
            break
    found = {"outcomes": outcomes, "requests": transport.requests}
    (Path(job.home) / OUTCOMES).write_bytes(orjson.dumps(found, default=str))
    return code


def forked(job: Job) -> int:
    """Do a job in a child and return how it ended."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = work(job, Deadly(job.kill_at, job.side, freeze=job.freeze))
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def warm(home: Path) -> None:
    """Do what is done late and once in a process, so that no child has to, and silence the log of retries."""
    logging.getLogger("labelferry").addHandler(logging.NullHandler())
    for name in ("av", "pandas", "pyarrow.compute", "labelferry.media", "httpcore", "h11", "h2.connection", "anyio"):
        import_module(name)
    open_ledger(f"sqlite:///{home / 'warm.db'}").close()
    picture = Image.new("RGB", (64, 64))
    caption(ImageDraw.Draw(picture), (1, 1), "warm", (255, 255, 255))
    picture.save(io.BytesIO(), "JPEG")
    render("page.css.jinja")


def main() -> None:
    """Serve jobs until stdin ends."""
    warm(Path(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.write(f"{forked(Job(**orjson.loads(line)))}\n")
        sys.stdout.flush()


def encoded(job: Job) -> bytes:
    """A job as ``main`` reads it."""
    return orjson.dumps(asdict(job)) + b"\n"


if __name__ == "__main__":
    main()
