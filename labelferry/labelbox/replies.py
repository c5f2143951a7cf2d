"""Answers of the service -> data, or our error with what to do about it.

The table follows the order in which the official SDK 7.17.0 evaluates an answer: 5xx first, whatever the body,
then the codes of the GraphQL errors, then the status.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from labelferry.errors import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    QuotaError,
    RateLimitError,
    RejectedError,
    RemoteConflictError,
    RemoteError,
    UnavailableError,
)
from labelferry.labelbox.call import Call, JsonDict

__all__ = ["LOOK_FIRST", "judge", "retry_after"]

LOOK_FIRST = "it may have acted: run labelferry again, which checks before it sends anything"

_KEY = "check LABELBOX_API_KEY"
_OURS = "the service does not accept this document: please report it, with this message"
_LONGEST = 600

_CODES: dict[str, tuple[type[RemoteError], str]] = {
    "AUTHENTICATION_ERROR": (AuthenticationError, _KEY),
    "AUTHORIZATION_ERROR": (PermissionDeniedError, "ask an admin of the workspace for permission"),
    "OPERATION_NOT_ALLOWED": (PermissionDeniedError, "the account or role may not do this"),
    "GRAPHQL_VALIDATION_FAILED": (RejectedError, _OURS),
    "GRAPHQL_PARSE_FAILED": (RejectedError, _OURS),
    "RESOURCE_NOT_FOUND": (NotFoundError, "it may have been deleted, or the id or name is wrong"),
    "RESOURCE_CONFLICT": (RemoteConflictError, "the name is taken: use the existing resource, or another name"),
    "MALFORMED_REQUEST": (RejectedError, "fix the request"),
}
_INNER: dict[int, tuple[type[RemoteError], str]] = {
    400: (RejectedError, "fix the request"),
    422: (RejectedError, "fix the request"),
    426: (QuotaError, "the account's quota is used up"),
}
_STATUS: dict[int, tuple[type[RemoteError], str]] = {
    401: (AuthenticationError, _KEY),
    403: (PermissionDeniedError, "the key may not do this, or a proxy is in the way"),
    413: (RejectedError, "the file is too large for the service: send smaller ones"),
    426: (QuotaError, "the account's quota is used up"),
    501: (RejectedError, "the server does not know this operation"),
}


def judge(response: httpx.Response, call: Call, redact: Callable[[str], str]) -> JsonDict:
    """Return the ``data`` of an answer.

    Raises:
        RemoteError: of the matching kind; its message starts with the operation.
    """
    body = _body(response)
    verdict = _Verdict(response, call, redact)
    if response.status_code >= 500 and response.status_code != 501:
        raise verdict.lost(f"the service answered {_status(response)}")
    if response.status_code == 429 or str(body.get("message", "")).startswith("You have exceeded"):
        raise verdict.rate_limit(body)
    if errors := body.get("errors"):
        raise verdict.of_errors(errors)
    if response.status_code != 200:
        raise verdict.of_status(body)
    if not isinstance(body.get("data"), dict):
        raise verdict.lost("the answer is not the expected JSON (truncated, or from a proxy?)")
    return dict(body["data"])


class _Verdict:
    """The error for one answer."""

    def __init__(self, response: httpx.Response, call: Call, redact: Callable[[str], str]) -> None:
        self._response = response
        self._call = call
        self._redact = redact
        self._request_id = response.headers.get("x-request-id")

    def lost(self, text: str) -> UnavailableError:
        """Return the error of an answer that does not tell whether the service acted."""
        hint = "try again later" if self._call.repeatable else LOOK_FIRST
        return UnavailableError(
            f"{self._call.operation}: {text}; {hint}", acted=not self._call.repeatable, request_id=self._request_id
        )

    def rate_limit(self, body: JsonDict) -> RateLimitError:
        """Return the error of a call that was rejected for now."""
        text = self._said(body.get("message")) or "too many requests"
        return RateLimitError(
            f"{self._call.operation}: {text}; wait, or lower the requests per minute",
            retry_after=retry_after(self._response),
            request_id=self._request_id,
        )

    def of_errors(self, errors: object) -> RemoteError:
        """Return the error for GraphQL's ``errors``; the first known one decides."""
        entries = [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
        entry: JsonDict = next((e for e in entries if _code(e) in _CODES), entries[0] if entries else {})
        text, code = self._said(entry.get("message")), _code(entry)
        if "LBU limit" in text:
            return self._error(QuotaError, text, "the account's quota is used up")
        if code == "INTERNAL_SERVER_ERROR":
            return self._internal(entry, text)
        kind, hint = _CODES.get(code, (RejectedError, f"the service's code is {code or 'missing'}"))
        return self._error(kind, text, hint)

    def of_status(self, body: JsonDict) -> RemoteError:
        """Return the error for a status without GraphQL errors."""
        if self._response.status_code == 408:
            return self.lost("the service gave up waiting (408)")
        kind, hint = _STATUS.get(self._response.status_code, (RejectedError, "is the endpoint right?"))
        text = f"{_status(self._response)} {self._said(body.get('message'))}".rstrip()
        return self._error(kind, text, hint)

    def _internal(self, entry: JsonDict, text: str) -> RemoteError:
        inner = _dig(entry, "extensions", "exception", "status")
        if inner in _INNER:
            return self._error(_INNER[inner][0], text, _INNER[inner][1])
        return self.lost(f"internal error of the service: {text}")

    def _error(self, kind: type[RemoteError], text: str, hint: str) -> RemoteError:
        return kind(f"{self._call.operation}: {text}; {hint}", request_id=self._request_id)

    def _said(self, text: object) -> str:
        said = self._redact(str(text)) if text is not None else ""
        return said if len(said) <= _LONGEST else said[:_LONGEST] + "..."


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds to wait by ``retry-after-ms``, or by ``retry-after`` in seconds or as a date."""
    if (ms := _number(response.headers.get("retry-after-ms"))) is not None:
        return ms / 1000.0
    asked = response.headers.get("retry-after")
    if (seconds := _number(asked)) is not None:
        return seconds
    until = _date(asked)
    if until is None:
        return None
    now = _date(response.headers.get("date")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0.0 <= number < float("inf") else None


def _date(text: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _body(response: httpx.Response) -> JsonDict:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _code(entry: JsonDict) -> str:
    return str(_dig(entry, "extensions", "code") or "")


def _dig(value: Any, *path: str) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".rstrip()
