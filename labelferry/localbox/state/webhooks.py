"""Webhooks: their subscriptions, and the events still to be delivered."""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state.database import Session, as_json


@dataclass(frozen=True)
class Webhook:
    """A URL that receives events."""

    id: str
    project_id: str | None
    topics_json: str
    url: str
    secret: str
    status: str
    created_at: str
    updated_at: str

    @property
    def topics(self) -> list[str]:
        """The events that the webhook receives."""
        topics: list[str] = orjson.loads(self.topics_json)
        return topics


@dataclass(frozen=True)
class Delivery:
    """One event for one webhook."""

    seq: int
    webhook_id: str
    topic: str
    body: str
    url: str
    secret: str


SELECT = "SELECT *, topics AS topics_json FROM webhooks"


def create(session: Session, data: dict[str, Any]) -> Webhook:
    """Create an active webhook."""
    if not data["url"].startswith(("http:/", "https:/")):  # the official SDK's tests register "https:/name"
        raise MalformedError("A webhook's url must start with http:/ or https:/")
    webhook_id, made = new_id(), now()
    session.insert(
        "webhooks",
        id=webhook_id,
        project_id=(data.get("project") or {}).get("id"),
        topics=as_json(data["topics"]["set"]),
        url=data["url"],
        secret=data["secret"],
        status="ACTIVE",
        created_at=made,
        updated_at=made,
    )
    return get(session, webhook_id)


def get(session: Session, webhook_id: str | None) -> Webhook:
    """Return the webhook with that id."""
    webhook = session.one(Webhook, f"{SELECT} WHERE id = ?", (webhook_id,))
    if webhook is None:
        raise NotFoundError.of("Webhook", webhook_id)
    return webhook


def of_project(session: Session, project_id: str) -> list[Webhook]:
    """Return a project's webhooks."""
    return session.all(Webhook, f"{SELECT} WHERE project_id = ? ORDER BY seq", (project_id,))


def every(session: Session) -> list[Webhook]:
    """Return all webhooks, project-wide and organisation-wide."""
    return session.all(Webhook, f"{SELECT} ORDER BY seq")


def update(session: Session, webhook_id: str | None, data: dict[str, Any]) -> Webhook:
    """Change topics, URL or status."""
    webhook = get(session, webhook_id)
    changes = {name: data[name] for name in ("url", "status") if data.get(name)}
    if data.get("topics"):
        changes["topics"] = as_json(data["topics"]["set"])
    session.update("webhooks", webhook.id, updated_at=now(), **changes)
    return get(session, webhook.id)


def announce(session: Session, project_id: str, topic: str, body: dict[str, Any]) -> None:
    """Record an event for every active webhook subscribed to it; it is sent after the transaction."""
    wanting = session.all(
        Webhook,
        f"{SELECT} WHERE status = 'ACTIVE' AND (project_id = ? OR project_id IS NULL)",
        (project_id,),
    )
    text = as_json(body | {"updatedAt": now(), "project": {"id": project_id}})
    for webhook in wanting:
        if topic in webhook.topics:
            session.insert("deliveries", webhook_id=webhook.id, topic=topic, body=text, created_at=now())


def take(session: Session, limit: int = 100) -> list[Delivery]:
    """Claim events that have not been tried, so that no other process sends them."""
    rows = session.all(
        Delivery,
        "SELECT d.seq, d.webhook_id, d.topic, d.body, w.url, w.secret FROM deliveries d "
        "JOIN webhooks w ON w.id = d.webhook_id WHERE d.attempts = 0 ORDER BY d.seq LIMIT ?",
        (limit,),
    )
    session.run_many("UPDATE deliveries SET attempts = attempts + 1 WHERE seq = ?", [(row.seq,) for row in rows])
    return rows


def answered(session: Session, seq: int, answer: str) -> None:
    """Record what a webhook's URL answered."""
    session.run("UPDATE deliveries SET answer = ? WHERE seq = ?", (answer, seq))


def untold(session: Session) -> bool:
    """Return whether anything is waiting to be sent."""
    return session.value("SELECT 1 FROM deliveries WHERE attempts = 0 LIMIT 1") is not None
