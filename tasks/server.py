"""Prefect, looked at before a flow starts: its server, its login. What is wrong with them is one message."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import get_client

from labelferry.errors import AuthenticationError, UnavailableError
from labelferry.proxies import refuse_unusable_proxies

__all__ = ["reach_prefect"]

HERE = "run without --flow and without PREFECT_API_URL to do the work in this process"
STARTUP = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
LOGIN = "set PREFECT_API_AUTH_STRING to its user:password, which make up prints"
DENIED = (401, 403)


def reach_prefect(server: str | None) -> None:
    """Make sure that Prefect can be used; without a server a temporary one is started, which ends with this process.

    Raises:
        SpecError: when the environment's proxies cannot be used.
        AuthenticationError: when the server asks for a login that was not given.
        UnavailableError: when the server does not answer.
    """
    refuse_unusable_proxies()
    called = f"Prefect's server at {server}" if server else "Prefect's temporary server"
    with _explained(called), get_client(sync_client=True) as client:
        if problem := client.api_healthcheck():
            raise UnavailableError(f"{called} does not answer ({problem}); start it, or {HERE}", acted=False)
        client.read_flows(limit=1)


@contextmanager
def _explained(called: str) -> Iterator[None]:
    """Say what to do about what Prefect's client raises inside."""
    try:
        yield
    except httpx.HTTPStatusError as error:
        if error.response.status_code in DENIED:
            raise AuthenticationError(f"{called} asks for a login: {LOGIN}, or {HERE}") from error
        raise UnavailableError(f"{called} failed ({error}); see its log, or {HERE}", acted=False) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        message = f"{called} cannot be reached ({error}); correct the URL, or {HERE}"
        raise UnavailableError(message, acted=False) from error
    except RuntimeError as error:
        message = f"{called} did not start in time ({error}); give it longer with {STARTUP}, or {HERE}"
        raise UnavailableError(message, acted=False) from error
