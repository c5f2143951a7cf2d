"""A spec, or the name of an onboarding -> the onboarding, open in this process, and what its steps need."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from labelferry.desired.build import build
from labelferry.desired.folder import kept
from labelferry.desired.service import Service
from labelferry.desired.state import Desired
from labelferry.onboarding.context import Onboarding, open_onboarding
from labelferry.onboarding.history import preparation_told
from labelferry.onboarding.plan import Plan
from labelferry.onboarding.steps.labels import AtService
from labelferry.plain_steps import PlainSteps
from labelferry.remote import Remote, open_remote
from labelferry.reports.journal import Journal
from labelferry.settings import Settings
from labelferry.spec import ExistingRows, Spec
from labelferry.spec.load import load_own_spec
from labelferry.spec.loaded import LoadedSpec

__all__ = ["AnySpec", "Work", "at_work", "load", "service_of", "taken_up"]

AnySpec = Spec | Mapping[str, Any] | str | Path


def load(spec: AnySpec) -> LoadedSpec:
    """Read a spec.

    Raises:
        InputError: when it cannot be read, or is wrong.
    """
    return load_own_spec(spec, Settings.from_environment().specs)


@dataclass(frozen=True, slots=True)
class Work:
    """An open onboarding, and what its steps need."""

    onboarding: Onboarding
    remote: Remote
    settings: Settings
    journal: Journal

    def steps(self, reviewed: Plan | str | Path | None = None) -> PlainSteps:
        """Return its steps, which refuse to differ from a reviewed plan."""
        return PlainSteps(self.onboarding, self.remote, self.settings, journal=self.journal, reviewed=reviewed)


@contextmanager
def service_of(loaded: LoadedSpec) -> Iterator[Service | None]:
    """Yield the service if the spec takes its videos from it; None for a spec that can be read offline."""
    if not isinstance(loaded.spec.videos, ExistingRows):
        yield None
        return
    settings = Settings.from_environment()
    with open_remote(settings) as remote:
        yield AtService(settings, lambda: remote)


@contextmanager
def at_work(spec: AnySpec, *, changes: bool = False) -> Iterator[Work]:
    """Assemble the labels of a spec, then open the onboarding: nothing is started for an invalid spec.

    Args:
        spec: the spec, or its place.
        changes: whether this is a run for the history, even if it is interrupted before it begins.
    """
    settings, journal = Settings.from_environment(), Journal()
    loaded = load(spec)
    with ExitStack() as stack:

        @cache
        def remote() -> Remote:
            return stack.enter_context(open_remote(settings))

        with _preparation(settings, loaded.spec.name, changes):
            with journal.timing("assemble-labels"):
                desired = build(loaded, settings.home, AtService(settings, remote))
            work = stack.enter_context(_onboarding(settings, remote(), desired, journal))
        yield work


@contextmanager
def taken_up(name: str, *, changes: bool = False) -> Iterator[Work]:
    """Open an onboarding with the labels of its latest run.

    Args:
        name: of the onboarding.
        changes: whether this is a run for the history, even if it is interrupted before it begins.

    Raises:
        SpecError: when none of that name was started on this machine.
    """
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
def _onboarding(settings: Settings, remote: Remote, desired: Desired, journal: Journal) -> Iterator[Work]:
    with open_onboarding(settings, remote, desired.folder) as onboarding:
        yield Work(onboarding, remote, settings, journal)
