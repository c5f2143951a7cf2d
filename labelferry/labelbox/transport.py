"""The one place that sends: it counts, retries, times out, decodes and maps errors.

Everything else in this package only describes calls.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import orjson
from pydantic import SecretStr

from labelferry.errors import DeadlineError, LedgerError, NotFoundError, RejectedError, UnavailableError
from labelferry.labelbox.call import Attachment, Call, JsonDict
from labelferry.labelbox.endpoints import Endpoints
from labelferry.labelbox.policy import Pace, Policy, retrying
from labelferry.labelbox.replies import LOOK_FIRST, judge

__all__ = ["Wire", "reach"]

_log = logging.getLogger("labelferry.labelbox")
_T = TypeVar("_T")

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Wire:
    """Sender of calls to one service.

    Args:
        http: the HTTP client; its transport is the seam for tests.
        endpoints: the service's URLs.
        key: the API key.
        policy: the retry policy.
        throttle: called before every request; blocks as long as necessary.
        clock: monotonic seconds.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        http: httpx.Client,
        endpoints: Endpoints,
        key: SecretStr,
        policy: Policy,
        *,
        throttle: Callable[[], None],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.http = http
        self.policy = policy
        self.sent = 0
        self.headers: Mapping[str, str] = {}
        """Those of the latest answer."""
        self.guard: Callable[[], None] = lambda: None
        """Called before each request that changes anything and after each wait; raises to stop the run."""
        self._endpoints = endpoints
        self._auth = _Bearer(key)
        self._throttle = throttle
        self._clock = clock
        self._sleep = sleep

    def send(self, call: Call) -> JsonDict:
        """Send a call, with retries if that is safe, and return its ``data``.

        Raises:
            RemoteError: of the matching kind; UnavailableError.acted tells whether the service may have acted.
        """
        return self.repeat(lambda: self._once(call), repeatable=call.repeatable)

    def remove(self, kind: str, name: str) -> None:
        """Delete something at the service's REST URL, such as ``ontologies``; repeated until there is an answer.

        Raises:
            NotFoundError: it does not exist.
            RejectedError: it is in use.
        """
        self.repeat(lambda: self._remove(kind, name))

    def repeat(self, attempt: Callable[[], _T], *, repeatable: bool = True) -> _T:
        """Run an attempt under the retry policy and return its result."""
        return retrying(self.policy, repeatable=repeatable, clock=self._clock, sleep=self._wait)(attempt)

    def auth_for(self, url: str) -> httpx.Auth | None:
        """Return the auth that adds the key to a request to the service's own host; None for any other host."""
        own = httpx.URL(self._endpoints.graphql)
        try:
            asked = httpx.URL(url)
        except httpx.InvalidURL:
            return None
        return self._auth if (asked.scheme, asked.netloc) == (own.scheme, own.netloc) else None

    def until(self, ask: Callable[[], _T | None], pace: Pace, overdue: str) -> _T:
        """Ask until there is an answer.

        Args:
            ask: returns None while there is none.
            pace: intervals and deadline.
            overdue: the message when the deadline has passed: what was awaited, and what to do.

        Raises:
            DeadlineError: the deadline has passed.
        """
        answer = self.look(ask, pace)
        if answer is None:
            raise DeadlineError(f"{overdue} (waited {pace.deadline:g} s)")
        return answer

    def look(self, ask: Callable[[], _T | None], pace: Pace) -> _T | None:
        """Ask until there is an answer, and return None when there is none by the deadline."""
        ends, pause = self._clock() + pace.deadline, pace.first
        while (answer := ask()) is None and self._clock() + pause <= ends:
            self._wait(pause)
            pause = min(2 * pause, pace.every)
        return answer

    def _wait(self, seconds: float) -> None:
        self._sleep(seconds)
        with suppress(LedgerError):  # only changes need the guard, and each asks again
            self.guard()

    def _once(self, call: Call) -> JsonDict:
        self._throttle()
        if call.changes:
            self.guard()
        self.sent += 1
        url = self._endpoints.experimental if call.experimental else self._endpoints.graphql
        with _content(call) as content, reach(url, call.operation, repeatable=call.repeatable):
            response = self.http.post(url, auth=self._auth, timeout=self._timeout(call), **content)
        self.headers = response.headers
        _log.debug("%s: %d", call.operation, response.status_code)
        return judge(response, call, self._auth.redact)

    def _remove(self, kind: str, name: str) -> None:
        self._throttle()
        self.guard()
        self.sent += 1
        url = f"{self._endpoints.rest}/{kind}/{quote(name, safe='')}"
        call = Call(document=f"mutation {kind}", repeatable=True)  # how ``judge`` names it in an error
        with reach(url, f"DELETE {kind}", repeatable=True):
            response = self.http.delete(url, auth=self._auth, timeout=self._timeout(call))
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise NotFoundError(f"{kind} {name} does not exist; it may have been deleted, or the id is wrong")
        if response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.OK}:
            judge(response, call, self._auth.redact)

    def _timeout(self, call: Call) -> httpx.Timeout:
        usual = self.policy.upload_timeout if call.attachment else self.policy.request_timeout
        return httpx.Timeout(call.timeout or usual, connect=self.policy.connect_timeout)


@contextmanager
def reach(url: str, what: str, *, repeatable: bool) -> Iterator[None]:
    """Turn httpx's errors into ours; ``acted`` is False if the request was never sent, or only reads."""
    try:
        yield
    except _NEVER_LEFT as error:
        message = f"{what}: cannot reach {_place(url)} ({_why(error)}); is it running, and is the network up?"
        raise UnavailableError(message, acted=False) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise RejectedError(f"{what}: {url[:200]!r} is not a readable URL ({_why(error)})") from error
    except (httpx.TransportError, httpx.DecodingError, httpx.TooManyRedirects) as error:
        hint = "try again later" if repeatable else LOOK_FIRST
        message = f"{what}: no usable answer from {_place(url)} ({_why(error)}); {hint}"
        raise UnavailableError(message, acted=not repeatable) from error


class _Bearer(httpx.Auth):
    """Auth that adds the key to a request at the last moment, so that it is nowhere else."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request

    def redact(self, text: str) -> str:
        """Return the text without the key."""
        return text.replace(self._key.get_secret_value(), "**********")


@contextmanager
def _content(call: Call) -> Iterator[dict[str, Any]]:
    if call.attachment is None:
        body = orjson.dumps({"query": call.document, "variables": call.variables})
        yield {"content": body, "headers": {"Content-Type": "application/json", "Accept": "application/json"}}
        return
    with call.attachment.open() as file:
        yield _multipart(call, call.attachment, file)


def _multipart(call: Call, attachment: Attachment, file: object) -> dict[str, Any]:
    operations = {"variables": {**call.variables, "file": None}, "query": call.document}
    fields = {
        "operations": orjson.dumps(operations).decode(),
        "map": orjson.dumps({attachment.part: ["variables.file"]}).decode(),
    }
    return {"data": fields, "files": {attachment.part: (attachment.filename, file, attachment.content_type)}}


def _place(url: str) -> str:
    return str(httpx.URL(url).copy_with(query=None))


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
