"""The one organisation and its one user."""

from dataclasses import dataclass

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session

ROLES = ("Labeler", "Reviewer", "Team Manager", "Admin", "None")


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

    @property
    def org_role(self) -> Role:
        """The user's role in the organisation."""
        return Role(id=self.role_id, name="Admin")


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
    made = kept["made"]
    return User(id=kept["user"], role_id=kept["role"], created_at=made, updated_at=made, last_login_at=made)


def roles(session: Session) -> list[Role]:
    """Return the available roles; the user is an admin."""
    mine = user(session).org_role
    return [mine if name == mine.name else Role(f"{mine.id[:-1]}{number}", name) for number, name in enumerate(ROLES)]
