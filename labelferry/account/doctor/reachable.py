"""Videos at URLs: whether they can be read. A few requests to their own hosts, which carry no key and no body.

HEAD comes first, then GET for the first byte, since some hosts refuse HEAD and presigned URLs are signed for GET alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from ipaddress import ip_address
from math import ceil
from urllib.parse import urlsplit

import httpx

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.account.doctor.signed_addresses import expiry
from labelferry.listing import counted, shorten
from labelferry.printable import masked
from labelferry.sources.manifest import VideoRow

__all__ = ["check_reachable"]

SAMPLE = 5
"""Videos that are asked for, spread over the manifest."""
SECONDS = 5.0
FIRST_BYTE = {"Range": "bytes=0-0"}


def check_reachable(rows: Sequence[VideoRow], http: httpx.Client, now: datetime) -> Iterator[HealthCheck]:
    """Yield the checks of videos that anybody may read by their URL.

    Args:
        rows: those of the manifest that no integration signs for.
        http: sends the requests.
        now: the time; URLs that have ended are not asked for.
    """
    asked = [row for row in rows if _is_url(row) and not _has_ended(row, now)]
    inside = [row.global_key for row in asked if _is_inside(row)]
    if inside:
        remedy = "put them where Labelbox can read them, or give local paths as row_data, which are uploaded"
        yield bad(Topic.STORAGE, f"Labelbox cannot reach the private addresses of {_some(inside)}", remedy)
    if outside := [row for row in asked if not _is_inside(row)]:
        yield _tried(outside, http)


def _tried(rows: Sequence[VideoRow], http: httpx.Client) -> HealthCheck:
    sample = rows[:: ceil(len(rows) / SAMPLE)]
    faults = {row.global_key: _fault(http, row.row_data or "") for row in sample}
    if lost := [f"{key} ({why})" for key, why in faults.items() if why]:
        remedy = "correct row_data, or make the videos readable by URL; if only this machine is kept out, go on"
        return warn(Topic.STORAGE, f"cannot be read from here: {_some(lost)}", remedy)
    return ok(Topic.STORAGE, f"{len(sample)} of {counted(len(rows), 'URL')} tried out, all can be read")


def _is_url(row: VideoRow) -> bool:
    return row.file is None and urlsplit(row.row_data or "").scheme in {"http", "https"}


def _has_ended(row: VideoRow, now: datetime) -> bool:
    end = expiry(row.row_data or "")
    return end is not None and end <= now


def _is_inside(row: VideoRow) -> bool:
    """Return whether a URL names a machine that only its own network can reach."""
    host = urlsplit(row.row_data or "").hostname or ""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _fault(http: httpx.Client, address: str) -> str:
    """Return why a video cannot be read; empty when it can."""
    try:
        answer = http.head(address, timeout=SECONDS, follow_redirects=True)
        if not answer.is_success:
            asked = http.stream("GET", address, headers=FIRST_BYTE, timeout=SECONDS, follow_redirects=True)
            with asked as answer:
                pass
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return masked(str(error)) or type(error).__name__
    if not answer.is_success:
        return f"{answer.status_code} {answer.reason_phrase}"
    return "a web page, not a video" if answer.headers.get("content-type", "").startswith("text/html") else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(shorten(list(names), SAMPLE))
