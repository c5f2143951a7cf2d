"""What is known of the account: the profile that the self-test leaves, and self-tests that were not cleaned up."""

from collections.abc import Iterator

from labelferry.account.doctor.checkup import HealthCheck, Topic, ok, warn
from labelferry.account.doctor.machine import sqlite_file
from labelferry.account.profile import MEASURE, ProfileAge, kept
from labelferry.account.selftest.journal import OWNER, left_over
from labelferry.errors import LabelferryError
from labelferry.labelbox import Client
from labelferry.ledger import LedgerFile, open_ledger
from labelferry.listing import counted
from labelferry.settings import Settings

__all__ = ["check_measured"]


def check_measured(client: Client, settings: Settings) -> Iterator[HealthCheck]:
    """Yield the checks of the account's profile. A ledger that cannot be opened is the ledger's own check."""
    organization = client.organization.get().id
    path = sqlite_file(settings.ledger_url)
    if path is not None and not path.exists():
        yield _judged(ProfileAge.MISSING)
        return
    try:
        with open_ledger(settings.ledger_url) as file:
            yield _judged(_age(file, organization, client.endpoint))
            left = left_over(file.of(organization, OWNER))
    except LabelferryError:
        return
    if left:
        found = f"{counted(len(left), 'self-test')} left over in Labelbox: {', '.join(each.whole for each in left)}"
        yield warn(Topic.PROFILE, found, f"{MEASURE} --clean")


def _age(file: LedgerFile, organization: str, endpoint: str) -> ProfileAge:
    profile = kept(file, organization, endpoint)
    return ProfileAge.MISSING if profile is None else profile.age(file.now())


def _judged(age: ProfileAge) -> HealthCheck:
    if age is ProfileAge.CURRENT:
        return ok(Topic.PROFILE, age.words)
    return warn(Topic.PROFILE, age.words, MEASURE)
