"""The whole job in Python, in this process: check, plan, onboard, verify, resume, retry what failed.

Each takes a spec (the path of its file, its URL, its text, a mapping or a ``Spec``), or the name of an onboarding, and
reads it once. The results are frozen values.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import labelferry.reports.printing  # noqa: F401  so that results print
from labelferry.desired.build import build
from labelferry.desired.checked import Checked
from labelferry.desired.folder import kept
from labelferry.desired.state import Desired
from labelferry.doctor.checkup import Checkup
from labelferry.doctor.examine import examine
from labelferry.errors import CheckError
from labelferry.onboarding.context import Onboarding, alone, open_onboarding
from labelferry.onboarding.history import preparation_told
from labelferry.onboarding.plan import Plan
from labelferry.onboarding.rebuild import Rebuilt
from labelferry.onboarding.rebuild import rebuild as rebuild_ledger
from labelferry.onboarding.run import carry_out, make_plan
from labelferry.onboarding.steps.labels import fetch_ontology
from labelferry.onboarding.undoing.records import Undo
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.onboarding.verify import verify as compare
from labelferry.pictures.clip import write_clip
from labelferry.plain_steps import PlainSteps
from labelferry.reading import read
from labelferry.remote import Remote, open_remote
from labelferry.reports import Report
from labelferry.reports.journal import Journal
from labelferry.reports.preview import preview_page, refused_page, write_page
from labelferry.settings import Settings
from labelferry.spec import Spec, is_name
from labelferry.spec.load import load_own_spec
from labelferry.spec.loaded import LoadedSpec
from labelferry.verification import Verification

__all__ = [
    "Checked",
    "check",
    "doctor",
    "onboard",
    "plan",
    "preview",
    "read",
    "rebuild",
    "resume",
    "retry_failed",
    "undo",
    "verify",
]

AnySpec = Spec | Mapping[str, Any] | str | Path


def check(spec: AnySpec, html: str | Path | None = None) -> Checked:
    """Read and check everything that a spec names. Offline; nothing is stored or sent.

    Args:
        spec: the spec, or its place.
        html: file for a page of it: findings, classes with counts, and when each label is there.

    Raises:
        InputError: when anything is wrong with it; findings of the checks are on the page all the same.
    """
    loaded = _load(spec)
    with tempfile.TemporaryDirectory() as folder:
        try:
            desired = build(loaded, Path(folder))
        except CheckError as error:
            if html is not None:
                write_page(refused_page(loaded.spec.name, error), Path(html))
            raise
        if html is not None:
            write_page(preview_page(desired, pictures=False), Path(html))
        return Checked.of(desired)


def preview(
    spec: AnySpec,
    html: str | Path,
    *,
    mp4: str | Path | None = None,
    video: str | None = None,
    videos: int = 8,
    frames: int = 4,
) -> Checked:
    """Draw the labels of a spec on frames of its videos, before anything is sent. Offline.

    Args:
        spec: the spec, or its place.
        html: file for the page.
        mp4: file for a video with its labels; the first one that has any, unless ``video`` names it.
        video: global key of the only video to show.
        videos: the most videos to show.
        frames: the most frames of each.

    Raises:
        InputError: when anything is wrong with the spec, or no such video has labels.
    """
    with tempfile.TemporaryDirectory() as folder:
        desired = build(_load(spec), Path(folder))
        write_page(preview_page(desired, only=video, videos=videos, frames=frames), Path(html))
        if mp4 is not None:
            write_clip(desired, Path(mp4), video)
        return Checked.of(desired)


def plan(spec: AnySpec) -> Plan:
    """Return what ``onboard`` would do. Changes nothing; the plan includes conflicts.

    Raises:
        InputError: when anything is wrong with the spec or what it names.
        RemoteError: when the service cannot be asked.
    """
    with _at_work(spec) as work:
        return make_plan(work.onboarding, str(work.remote), work.settings.requests_per_minute)


def onboard(spec: AnySpec, plan: Plan | str | Path | None = None) -> Report:
    """Import the videos and labels of a spec into Labelbox. Safe to run again at any time.

    Args:
        spec: the spec, or its place.
        plan: a reviewed plan, or its file; the run is refused if anything differs from it.

    Raises:
        InputError: when anything is wrong with the spec or what it names; nothing was sent.
        ConflictError: when something needs a decision first; nothing was changed.
        PendingError: when all is done but not every line is known to be imported; it carries the report.
        PartialFailureError: when all is done but lines were refused; it carries the report.
        RemoteError: when the service failed; run it again.
    """
    with _at_work(spec, changes=True) as work:
        return carry_out(work.steps(plan))


def resume(name: str) -> Report:
    """Finish what an onboarding left undone, with the labels as they were when it began.

    Raises:
        SpecError: when none of that name was started on this machine.
        LabelferryError: as for ``onboard``.
    """
    with _taken_up(name, changes=True) as work:
        return carry_out(work.steps())


def retry_failed(name: str) -> Report:
    """Send the lines of an onboarding that were refused again, once their cause is fixed.

    Raises:
        SpecError: when none of that name was started on this machine.
        LabelferryError: as for ``onboard``.
    """
    with _taken_up(name, changes=True) as work:
        return carry_out(work.steps(), retry=True)


def rebuild(name: str) -> Rebuilt:
    """Record what the service has of an onboarding, after the ledger was lost. Changes nothing at the service.

    Raises:
        SpecError: when none of that name was started on this machine.
        ConflictError: when the service does not have enough of it.
    """
    with _taken_up(name, changes=True) as work, alone(work.onboarding, work.remote, work.settings.wait):
        return rebuild_ledger(work.onboarding)


def doctor(spec: str | None = None, server: str | None = None) -> Checkup:
    """Check the key, the account, this machine and, if given, a spec. Changes nothing.

    Args:
        spec: path or URL of a spec.
        server: URL of a Prefect server's API.
    """
    settings = Settings.from_environment()
    with open_remote(settings) as remote:
        return examine(settings, remote, spec, server)


def undo(name: str, decide: Callable[[Undo], bool] = lambda _: True) -> Undo:
    """Remove what an onboarding created in Labelbox, and nothing of anybody else's. May be run again at any time.

    Args:
        name: of the onboarding.
        decide: whether its plan is to be carried out; nothing was changed before.

    Returns:
        What was deleted, kept, and cannot be undone; the plan, if it was not to be carried out.

    Raises:
        SpecError: when none of that name was started on this machine.
        ConflictError: when another run is in progress, or something of others appeared in the meantime.
        RemoteError: when the service failed; run it again.
    """
    with _taken_up(name, changes=True) as work:
        return undo_onboarding(work.onboarding, work.remote, work.settings.wait, decide)


def verify(spec: AnySpec) -> Verification:
    """Read the labels of a spec back from Labelbox and compare them with what was sent. Changes nothing.

    Args:
        spec: the spec, or its place; or the name of an onboarding, for the state of its latest run.

    Returns:
        The comparison, whatever its outcome; its ``refuse_differences`` raises for a bad one.

    Raises:
        InputError: when anything is wrong with the spec, or nothing of it was sent yet.
        RemoteError: when the service cannot be asked.
    """
    with _taken_up(str(spec)) if is_name(spec) else _at_work(spec) as work:
        found = compare(work.onboarding, str(work.remote))
    found.write(work.settings.reports)
    return found


def _load(spec: AnySpec) -> LoadedSpec:
    return load_own_spec(spec, Settings.from_environment().specs)


@dataclass(frozen=True, slots=True)
class _Work:
    """An open onboarding, and what its steps need."""

    onboarding: Onboarding
    remote: Remote
    settings: Settings
    journal: Journal

    def steps(self, reviewed: Plan | str | Path | None = None) -> PlainSteps:
        return PlainSteps(self.onboarding, self.remote, self.settings, journal=self.journal, reviewed=reviewed)


@contextmanager
def _at_work(spec: AnySpec, *, changes: bool = False) -> Iterator[_Work]:
    """Assemble the labels of a spec, then open the onboarding: nothing is started for an invalid spec.

    Args:
        spec: the spec, or its place.
        changes: whether this is a run for the history, even if it is interrupted before it begins.
    """
    settings, journal = Settings.from_environment(), Journal()
    loaded = _load(spec)
    with ExitStack() as stack:

        @cache
        def remote() -> Remote:
            return stack.enter_context(open_remote(settings))

        with _preparation(settings, loaded.spec.name, changes):
            with journal.timing("assemble-labels"):
                desired = build(loaded, settings.home, lambda ontology: fetch_ontology(ontology, settings, remote()))
            work = stack.enter_context(_onboarding(settings, remote(), desired, journal))
        yield work


@contextmanager
def _taken_up(name: str, *, changes: bool = False) -> Iterator[_Work]:
    settings, journal = Settings.from_environment(), Journal()
    with ExitStack() as stack:
        with _preparation(settings, name, changes):
            with journal.timing("take-up-labels"):
                desired = Desired.load(kept(name, settings.home))
            remote = stack.enter_context(open_remote(settings))
            work = stack.enter_context(_onboarding(settings, remote, desired, journal))
        yield work


def _preparation(settings: Settings, name: str, changes: bool) -> AbstractContextManager[None]:
    return preparation_told(settings, name) if changes else nullcontext()


@contextmanager
def _onboarding(settings: Settings, remote: Remote, desired: Desired, journal: Journal) -> Iterator[_Work]:
    with open_onboarding(settings, remote, desired.folder) as onboarding:
        yield _Work(onboarding, remote, settings, journal)
