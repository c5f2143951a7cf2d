"""The URL of a spec -> its text, within bounds of size and time: its server may be malicious or broken."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx

from labelferry.errors import SpecError
from labelferry.proxies import refuse_unusable_proxies

__all__ = ["fetch_text"]

SECONDS = 30.0
"""Seconds for the whole transfer, redirects and headers included."""

MOST_BYTES = 1_000_000
"""Far more than any spec needs; videos and labels are separate files."""


def fetch_text(url: str, seconds: float = SECONDS) -> str:
    """Fetch the text of a spec.

    Args:
        url: where it is.
        seconds: for the whole transfer, so that a trickling server is cut off too.

    Raises:
        SpecError: when it cannot be fetched in time, is too large or not UTF-8.
    """
    refuse_unusable_proxies()
    # A thread of its own, because a notebook's thread has a running event loop already.
    with ThreadPoolExecutor(1) as thread:
        body = thread.submit(asyncio.run, _within(url, seconds)).result()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"{url}: not UTF-8 text, so not a spec; give the URL of one") from None


async def _within(url: str, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            return await _transfer(url, seconds)
    except TimeoutError as error:
        raise SpecError(f"{url}: the spec did not arrive within {seconds:g} s; fix the URL or give a path") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SpecError(f"{url}: the spec could not be fetched ({error}); fix the URL or give a path") from error


async def _transfer(url: str, seconds: float) -> bytes:
    body = bytearray()
    async with (
        httpx.AsyncClient(timeout=seconds, follow_redirects=True) as client,
        client.stream("GET", url) as response,
    ):
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise SpecError(f"{url}: larger than {MOST_BYTES // 1_000_000} MB, so not a spec; give the URL of one")
    return bytes(body)
