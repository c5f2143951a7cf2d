"""What a run remembers of itself until its report: its plan, and when each of its steps began and ended.

Measured where the steps are called, because nobody else knows: the ledger keeps when something was settled, not when
it began, and Prefect's server records task runs late, or under load never.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["Bar", "Journal", "StepTime", "bars"]


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step ran, as ISO 8601; one that was tried again stands there twice."""

    name: str
    started_at: str
    ended_at: str
    failed: bool = False

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (datetime.fromisoformat(self.ended_at) - datetime.fromisoformat(self.started_at)).total_seconds()


@dataclass(slots=True)
class Journal:
    """The memory of one run.

    Args:
        clock: tells the time.
        plan: as plain values, None before it is made.
        steps: those that are over, in the order in which they ended.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    plan: Mapping[str, Any] | None = None
    steps: list[StepTime] = field(default_factory=list)

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Remember how long what happens inside takes, and whether it failed."""
        started_at, failed = self.clock(), True
        try:
            yield
            failed = False
        finally:
            self.steps.append(StepTime(name, started_at.isoformat(), self.clock().isoformat(), failed))


@dataclass(frozen=True, slots=True)
class Bar:
    """A step on a time line, in percent of the whole."""

    step: StepTime
    left: float
    width: float


def bars(steps: tuple[StepTime, ...]) -> list[Bar]:
    """Lay steps out on a line from the first start to the last end."""
    if not steps:
        return []
    first = min(datetime.fromisoformat(step.started_at) for step in steps)
    last = max(datetime.fromisoformat(step.ended_at) for step in steps)
    whole = (last - first).total_seconds() or 1.0

    def percent(step: StepTime) -> float:
        return 100 * (datetime.fromisoformat(step.started_at) - first).total_seconds() / whole

    return [Bar(step, round(percent(step), 2), round(100 * step.seconds / whole, 2)) for step in steps]
