"""A self-test from its question to its clean-up; one at a time in an organisation."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from labelferry.account import profile
from labelferry.account.profile import AccountProfile
from labelferry.account.selftest import journal
from labelferry.account.selftest.cleaning import LeftOver, clean
from labelferry.account.selftest.imports import (
    Look,
    import_benchmark,
    import_prelabels,
    import_truth,
    import_truth_again,
    release_a_key,
)
from labelferry.account.selftest.material import SelftestNames
from labelferry.account.selftest.records import Selftest, SelftestPlan
from labelferry.account.selftest.setting_up import (
    create_ontology,
    create_projects,
    create_rows,
    fill_projects,
    read_private,
)
from labelferry.account.selftest.trial import Trial
from labelferry.labelbox import Client, Organization
from labelferry.ledger import Ledger, LedgerFile, confirm, held, open_ledger
from labelferry.onboarding.context import Connect
from labelferry.progress import announce
from labelferry.remote import Remote, connect
from labelferry.settings import Settings

__all__ = ["Choices", "clean_up", "run_selftest"]

REQUESTS = 115
"""About how many a self-test sends; tests hold it to a tenth."""

NO_LOOK: Look = lambda _: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Choices:
    """The decisions of the person who starts a self-test.

    Args:
        decide: whether to begin, after seeing what it is going to do.
        look: looks at pre-labels in the editor; unknown unless given.
        keep: whether to leave everything in Labelbox.
        clean: whether only to delete what earlier self-tests left.
        iam: URL of a video in a private bucket that the default IAM integration can read; None tests no integration.
    """

    decide: Callable[[SelftestPlan], bool] = field(default=lambda _: True)
    look: Look = NO_LOOK
    keep: bool = False
    clean: bool = False
    iam: str | None = None


def run_selftest(
    settings: Settings, remote: Remote, choices: Choices | None = None, connecting: Connect = connect
) -> Selftest | None:
    """Try every assumption, clean up, and keep the profile. Returns None when the person decided against it.

    Args:
        settings: of this process.
        remote: the Labelbox.
        choices: the decisions of a person.
        connecting: factory of the client.

    Raises:
        ConflictError: when another self-test is in progress in this organisation.
        RemoteError: when the service failed; what was created is cleaned up now or by ``clean_up``.
    """
    choices, names = choices or Choices(), SelftestNames.drawn()
    if choices.clean:
        return clean_up(settings, remote, connecting)
    with _open(settings, remote, connecting) as (client, file, organization, ledger):
        told = f"'{organization.name}' ({organization.id})"
        if not choices.decide(SelftestPlan(str(remote), told, names.whole, REQUESTS)):
            return None
        trial, left = Trial(client, names), tuple[LeftOver, ...]()
        journal.begin(ledger, names)
        try:
            _try(trial, choices)
        finally:
            if not choices.keep:
                left = _cleaned(client, ledger, names)
        found = _profile(trial, organization, client.endpoint)
        profile.keep(file, found)
        more = {"notes": tuple(trial.notes), "left": left, "kept": choices.keep, "requests": client.sent}
        return Selftest.judged(str(remote), trial.measured, profile=found, **more)


def clean_up(settings: Settings, remote: Remote, connecting: Connect = connect) -> Selftest:
    """Delete what self-tests left in this organisation: those that were stopped, and those that were kept.

    Raises:
        ConflictError: when a self-test is in progress in this organisation.
        RemoteError: when the service failed; clean up again.
    """
    with _open(settings, remote, connecting) as (client, _, _, ledger):
        left: list[LeftOver] = []
        for names in journal.left_over(ledger):
            left += clean(client, ledger, names)
        return Selftest(str(remote), (), left=tuple(left), requests=client.sent)


@contextmanager
def _open(
    settings: Settings, remote: Remote, connecting: Connect
) -> Iterator[tuple[Client, LedgerFile, Organization, Ledger]]:
    with connecting(settings, remote) as client, open_ledger(settings.ledger_url) as file:
        organization = client.organization.get()
        ledger = file.of(organization.id, journal.OWNER)
        client.guard_with(confirm)
        with held(ledger.lease("a self-test")):
            yield client, file, organization, ledger


STEPS: tuple[tuple[str, Callable[[Trial], None]], ...] = (
    ("data rows", create_rows),
    ("ontology", create_ontology),
    ("projects", create_projects),
    ("batches", fill_projects),
    ("ground truth", import_truth),
    ("ground truth again", import_truth_again),
    ("benchmark", import_benchmark),
)


def _try(trial: Trial, choices: Choices) -> None:
    steps = [*STEPS, ("pre-labels", lambda trial: import_prelabels(trial, choices.look)), ("key", release_a_key)]
    if url := choices.iam:
        steps.append(("integration", lambda trial: read_private(trial, url)))
    for number, (name, step) in enumerate(steps):
        announce(f"self-test: {name}", number, len(steps))
        with trial.trying(name):
            step(trial)


def _cleaned(client: Client, ledger: Ledger, names: SelftestNames) -> tuple[LeftOver, ...]:
    announce("self-test: cleaning up")
    return clean(client, ledger, names)


def _profile(trial: Trial, organization: Organization, endpoint: str) -> AccountProfile:
    behaviours = defaultdict[str, dict[str, Any]](dict)
    for assumption, position in trial.measured.items():
        behaviours[str(assumption.group)][assumption.name] = position
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return AccountProfile(organization.id, endpoint, now, version("labelferry"), dict(behaviours), dict(trial.seconds))
