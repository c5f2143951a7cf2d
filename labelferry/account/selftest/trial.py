"""A self-test in progress: the client, the names, and what has been found out so far."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from labelferry.account.assumptions import Assumption, Group, assumption
from labelferry.account.selftest.material import SelftestNames
from labelferry.errors import DeadlineError, JobFailedError, NotFoundError, RejectedError, RemoteConflictError
from labelferry.labelbox import Client

__all__ = ["Trial"]

T = TypeVar("T")

ANSWERED = (RejectedError, NotFoundError, RemoteConflictError, JobFailedError, DeadlineError)
"""Errors that are answers of the service: the self-test goes on with what does not depend on them."""


@dataclass(slots=True)
class Trial:
    """A self-test in progress.

    Args:
        client: of the service.
        names: of everything that is created.
        clock: monotonic seconds.
        measured: the position of each assumption that was tried.
        seconds: how long the service took, by what it did.
        notes: what went wrong on the way.
        dataset, ontology, truth, prelabels: ids, once they exist.
        rows: global key -> id of the rows.
    """

    client: Client
    names: SelftestNames
    clock: Callable[[], float] = time.monotonic
    measured: dict[Assumption, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dataset: str | None = None
    ontology: str | None = None
    truth: str | None = None
    prelabels: str | None = None
    rows: dict[str, str] = field(default_factory=dict)

    def found(self, group: Group, name: str, position: Any) -> None:
        """Record the position of an assumption."""
        self.measured[assumption(group, name)] = position

    @contextmanager
    def trying(self, what: str) -> Iterator[None]:
        """Note an answer that ends an experiment; the others go on."""
        try:
            yield
        except ANSWERED as error:
            self.notes.append(f"{what}: {error}")

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Measure how long the service takes."""
        began = self.clock()
        yield
        self.seconds[what] = round(self.clock() - began, 1)

    def counting(self, ask: Callable[[], T | None]) -> tuple[T | None, int | str | None]:
        """Look until there is an answer; return it with the number of looks that found none.

        The number is None for none, and "never" when there was no answer within the client's patience.
        """
        misses = 0

        def look() -> T | None:
            nonlocal misses
            answer = ask()
            misses += answer is None
            return answer

        answer = self.client.exports.look(look)
        return answer, "never" if answer is None else misses or None
