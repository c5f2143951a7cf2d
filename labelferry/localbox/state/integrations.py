"""IAM integrations: access to a cloud's storage, of which the organisation has one as its default.

No cloud is behind them: each works unless the control plane says otherwise. The newest is the first of the list, as
tests/integration/test_delegated_access.py in the source distribution of the official SDK 7.17.0 takes it to be.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session, as_json

PROVIDERS = AWS, GCP, AZURE = "AWS", "GCP", "Azure"
BROKEN = "broken-integrations"
"""The setting with the integrations whose next test fails."""
OF_THE_CONTROL_PLANE = {"roleArn": "arn:aws:iam::000000000000:role/localbox"}


@dataclass(frozen=True)
class Integration:
    """Access to a cloud's storage."""

    id: str
    name: str
    provider: str
    valid: int
    is_org_default: int
    settings: str
    created_at: str
    updated_at: str

    @property
    def last_valid_at(self) -> str | None:
        """The time of the last successful validation."""
        return self.updated_at if self.valid else None


def declare(session: Session, plan: dict[str, Any]) -> str:
    """Add an integration in any state, on the control plane's behalf; return its id."""
    provider, own = plan.get("provider", AWS), plan.get("settings", OF_THE_CONTROL_PLANE)
    if provider not in PROVIDERS:
        raise MalformedError(f"No such provider: {provider}; the providers are {', '.join(PROVIDERS)}")
    valid, default = bool(plan.get("valid", True)), bool(plan.get("isOrgDefault", False))
    integration_id = _add(session, plan.get("name", "integration"), provider, own, valid=valid, default=default)
    if not plan.get("works", True):
        settings.write(session, BROKEN, [*settings.read(session, BROKEN, []), integration_id])
    return integration_id


def create(session: Session, provider: str, data: dict[str, Any]) -> Integration:
    """Add an integration, which works."""
    name, own = _read(data)
    return get(session, _add(session, name, provider, own, valid=True, default=False))


def update(session: Session, integration_id: str | None, provider: str, data: dict[str, Any]) -> Integration:
    """Give an integration of that provider another name and other settings."""
    kept = get(session, integration_id)
    if kept.provider != provider:
        raise MalformedError(f"Integration {kept.id} is one of {kept.provider}, not of {provider}")
    name, own = _read(data)
    session.update("integrations", kept.id, name=name, settings=as_json(own), updated_at=now())
    return get(session, kept.id)


def delete(session: Session, integration_id: str | None) -> bool:
    """Remove an integration; its datasets have no signer afterwards."""
    return bool(session.delete("integrations", get(session, integration_id).id))


def make_default(session: Session, integration_id: str | None) -> Integration:
    """Let an integration, and no other, sign new datasets."""
    kept = get(session, integration_id)
    session.run("UPDATE integrations SET is_org_default = (id = ?)", (kept.id,))
    return get(session, kept.id)


def validate(session: Session, integration_id: str | None) -> bool:
    """Test an integration, and record the result."""
    kept = get(session, integration_id)
    good = works(session, kept)
    session.update("integrations", kept.id, valid=good, updated_at=now())
    return good


def works(session: Session, kept: Integration) -> bool:
    """Return whether a test of the integration succeeds now; its record has the result of the last one."""
    return bool(kept.valid) and kept.id not in settings.read(session, BROKEN, [])


def every(session: Session) -> list[Integration]:
    """Return every integration, newest first."""
    return session.all(Integration, "SELECT * FROM integrations ORDER BY seq DESC")


def get(session: Session, integration_id: str | None) -> Integration:
    """Return one integration."""
    kept = session.one(Integration, "SELECT * FROM integrations WHERE id = ?", (integration_id,))
    if kept is None:
        raise NotFoundError.of("IAMIntegration", integration_id)
    return kept


def own_settings(kept: Integration) -> dict[str, Any]:
    """Return the provider's own part of an integration."""
    value: dict[str, Any] = orjson.loads(kept.settings)
    return value


def _read(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    own = dict(data)
    if not (name := own.pop("name").strip()):
        raise MalformedError("An integration needs a name")
    return name, own


def _add(session: Session, name: str, provider: str, own: dict[str, Any], *, valid: bool, default: bool) -> str:
    integration_id, made = new_id(), now()
    session.insert(
        "integrations",
        id=integration_id,
        name=name,
        provider=provider,
        valid=valid,
        is_org_default=default,
        settings=as_json(own),
        created_at=made,
        updated_at=made,
    )
    return integration_id
