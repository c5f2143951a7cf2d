"""The URLs of one service, all derived from the GraphQL endpoint."""

import ipaddress
from dataclasses import dataclass
from typing import Self

import httpx

from labelferry.errors import SpecError

__all__ = ["DEFAULT_ENDPOINT", "Endpoints"]

DEFAULT_ENDPOINT = "https://api.labelbox.com/graphql"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The URLs of GraphQL, its experimental twin (batches) and REST."""

    graphql: str
    experimental: str
    rest: str

    @classmethod
    def of(cls, endpoint: str) -> Self:
        """Return the URLs that belong to a GraphQL endpoint.

        Raises:
            SpecError: it is not an http(s) URL.
        """
        url = _checked(endpoint)
        places = (url.copy_with(path=url.path.replace("/graphql", path)) for path in ("/_gql", "/api/v1"))
        return cls(endpoint, *map(str, places))

    @property
    def is_loopback(self) -> bool:
        """Whether the service runs on this machine, so that no proxy of the environment is used."""
        host = httpx.URL(self.graphql).host
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def _checked(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL as error:
        raise SpecError(f"endpoint {endpoint!r} is not a URL ({error}); expected {DEFAULT_ENDPOINT}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise SpecError(f"endpoint {endpoint!r} is not an http(s) URL; expected something like {DEFAULT_ENDPOINT}")
    if url.userinfo:
        raise SpecError("the endpoint contains a user name or password; remove it, only the API key is needed")
    return url
