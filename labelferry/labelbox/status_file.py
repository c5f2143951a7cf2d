"""An import's status file, read again while it is missing or shorter than it has to be.

The service writes it, and shows it, some time after it calls the import FINISHED; a copy may end early.
"""

from collections.abc import Callable
from typing import Any

from labelferry.errors import NotFoundError, PermissionDeniedError, RejectedError, RemoteError
from labelferry.labelbox.files import Files
from labelferry.labelbox.records import ImportJob

__all__ = ["StatusFile"]

_UNREADABLE = (NotFoundError, PermissionDeniedError, RejectedError)
"""What another look may put right; a service that is out of reach is the wire's to try again."""


class StatusFile:
    """The contents of a job's status file, as far as it was read.

    Args:
        files: reads it.
        job: as it was last seen.
        look_up: returns the job as it is now, None while it is not shown.
        lines: how many the whole file has.
    """

    def __init__(self, files: Files, job: ImportJob, look_up: Callable[[], ImportJob | None], lines: int) -> None:
        self._files, self._job, self._look_up, self._lines = files, job, look_up, lines
        self._found: list[Any] | None = None
        self._error: RemoteError | None = None

    def read(self) -> list[Any] | None:
        """Read the file; None when it is not whole, and then its URL is looked up again."""
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
        """Return what was read last.

        Raises:
            NotFoundError: there never was one.
            PermissionDeniedError, RejectedError: it could never be read.
        """
        if self._found is None and self._error is not None:
            raise self._error
        return self._found or []

    def _url(self) -> str:
        if not self._job.status_url:
            raise NotFoundError(f"import {self._job.name!r} ({self._job.state}) has no status file")
        return self._job.status_url
