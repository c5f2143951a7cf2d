"""The client: one key, one endpoint, and their resources."""

import platform
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from pydantic import SecretStr

from labelferry.errors import AuthenticationError
from labelferry.labelbox.batches import BatchResource
from labelferry.labelbox.data_rows import DataRowResource
from labelferry.labelbox.datasets import DatasetResource
from labelferry.labelbox.endpoints import DEFAULT_ENDPOINT, Endpoints
from labelferry.labelbox.exports import ExportResource
from labelferry.labelbox.files import Files
from labelferry.labelbox.imports import ImportResource
from labelferry.labelbox.integrations import IntegrationResource
from labelferry.labelbox.labels import LabelResource
from labelferry.labelbox.limiter import Limiter
from labelferry.labelbox.ontologies import OntologyResource
from labelferry.labelbox.organization import OrganizationResource, UserResource
from labelferry.labelbox.policy import DEFAULT_POLICY, Policy
from labelferry.labelbox.projects import ProjectResource
from labelferry.labelbox.row_uploads import RowUploads
from labelferry.labelbox.tasks import TaskResource
from labelferry.labelbox.transport import Wire
from labelferry.labelbox.uploads import UploadResource
from labelferry.proxies import refuse_unusable_proxies

__all__ = ["Client"]


@cache
def _usual_certificates() -> ssl.SSLContext:
    """The certificates of clients that ignore the environment; reading them takes longer than several requests."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """A client of Labelbox, or of anything with its API; may be shared by threads.

    Args:
        api_key: the key; it never appears in a repr, log or message.
        endpoint: the service's GraphQL URL.
        transport: the one seam for tests: turns a request into a response.
        policy: attempts, waits, deadlines.
        throttle: called before every request to delay it; by default the policy's requests per minute.
        clock: monotonic seconds.
        sleep: waits for some seconds; pass a function that returns at once to make waits instant.

    Raises:
        AuthenticationError: the key is empty or malformed.
        SpecError: the endpoint is not an http(s) URL, or the environment's proxies cannot be used.
    """

    def __init__(
        self,
        api_key: str | SecretStr,
        endpoint: str = DEFAULT_ENDPOINT,
        *,
        transport: httpx.BaseTransport | None = None,
        policy: Policy = DEFAULT_POLICY,
        throttle: Callable[[], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.endpoint = endpoint
        endpoints = Endpoints.of(endpoint)
        key = _checked(api_key)
        if not endpoints.is_loopback:
            refuse_unusable_proxies()
        trusted: ssl.SSLContext | bool = _usual_certificates() if endpoints.is_loopback else True
        self._http = httpx.Client(
            headers=_headers(), transport=transport, trust_env=not endpoints.is_loopback, verify=trusted
        )
        throttle = throttle or _throttle(policy, clock, sleep)
        wire = Wire(self._http, endpoints, key, policy, throttle=throttle, clock=clock, sleep=sleep)
        self._attach(wire)

    def _attach(self, wire: Wire) -> None:
        self._wire = wire
        files = Files(wire)
        self.organization = OrganizationResource(wire)
        self.user = UserResource(wire)
        self.tasks = TaskResource(wire, self.user)
        self.uploads = UploadResource(wire)
        self.integrations = IntegrationResource(wire)
        self.datasets = DatasetResource(wire)
        self.data_rows = DataRowResource(wire, RowUploads(wire, self.uploads, self.tasks))
        self.ontologies = OntologyResource(wire)
        self.projects = ProjectResource(wire)
        self.batches = BatchResource(wire, self.tasks)
        self.imports = ImportResource(wire, files)
        self.labels = LabelResource(wire)
        self.exports = ExportResource(wire, self.tasks, files)

    @property
    def sent(self) -> int:
        """The number of requests sent to the service so far, including retries."""
        return self._wire.sent

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the service's latest answer."""
        return self._wire.headers

    def wait_longer(self, **deadlines: float) -> None:
        """Extend the policy's waits to these seconds, by their names; none becomes shorter."""
        policy = self._wire.policy
        paces = {name: getattr(policy, name) for name in deadlines}
        longer = {name: replace(pace, deadline=max(pace.deadline, deadlines[name])) for name, pace in paces.items()}
        self._wire.policy = replace(policy, **longer)

    def guard_with(self, guard: Callable[[], None]) -> None:
        """Have ``guard`` called before each request that changes anything and after each wait; it raises to stop."""
        self._wire.guard = guard

    def upload(self, source: Path | str | bytes, filename: str | None = None, content_type: str | None = None) -> str:
        """Upload a file, streamed from disk, and return its URL at the service.

        Raises:
            InputError: the file does not exist or is empty.
        """
        return self.uploads.send(source, filename, content_type)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client(endpoint={self.endpoint!r})"


def _checked(api_key: str | SecretStr) -> SecretStr:
    """Return the key, refusing what a header cannot contain before a library prints it."""
    text = (api_key.get_secret_value() if isinstance(api_key, SecretStr) else api_key).strip()
    if not text:
        raise AuthenticationError("no API key: set LABELBOX_API_KEY")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise AuthenticationError(
            "the API key contains blanks or other characters that no key has: check LABELBOX_API_KEY"
        )
    return SecretStr(text)


def _headers() -> dict[str, str]:
    ours = f"labelferry {_version()}"
    return {"User-Agent": ours, "X-User-Agent": ours, "X-Python-Version": platform.python_version()}


@cache
def _version() -> str:
    try:
        return version("labelferry")
    except PackageNotFoundError:
        return "unknown"


def _throttle(policy: Policy, clock: Callable[[], float], sleep: Callable[[float], None]) -> Callable[[], None]:
    if policy.requests_per_minute is None:
        return lambda: None
    return Limiter(policy.requests_per_minute, clock=clock, sleep=sleep).acquire
