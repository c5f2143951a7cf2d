"""The owner of the key."""

from labelferry.labelbox.call import query
from labelferry.labelbox.records import Organization, User
from labelferry.labelbox.resource import Resource, present

__all__ = ["OrganizationResource", "UserResource"]

GET_ORGANIZATION = "query GetOrganizationPyApi { organization { name id } }"
GET_USER = "query GetUserPyApi { user { email id } }"


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
