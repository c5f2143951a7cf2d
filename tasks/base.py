"""The base of every task: no cache (the ledger knows better), and retries only for errors that may pass.

Its start and end are in the run's journal.

How often and how far apart to retry is a setting of the deployment (PREFECT_TASKS_DEFAULT_RETRIES and
PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS): on a terminal the message is wanted at once.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.tasks import Task

from labelferry.errors import LabelferryError
from labelferry.onboarding import context
from labelferry.onboarding.context import Onboarding, open_onboarding
from labelferry.remote import Remote
from tasks.credentials import settings_of
from tasks.journals import journal
from tasks.progress import shown
from tasks.throttle import connect

__all__ = ["alone", "step", "taken_up"]

P = ParamSpec("P")
R = TypeVar("R")


def is_retryable(_task: Task[Any, Any], _run: Any, state: State[Any]) -> bool:
    """Return whether the failure may pass without any action."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, LabelferryError) and error.retryable


def step(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Turn a function into a task of that name."""

    def wrapped(function: Callable[P, R]) -> Task[P, R]:
        @wraps(function)
        def timed(*args: P.args, **kwargs: P.kwargs) -> R:
            with journal().timing(name), shown(name):
                return function(*args, **kwargs)

        return task(name=name, cache_policy=NO_CACHE, retry_condition_fn=is_retryable)(timed)

    return wrapped


def taken_up(remote: Remote, folder: Path) -> AbstractContextManager[Onboarding]:
    """Open the onboarding in ``folder``, with credentials that this process loads itself."""
    return open_onboarding(settings_of(remote), remote, folder, connect)


@contextmanager
def alone(remote: Remote, folder: Path) -> Iterator[None]:
    """Keep out other runs of the onboarding in ``folder`` and into its project, as long as this lasts."""
    with taken_up(remote, folder) as onboarding, context.alone(onboarding, remote, settings_of(remote).wait):
        yield
