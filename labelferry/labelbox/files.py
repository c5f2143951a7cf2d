"""Files that the service provides by URL: read without the key, checked completely, then returned."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import httpx
import orjson

from labelferry.errors import NotFoundError, PermissionDeniedError, RejectedError, UnavailableError
from labelferry.labelbox.call import JsonDict
from labelferry.labelbox.transport import Wire, reach

__all__ = ["Files"]

_IN_MEMORY = 8_000_000


class Files:
    """Reader of result files: a plain GET without authorization, because their URLs are signed."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def text(self, url: str) -> str:
        """Return a small file's text.

        Raises:
            RemoteError: it cannot be read.
        """
        return self._wire.repeat(lambda: self._get(url)).decode("utf-8", "replace")

    def lines(self, url: str) -> Iterator[JsonDict]:
        """Yield the objects of an NDJSON file, without blank lines.

        It is read and parsed completely before the first object is yielded, so that a truncated answer is retried.

        Raises:
            RemoteError: it cannot be read, or is not NDJSON.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            self._wire.repeat(lambda: self._load(url, file))
            file.seek(0)
            for line in file:
                if line.strip():
                    yield orjson.loads(line)

    def values(self, url: str) -> list[Any]:
        """Return the value on each line of an NDJSON file, without blank lines; what is not JSON comes as text.

        Raises:
            RemoteError: it cannot be read.
        """
        content = self._wire.repeat(lambda: self._get(url))
        return [_value(line) for line in content.split(b"\n") if line.strip()]

    def exact(self, url: str, length: int) -> bytes:
        """Return a file's bytes, which must be ``length`` long.

        Raises:
            RemoteError: it cannot be read, or has another length.
        """

        def attempt() -> bytes:
            content = self._get(url)
            if len(content) != length:
                raise _cut(f"it came with {len(content)} bytes instead of {length}")
            return content

        return self._wire.repeat(attempt)

    def picture(self, url: str) -> bytes:
        """Return a picture's bytes; the key is sent only to the service's own host, which requires it.

        Raises:
            RemoteError: it cannot be read.
        """
        return self._wire.repeat(lambda: self._get(url, self._wire.auth_for(url)))

    def _get(self, url: str, auth: httpx.Auth | None = None) -> bytes:
        with reach(url, "file", repeatable=True):
            response = self._wire.http.get(url, auth=auth, follow_redirects=True, timeout=self._timeout())
        _check(response)
        return response.content

    def _load(self, url: str, file: IO[bytes]) -> None:
        file.seek(0)
        file.truncate()
        with (
            reach(url, "file", repeatable=True),
            self._wire.http.stream("GET", url, follow_redirects=True, timeout=self._timeout()) as response,
        ):
            _check(response)
            for block in response.iter_bytes():
                file.write(block)
        _parse(file)

    def _timeout(self) -> httpx.Timeout:
        policy = self._wire.policy
        return httpx.Timeout(policy.file_timeout, connect=policy.connect_timeout)


def _value(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode("utf-8", "replace")


def _parse(file: IO[bytes]) -> None:
    file.seek(0)
    for number, line in enumerate(file, start=1):
        try:
            good = not line.strip() or isinstance(orjson.loads(line), dict)
        except orjson.JSONDecodeError:
            good = False
        if not good:
            raise _cut(f"line {number} is not a JSON object")


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in {404, 410}:
        raise NotFoundError("a result file was not found; the service keeps them for 24 hours")
    if status in {401, 403}:
        raise PermissionDeniedError("a result file's URL is no longer valid; fetch the job again to get a new one")
    if status == 429 or status >= 500:
        raise _cut(f"the service answered {status}")
    raise RejectedError(f"a result file could not be read: the service answered {status}")


def _cut(why: str) -> UnavailableError:
    return UnavailableError(f"a result file could not be read completely: {why}; try again later", acted=False)
