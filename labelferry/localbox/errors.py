"""The errors of localbox, each with the code that clients act on.

::

    LocalboxError
    ├── UnauthenticatedError   AUTHENTICATION_ERROR    the key is missing or wrong
    ├── NotFoundError          RESOURCE_NOT_FOUND      nothing with that id or name
    ├── ConflictError          RESOURCE_CONFLICT       the name is taken
    ├── MalformedError         MALFORMED_REQUEST       the request is invalid
    ├── UnprocessableError     INTERNAL_SERVER_ERROR   status 422 inside, which clients do not retry
    └── UnknownOperationError OPERATION_NOT_ALLOWED  localbox has no such operation

The codes are those of the service; the official SDK turns each into an exception of its own.
"""

from typing import Any, ClassVar


class LocalboxError(Exception):
    """Base class of the refusals that are part of the protocol."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    inner_status: ClassVar[int | None] = None

    @property
    def extensions(self) -> dict[str, Any]:
        """The ``extensions`` member of the GraphQL error."""
        extensions: dict[str, Any] = {"code": self.code}
        if self.inner_status is not None:
            extensions["exception"] = {"status": self.inner_status}
        return extensions


class UnauthenticatedError(LocalboxError):
    """The key is missing or wrong."""

    code = "AUTHENTICATION_ERROR"


class NotFoundError(LocalboxError):
    """Nothing has that id or name."""

    code = "RESOURCE_NOT_FOUND"

    @classmethod
    def of(cls, kind: str, key: str | None) -> "NotFoundError":
        """Return the error for a resource of the given kind that no key matches."""
        return cls(f"{kind} not found: {key}")


class ConflictError(LocalboxError):
    """The name is taken."""

    code = "RESOURCE_CONFLICT"


class MalformedError(LocalboxError):
    """The request is invalid."""

    code = "MALFORMED_REQUEST"


class UnprocessableError(LocalboxError):
    """The request is understood and refused; retrying it changes nothing."""

    inner_status = 422


class UnknownOperationError(LocalboxError):
    """Localbox has no such operation."""

    code = "OPERATION_NOT_ALLOWED"
