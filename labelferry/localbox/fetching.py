"""The contents of URLs that localbox may read: its own files, and plain HTTP on this machine. Nothing else."""

import ipaddress
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state.filestore import FileStore, referenced

SECONDS = 30.0
BYTES = 512 * 1024 * 1024


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Handler that follows no redirect, since one could lead off this machine."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to follow a redirect."""


def contents(files: FileStore, url: str) -> bytes:
    """Return the bytes behind a URL or one of our own references.

    Raises:
        MalformedError: the URL points elsewhere or does not answer.
    """
    file_id = referenced(url)
    if file_id is not None and files.path(file_id).is_file():
        return files.path(file_id).read_bytes()
    if not on_this_machine(url):
        raise MalformedError(f"Failed to access URL: localbox fetches from http://127.0.0.1 only, not {url}")
    return _fetched(url)


def _fetched(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects)
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            body: bytes = answer.read(BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise MalformedError(f"Failed to access URL: {error.code}:{error.reason}") from error
    except (OSError, ValueError) as error:
        raise MalformedError(f"Failed to access URL: {url}: {error}") from error
    if len(body) > BYTES:
        raise MalformedError(f"Failed to access URL: {url} has more than {BYTES} bytes")
    return body


def on_this_machine(url: str) -> bool:
    """Return whether a URL is plain HTTP to loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
