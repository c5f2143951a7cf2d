"""The outcome of a check-up: one entry a check, and the exit code that they add up to."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from labelferry.shown import Shown

__all__ = ["Checkup", "HealthCheck", "Level", "Topic", "bad", "ok", "warn"]

FORMAT = 1
"""Version of the JSON."""


class Level(StrEnum):
    """How well it is. What is out of reach could not be checked."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    OUT_OF_REACH = "out-of-reach"


class Topic(StrEnum):
    """What is checked, in this order."""

    KEY = "key"
    ROLE = "role"
    KEY_LIFE = "key-life"
    ENDPOINT = "endpoint"
    RATE = "rate"
    CLOCK = "clock"
    INTEGRATIONS = "integrations"
    HOME = "home"
    LEDGER = "ledger"
    PROFILE = "self-test"
    VERSIONS = "versions"
    SERVER = "prefect"
    SPEC = "spec"
    STORAGE = "storage"
    NAMES = "names"
    LIMITS = "limits"
    ROWS = "data-rows"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check.

    Args:
        topic: what was checked.
        level: how well it is.
        found: what was found.
        remedy: what to do; empty if all is well.
    """

    topic: Topic
    level: Level
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Checkup(Shown):
    """All checks.

    Args:
        remote: the Labelbox.
        checks: in order.
    """

    remote: str
    checks: tuple[HealthCheck, ...]

    @property
    def exit_code(self) -> int:
        """0 all well, 1 out of reach, 2 something must be changed, 3 warnings only."""
        levels = {check.level for check in self.checks}
        codes = {Level.BAD: 2, Level.OUT_OF_REACH: 1, Level.WARN: 3}
        return next((code for level, code in codes.items() if level in levels), 0)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        checks = [asdict(check) for check in self.checks]
        return {"format": FORMAT, "remote": self.remote, "exit_code": self.exit_code, "checks": checks}


def ok(topic: Topic, found: str) -> HealthCheck:
    """Return a check that found nothing wrong."""
    return HealthCheck(topic, Level.OK, found)


def warn(topic: Topic, found: str, remedy: str) -> HealthCheck:
    """Return a check that found something that may matter."""
    return HealthCheck(topic, Level.WARN, found, remedy)


def bad(topic: Topic, found: str, remedy: str) -> HealthCheck:
    """Return a check that found something that must be changed."""
    return HealthCheck(topic, Level.BAD, found, remedy)
