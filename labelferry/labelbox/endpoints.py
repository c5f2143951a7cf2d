"""The addresses of one service, all derived from the GraphQL endpoint."""

import ipaddress
from dataclasses import dataclass
from typing import Self

import httpx

from labelferry.errors import SpecError

__all__ = ["DEFAULT_ENDPOINT", "Endpoints"]

DEFAULT_ENDPOINT = "https://api.labelbox.com/graphql"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where GraphQL, its experimental twin (batches) and REST live."""

    graphql: str
    experimental: str
    rest: str

    @classmethod
    def of(cls, endpoint: str) -> Self:
        """Return the addresses that belong to a GraphQL endpoint.

        Raises:
            SpecError: it is not an http(s) address.
        """
        url = _checked(endpoint)
        places = (url.copy_with(path=url.path.replace("/graphql", path)) for path in ("/_gql", "/api/v1"))
        return cls(endpoint, *map(str, places))

    @property
    def is_loopback(self) -> bool:
        """Return whether the service runs on this machine, where no proxy of the environment belongs between."""
        host = httpx.URL(self.graphql).host
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def _checked(endpoint: str) -> httpx.URL:
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL as error:
        raise SpecError(f"endpoint {endpoint!r} is not an address ({error}); expected {DEFAULT_ENDPOINT}") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise SpecError(f"endpoint {endpoint!r} is not an http(s) address; expected something like {DEFAULT_ENDPOINT}")
    if url.userinfo:
        raise SpecError("the endpoint carries a user name or password; take it out, the API key is all that is needed")
    return url
