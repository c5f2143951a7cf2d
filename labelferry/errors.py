"""The errors of labelferry, grouped by what the caller should do next.

::

    LabelferryError                      exit code
    ├── InputError                       2   fix the input; nothing was sent
    │   ├── SpecError                        the spec or a setting
    │   ├── SourceError                      a file of rows or labels (path and line in the message)
    │   │   └── EmptySourceError                 there is nothing in it
    │   ├── AnnotationError                  an annotation that cannot be written without loss
    │   └── CheckError                       findings of severity error
    ├── PartialFailureError              3   some lines were refused; the report says which
    ├── PendingError      (retryable)    1   the run is over, but not every line is known to be imported: run again
    ├── VerificationError                1   the service does not have what was sent; the report says what differs
    ├── LedgerError       (retryable)    1   the ledger's database failed in the middle of a run
    ├── ConflictError                    4   the current and the desired state disagree: a decision is needed
    │   └── LeaseLostError                   another run took over while this one was suspended
    └── RemoteError                      1   the service
        ├── AuthenticationError              wrong or missing key
        ├── PermissionDeniedError            the key may not do this
        ├── QuotaError                       the account's quota is used up: never retried
        ├── NotFoundError                    the id or name does not exist
        ├── RemoteConflictError              the name is taken
        ├── RejectedError                    the request itself was refused
        ├── JobFailedError                   a task or import ended FAILED
        └── UnavailableError  (retryable)    the service could not be reached or gave no usable answer
            ├── RateLimitError (retryable)   429; carries the seconds to wait
            └── DeadlineError  (retryable)   a wait took longer than allowed

``retryable`` tells whether the same call may be worth repeating minutes later; the client's own retries are over by the
time the error is raised.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from labelferry.printable import masked

__all__ = [
    "AnnotationError",
    "AuthenticationError",
    "CheckError",
    "ConflictError",
    "DeadlineError",
    "EmptySourceError",
    "InputError",
    "JobFailedError",
    "LabelferryError",
    "LeaseLostError",
    "LedgerError",
    "NotFoundError",
    "PartialFailureError",
    "PendingError",
    "PermissionDeniedError",
    "QuotaError",
    "RateLimitError",
    "RejectedError",
    "RemoteConflictError",
    "RemoteError",
    "SourceError",
    "SpecError",
    "UnavailableError",
    "VerificationError",
]


class LabelferryError(Exception):
    """Base class of all errors that labelferry raises on purpose; URLs in their messages have masked queries."""

    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "") -> None:
        super().__init__(masked(message))

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values."""
        return {"error": type(self).__name__, "message": str(self), "exit_code": self.exit_code}


class InputError(LabelferryError):
    """The input cannot be used; nothing was sent.

    Args:
        message: what is wrong, where, and what to do.
        line: line in the file, if known.
        file: the file, as the user calls it, if known.
    """

    exit_code = 2

    def __init__(self, message: str, *, line: int | None = None, file: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.file = file


class SpecError(InputError):
    """The spec, or a setting, is wrong."""


class SourceError(InputError):
    """A file of rows or labels is not in its declared format."""


class EmptySourceError(SourceError):
    """A file of rows or labels has none, or no file matches a pattern.

    Args:
        file: the file or pattern, as the user calls it.
        what: what is empty.
        remedy: what to do about it.
    """

    def __init__(self, file: str, what: str, remedy: str) -> None:
        super().__init__(f"{file}: {what}; {remedy}", file=file)
        self.what = what


class AnnotationError(InputError):
    """An annotation cannot be written without losing or changing something."""


class CheckError(InputError):
    """The checks found errors; the message lists them by rule.

    Args:
        message: the errors, those of one rule together.
        findings: all findings as plain values, including warnings.
    """

    def __init__(self, message: str, *, findings: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.findings = findings

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values, with all findings."""
        return super().to_dict() | {"findings": list(self.findings)}


class PartialFailureError(LabelferryError):
    """The work is done, but the service refused some of the lines.

    Args:
        message: the number of lines, and where they are listed.
        result: the report or verification, as it would have been returned.
    """

    exit_code = 3

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class PendingError(LabelferryError):
    """The run is over and has reported, but not every line is known to be imported.

    Args:
        message: the number of lines, and what to do.
        result: the report, as it would have been returned.
    """

    retryable = True

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class VerificationError(LabelferryError):
    """The service does not have what was sent, or that is not known yet.

    Args:
        message: what differs.
        result: the verification, as it would have been returned.
    """

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class LedgerError(LabelferryError):
    """The ledger's database failed in the middle of a run: it is unreachable, full or locked."""

    retryable = True


class ConflictError(LabelferryError):
    """The current and the desired state disagree, and a decision is needed."""

    exit_code = 4


class LeaseLostError(ConflictError):
    """Another run took over while this one was suspended; it has stopped before its next change."""


class RemoteError(LabelferryError):
    """The service refused or failed.

    Args:
        message: what happened and what to do.
        request_id: the service's own id of the request, when it gave one.
    """

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(f"{message} (request {request_id})" if request_id else message)
        self.request_id = request_id


class AuthenticationError(RemoteError):
    """The key is wrong, expired or missing."""


class PermissionDeniedError(RemoteError):
    """The key is known but may not do this."""


class QuotaError(RemoteError):
    """The account's quota is used up; retrying cannot help."""


class NotFoundError(RemoteError):
    """The resource does not exist."""


class RemoteConflictError(RemoteError):
    """The service reports that the name or resource is already taken."""


class RejectedError(RemoteError):
    """The service refused the request itself."""


class JobFailedError(RemoteError):
    """A task or an import job ended FAILED."""


class UnavailableError(RemoteError):
    """No usable answer: connection, time-out, 5xx, or a body that is not JSON.

    Args:
        message: what happened and what to do.
        acted: False when the service certainly did not act (the request was never sent, or rejected at once); True
            when it may have.
        request_id: the service's own id of the request, when it gave one.
    """

    retryable = True

    def __init__(self, message: str, *, acted: bool = True, request_id: str | None = None) -> None:
        super().__init__(message, request_id=request_id)
        self.acted = acted


class RateLimitError(UnavailableError):
    """Too many requests.

    Args:
        message: what happened.
        retry_after: seconds that the service asked us to wait, if it did.
        request_id: the service's own id of the request, when it gave one.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, request_id: str | None = None) -> None:
        super().__init__(message, acted=False, request_id=request_id)
        self.retry_after = retry_after


class DeadlineError(UnavailableError):
    """A wait took longer than its deadline."""
