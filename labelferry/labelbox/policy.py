"""The retry policy: every number of the client, and the strategy built from them.

Only what is safe to repeat is retried blindly: calls that read (or whose second arrival does no harm), and calls that
certainly did not act, because the connection was refused or the service rejected them with 429. Calls that failed with
authentication, quota and validation errors are never retried.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from labelferry.errors import RateLimitError, UnavailableError

__all__ = ["DEFAULT_POLICY", "Pace", "Policy", "retrying"]

_log = logging.getLogger("labelferry.labelbox")


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of polling: at once, then after ``first`` seconds, doubling up to ``every``, until ``deadline``."""

    every: float
    deadline: float
    first: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The client's numbers; times in seconds.

    Attributes:
        attempts: maximum number of attempts of a call.
        refused_attempts: the same, when nothing listens at the endpoint.
        backoff: first upper bound of the random back-off; it doubles.
        backoff_cap: the back-off's last upper bound.
        retry_after_cap: the longest Retry-After that is obeyed.
        budget: total time of a call, including waits; no new attempt starts beyond it.
        connect_timeout: for a connection.
        request_timeout: for one answer.
        upload_timeout: for one answer to a file.
        batch_timeout: for one answer of the batch operations.
        file_timeout: for one answer of a file's URL.
        requests_per_minute: the client-side limit, None for none.
        lookup_chunk: global keys per look-up.
        lookup: pace of a global-key look-up.
        task: pace of a task (upload, batch, export).
        processing: pace of waiting until rows are processed.
        imports: pace of an import job.
        appearing: pace of looking again for what the service has reported but does not list: a job, its status file,
            the rest of that file, a label, a row.
        releasing: pace of retrying a key that the service reports as a duplicate although no row has it: the key of a
            deleted row stays taken for up to 180 seconds.
    """

    attempts: int = 10
    refused_attempts: int = 3
    backoff: float = 1.0
    backoff_cap: float = 30.0
    retry_after_cap: float = 60.0
    budget: float = 180.0
    connect_timeout: float = 10.0
    request_timeout: float = 60.0
    upload_timeout: float = 300.0
    batch_timeout: float = 180.0
    file_timeout: float = 60.0
    requests_per_minute: float | None = None
    lookup_chunk: int = 5_000
    lookup: Pace = Pace(every=2.0, deadline=300.0)
    task: Pace = Pace(every=2.0, deadline=3_600.0)
    processing: Pace = Pace(every=30.0, deadline=3_600.0)
    imports: Pace = Pace(every=10.0, deadline=14_400.0)
    appearing: Pace = Pace(every=5.0, deadline=30.0, first=0.5)
    releasing: Pace = Pace(every=20.0, deadline=240.0, first=1.0)


DEFAULT_POLICY = Policy()

_UNANSWERED = retry_if_exception_type(UnavailableError)
_TURNED_AWAY = _UNANSWERED & retry_if_exception(lambda error: isinstance(error, UnavailableError) and not error.acted)


def retrying(
    policy: Policy, *, repeatable: bool, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Retrying:
    """Return the tenacity controller for one call."""
    ends = clock() + policy.budget
    return Retrying(
        retry=_UNANSWERED if repeatable else _TURNED_AWAY,
        stop=stop_after_attempt(policy.attempts)
        | (_Refused() & stop_after_attempt(policy.refused_attempts))
        | _OverBudget(ends, clock),
        wait=_Wait(policy),
        sleep=sleep,
        before_sleep=_say,
        reraise=True,
    )


class _Wait:
    """Wait for the seconds that the service asked for, capped; otherwise random exponential back-off."""

    def __init__(self, policy: Policy) -> None:
        self._cap = policy.retry_after_cap
        self._back_off = wait_random_exponential(multiplier=policy.backoff, max=policy.backoff_cap)

    def __call__(self, state: RetryCallState) -> float:
        error = _error(state)
        if isinstance(error, RateLimitError) and error.retry_after is not None:
            return min(error.retry_after, self._cap)
        return self._back_off(state)


class _Refused(stop_base):
    """Stop early when nothing listens at the endpoint."""

    def __call__(self, state: RetryCallState) -> bool:
        return isinstance(getattr(_error(state), "__cause__", None), httpx.ConnectError)


class _OverBudget(stop_base):
    """Stop when the next attempt would start after the call's budget."""

    def __init__(self, ends: float, clock: Callable[[], float]) -> None:
        self._ends = ends
        self._clock = clock

    def __call__(self, state: RetryCallState) -> bool:
        return self._clock() + state.upcoming_sleep > self._ends


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _say(state: RetryCallState) -> None:
    _log.warning("%s; again in %.1f s (attempt %d)", _error(state), state.upcoming_sleep, state.attempt_number)
