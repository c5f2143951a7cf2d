"""The one organisation and its one user."""

from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session

ROLES = ("Labeler", "Reviewer", "Team Manager", "Admin", "None")
ACCOUNT = "account"
"""The setting with what the control plane says of the user."""


@dataclass(frozen=True)
class Role:
    """What a user may do."""

    id: str
    name: str


@dataclass(frozen=True)
class Organization:
    """The owner of everything."""

    id: str
    name: str
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class User:
    """The holder of the key."""

    id: str
    role_id: str
    created_at: str
    updated_at: str
    last_login_at: str
    email: str = "user@localbox.invalid"
    name: str = "Localbox User"
    nickname: str = "localbox"
    intercom_hash: str | None = None
    picture: str | None = None
    is_viewer: bool = False
    is_external_user: bool = False
    timezone: str = "UTC"

    role: str = "Admin"

    @property
    def org_role(self) -> Role:
        """The user's role in the organisation."""
        return Role(id=self.role_id, name=self.role)


def found(session: Session) -> None:
    """Found the organisation, once in the lifetime of a data folder."""
    if settings.read(session, "organization") is None:
        made = now()
        settings.write(session, "organization", {"id": new_id(), "user": new_id(), "role": new_id(), "made": made})


def organization(session: Session) -> Organization:
    """Return the organisation."""
    kept = settings.read(session, "organization")
    return Organization(id=kept["id"], name="localbox", created_at=kept["made"], updated_at=kept["made"])


def user(session: Session, user_id: str | None = None) -> User:
    """Return the user; any other id is an error."""
    kept = settings.read(session, "organization")
    if user_id not in (None, kept["user"]):
        raise NotFoundError.of("User", user_id)
    made, turned = kept["made"], settings.read(session, ACCOUNT, {})
    return User(
        id=kept["user"],
        role_id=kept["role"],
        created_at=made,
        updated_at=made,
        last_login_at=made,
        is_viewer=bool(turned.get("viewer")),
        role=turned.get("role", "Admin"),
    )


def turn_account(session: Session, plan: dict[str, Any]) -> dict[str, Any]:
    """Change the user's role, whether they are a viewer, and their keys (on the control plane's behalf)."""
    if unknown := plan.keys() - {"role", "viewer", "keys"}:
        raise MalformedError(f"No such property of an account: {', '.join(sorted(unknown))}")
    settings.write(session, ACCOUNT, plan)
    return plan


def api_keys(session: Session) -> list[dict[str, Any]]:
    """Return what the control plane says of the user's keys; their number and form do not matter to the server."""
    return [
        {"id": str(number), "name": "key", "revoked": False, "expiresAtEpoch": None, "allowedIpCidrs": []} | each
        for number, each in enumerate(settings.read(session, ACCOUNT, {}).get("keys", []))
    ]


def roles(session: Session) -> list[Role]:
    """Return the available roles; the user is an admin."""
    mine = user(session).org_role
    return [mine if name == mine.name else Role(f"{mine.id[:-1]}{number}", name) for number, name in enumerate(ROLES)]
