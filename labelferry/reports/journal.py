"""The record of a run until its report: its plan, and when each of its steps began and ended.

Measured where the steps are called, because it is known nowhere else: the ledger stores when something was settled,
not when it began, and Prefect's server records task runs late, or under load not at all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["Bar", "Journal", "StepTime", "bars"]


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step ran, as ISO 8601; a retried step is recorded twice."""

    name: str
    started_at: str
    ended_at: str
    failed: bool = False

    @property
    def seconds(self) -> float:
        """Its duration in seconds."""
        return (datetime.fromisoformat(self.ended_at) - datetime.fromisoformat(self.started_at)).total_seconds()


@dataclass(slots=True)
class Journal:
    """The record of one run.

    Args:
        clock: returns the current time.
        plan: as plain values, None before there is one.
        steps: the finished steps, in the order in which they ended.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    plan: Mapping[str, Any] | None = None
    steps: list[StepTime] = field(default_factory=list)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Record how long the block takes, and whether it failed."""
        started_at, failed = self.clock(), True
        try:
            yield
            failed = False
        finally:
            self.steps.append(StepTime(name, started_at.isoformat(), self.clock().isoformat(), failed))


@dataclass(frozen=True, slots=True)
class Bar:
    """A step on a timeline, in percent of the whole."""

    step: StepTime
    left: float
    width: float


def bars(steps: tuple[StepTime, ...]) -> list[Bar]:
    """Lay out steps on a timeline from the first start to the last end."""
    if not steps:
        return []
    first = min(datetime.fromisoformat(step.started_at) for step in steps)
    last = max(datetime.fromisoformat(step.ended_at) for step in steps)
    whole = (last - first).total_seconds() or 1.0

    def percent(step: StepTime) -> float:
        return 100 * (datetime.fromisoformat(step.started_at) - first).total_seconds() / whole

    return [Bar(step, round(percent(step), 2), round(100 * step.seconds / whole, 2)) for step in steps]
