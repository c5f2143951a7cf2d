"""Webhooks."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import filters, projects, webhooks
from labelferry.localbox.state.webhooks import Webhook


@mutation("createWebhook")
def create_webhook(_: None, context: Context, data: dict[str, Any]) -> Webhook:
    """Create a webhook for one project or for the organisation."""
    owner = data.get("project")
    if owner is not None:
        projects.get(context.session, owner.get("id"))
    return webhooks.create(context.session, data)


@mutation("updateWebhook")
def update_webhook(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> Webhook:
    """Change a webhook or switch it off."""
    return webhooks.update(context.session, where.get("id"), data)


@query("webhook")
def webhook(_: None, context: Context, where: dict[str, Any] | None = None) -> Webhook:
    """Return one webhook."""
    return webhooks.get(context.session, (where or {}).get("id"))


@field("Webhook", "project")
def webhook_project(source: Webhook, context: Context) -> projects.Project | None:
    """Return the project whose events a webhook receives; null means all."""
    return projects.get(context.session, source.project_id) if source.project_id else None


@field("Organization", "webhooks")
def all_webhooks(_: object, context: Context, skip: int = 0, first: int = 100, **_where: Any) -> list[Webhook]:
    """Return every webhook."""
    return filters.page(webhooks.every(context.session), skip, first)
