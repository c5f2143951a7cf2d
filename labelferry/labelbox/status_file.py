"""An import's status file, read again while it is missing or too short.

The service writes and lists it some time after it reports the import as FINISHED; a copy may be truncated.
"""

from collections.abc import Callable
from typing import Any

from labelferry.errors import NotFoundError, PermissionDeniedError, RejectedError, RemoteError
from labelferry.labelbox.files import Files
from labelferry.labelbox.records import ImportJob

__all__ = ["StatusFile"]

_UNREADABLE = (NotFoundError, PermissionDeniedError, RejectedError)
"""Errors that another attempt may resolve; the wire itself retries an unreachable service."""


class StatusFile:
    """The contents of a job's status file, as far as read.

    Args:
        files: reads it.
        job: as last seen.
        look_up: returns the current job, None while it is not listed.
        lines: the number of lines of the complete file.
    """

    def __init__(self, files: Files, job: ImportJob, look_up: Callable[[], ImportJob | None], lines: int) -> None:
        self._files, self._job, self._look_up, self._lines = files, job, look_up, lines
        self._found: list[Any] | None = None
        self._error: RemoteError | None = None

    def read(self) -> list[Any] | None:
        """Read the file; return None when it is incomplete, after looking up its URL again."""
        try:
            self._found = self._files.values(self._url())
        except _UNREADABLE as error:
            self._error = error
        else:
            if sum(isinstance(each, dict) for each in self._found) >= self._lines:
                return self._found
        self._job = self._look_up() or self._job
        return None

    def content(self) -> list[Any]:
        """Return the last content read.

        Raises:
            NotFoundError: the file never existed.
            PermissionDeniedError, RejectedError: it could never be read.
        """
        if self._found is None and self._error is not None:
            raise self._error
        return self._found or []

    def _url(self) -> str:
        if not self._job.status_url:
            raise NotFoundError(f"import {self._job.name!r} ({self._job.state}) has no status file")
        return self._job.status_url
