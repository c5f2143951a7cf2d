"""The owner of the key."""

from datetime import UTC, datetime

from labelferry.labelbox.call import JsonDict, query
from labelferry.labelbox.records import ApiKey, Organization, User
from labelferry.labelbox.resource import Resource, present

__all__ = ["OrganizationResource", "UserResource"]

GET_ORGANIZATION = "query GetOrganizationPyApi { organization { name id } }"
GET_USER = "query GetUserPyApi { user { email id } }"
GET_ROLE = "query GetUserPyApi { user { id isViewer orgRole { name } } }"
GET_KEYS = """query GetUsersApiKeysPyApi {
  user { id apiKeys { id name revoked expiresAtEpoch allowedIpCidrs } } }"""

LARGEST_SECONDS = 1e11


class OrganizationResource(Resource):
    """The workspace."""

    def get(self) -> Organization:
        """Return the workspace that the key belongs to; the cheapest proof that key and endpoint are right."""
        node = present(self._wire.send(query(GET_ORGANIZATION)).get("organization"), "the organization")
        return Organization(node["id"], node.get("name"))


class UserResource(Resource):
    """The key's own user."""

    _known: User | None = None

    def get(self) -> User:
        """Return the user that the key belongs to; asked once per client."""
        if self._known is None:
            node = present(self._wire.send(query(GET_USER)).get("user"), "the key's user")
            self._known = User(node["id"], node.get("email"))
        return self._known

    def role(self) -> tuple[str | None, bool]:
        """Return the name of the user's role in the organization, and whether they may only look."""
        node = present(self._wire.send(query(GET_ROLE)).get("user"), "the key's user")
        return (node.get("orgRole") or {}).get("name"), bool(node.get("isViewer"))

    def api_keys(self) -> list[ApiKey]:
        """Return the user's API keys, without the keys themselves.

        Raises:
            RemoteError: of any kind, when the service does not tell.
        """
        node = present(self._wire.send(query(GET_KEYS)).get("user"), "the key's user")
        return [_key(each) for each in node.get("apiKeys") or ()]


def _key(node: JsonDict) -> ApiKey:
    """Return a key; its expiry comes in seconds, or in milliseconds when the number is large."""
    epoch = float(node.get("expiresAtEpoch") or 0)
    epoch = epoch / 1000 if epoch > LARGEST_SECONDS else epoch
    return ApiKey(
        name=str(node.get("name") or node.get("id")),
        revoked=bool(node.get("revoked")),
        expires_at=datetime.fromtimestamp(epoch, UTC) if epoch else None,
        allowed_ips=tuple(map(str, node.get("allowedIpCidrs") or ())),
    )
