"""The profile of an account: what the self-test measured, kept in the ledger for every machine that shares it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import SpecError
from labelferry.ledger import LedgerFile

__all__ = ["APPEARS", "FREED", "MEASURE", "AccountProfile", "ProfileAge", "is_kept", "keep", "kept", "write_profile"]

FORMAT = 1
OWNER, KIND = ".account", "profile"
"""Where a profile stands in the ledger; no onboarding can have this name."""

STALE = timedelta(days=90)
MARGIN = 3.0
"""How much longer than measured is waited before something counts as missing."""

APPEARS, FREED = "until labels can be read", "until a deleted key is free"
"""Measured seconds that the waits of the client are made from."""


class ProfileAge(StrEnum):
    """How well an account is known."""

    CURRENT = "current"
    STALE = "stale"
    MISSING = "missing"

    @property
    def words(self) -> str:
        """What is known."""
        return WORDS[self]

    @property
    def advice(self) -> str:
        """The same with what to do about it; empty when there is nothing to do."""
        return "" if self is ProfileAge.CURRENT else f"{self.words}; run {MEASURE}"


MEASURE = "labelferry selftest"
WORDS = {
    ProfileAge.CURRENT: "this account was measured in the last 90 days",
    ProfileAge.MISSING: "this account has not been measured yet",
    ProfileAge.STALE: "this account was measured more than 90 days ago",
}


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """What the self-test measured of an organisation at one endpoint.

    Args:
        organization: its id.
        endpoint: GraphQL URL.
        measured_at: when, in ISO 8601, UTC.
        version: of labelferry.
        behaviours: group -> name -> position, as ``account.assumptions`` names them; what was not tried is absent.
        seconds: how long the service took, by what it did.
    """

    organization: str
    endpoint: str
    measured_at: str
    version: str
    behaviours: Mapping[str, Mapping[str, Any]]
    seconds: Mapping[str, float]

    def age(self, now: datetime) -> ProfileAge:
        """Return whether it can still be relied on."""
        return ProfileAge.STALE if now - datetime.fromisoformat(self.measured_at) > STALE else ProfileAge.CURRENT

    def patience(self) -> dict[str, float]:
        """Return the seconds for which the client looks again for what appears late, and for keys to become free."""
        known = {"appearing": APPEARS, "releasing": FREED}
        return {wait: MARGIN * self.seconds[what] for wait, what in known.items() if what in self.seconds}

    @property
    def first_frame(self) -> int | None:
        """The number of a video's first frame in ranges of answers; None when not measured, or 0 and 1 are taken."""
        found = self.behaviours.get("reading", {}).get("range_base")
        return found if isinstance(found, int) else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values; ``labelferry localbox --like`` reads their JSON."""
        return {"format": FORMAT, **asdict(self)}


def keep(file: LedgerFile, profile: AccountProfile) -> None:
    """Keep a profile in the ledger; it replaces the earlier one of its organisation and endpoint."""
    mine = file.of(profile.organization, OWNER)
    mine.replace(KIND, profile.endpoint, profile.organization, **profile.to_dict())


def write_profile(profile: AccountProfile, path: Path) -> None:
    """Write a profile as JSON.

    Raises:
        SpecError: when the file cannot be written.
    """
    try:
        path.write_bytes(orjson.dumps(profile.to_dict(), option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise SpecError(f"{path}: the profile cannot be written ({error.strerror}); name another file") from error


def is_kept(file: LedgerFile, endpoint: str) -> bool:
    """Return whether any organisation was measured at an endpoint."""
    return any(kept(file, workspace, endpoint) for workspace in file.workspaces_of(OWNER))


def kept(file: LedgerFile, organization: str, endpoint: str) -> AccountProfile | None:
    """Return the profile of an organisation at an endpoint; None when there is none of this format."""
    entry = file.of(organization, OWNER).entry(KIND, endpoint)
    if entry is None or entry.detail.get("format") != FORMAT:
        return None
    return AccountProfile(**{name: value for name, value in entry.detail.items() if name != "format"})
