"""The progress of a long step, as an artifact of the run."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from labelferry.progress import watching

__all__ = ["shown"]

LONG_SECONDS = 3.0
"""Seconds before a step shows progress, and between updates."""


class _Bar:
    """A listener that keeps one artifact up to date."""

    def __init__(self, step: str, clock: Callable[[], float]) -> None:
        self._step, self._clock = step, clock
        self._told_at = clock()
        self._artifact: UUID | None = None

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if total and self._clock() - self._told_at >= LONG_SECONDS:
            self._told_at = self._clock()
            self.tell(100 * done / total, f"{what}: {done} of {total}")

    def tell(self, percent: float, text: str) -> None:
        if self._artifact is None:
            key = f"progress-{self._step}"
            created = create_progress_artifact(progress=percent, key=key, description=text)
            self._artifact = cast("UUID", created)  # typed as possibly a coroutine
        else:
            update_progress_artifact(self._artifact, progress=percent, description=text)

    def end(self) -> None:
        if self._artifact is not None:
            self.tell(100, "done")


@contextmanager
def shown(step: str, clock: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """Show what is announced inside the block, if it takes long."""
    bar = _Bar(step, clock)
    with watching(bar):
        yield
    bar.end()
