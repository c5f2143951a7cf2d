"""IAM integrations, whose settings are each provider's own."""

from collections.abc import Callable
from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import integrations
from labelferry.localbox.state.integrations import AWS, AZURE, GCP, Integration

Where = dict[str, Any]
SETTINGS = {AWS: "AwsIamIntegrationSettings", GCP: "GcpIamIntegrationSettings", AZURE: "AzureIamIntegrationSettings"}


@query("iamIntegrations")
def every(_: None, context: Context) -> list[Integration]:
    """Return the integrations."""
    return integrations.every(context.session)


def _creating(provider: str) -> Callable[..., Integration]:
    return lambda _, context, data: integrations.create(context.session, provider, data)


def _updating(provider: str) -> Callable[..., Integration]:
    return lambda _, context, where, data: integrations.update(context.session, where.get("id"), provider, data)


for known in SETTINGS:
    mutation(f"create{known.capitalize()}IamIntegration")(_creating(known))
    mutation(f"update{known.capitalize()}IamIntegration")(_updating(known))


@mutation("deleteIamIntegration")
def delete(_: None, context: Context, where: Where) -> bool:
    """Remove an integration."""
    return integrations.delete(context.session, where.get("id"))


@mutation("setDefaultIamIntegration")
def make_default(_: None, context: Context, where: Where) -> Integration:
    """Let an integration sign new datasets."""
    return integrations.make_default(context.session, where.get("id"))


@mutation("validateIamIntegration")
def validate(_: None, context: Context, where: Where) -> dict[str, Any]:
    """Test an integration."""
    return tested(good=integrations.validate(context.session, where.get("id")))


def tested(*, good: bool) -> dict[str, Any]:
    """Return the result of a test, which has one check."""
    message = "The storage can be read." if good else "The storage cannot be read."
    return {"valid": good, "checks": [{"name": "integration", "success": good, "message": message}]}


@field("IAMIntegration", "settings")
def own_settings(source: Integration, _: Context) -> dict[str, Any]:
    """Return the provider's own part, named so that the union can be resolved."""
    return {"__typename": SETTINGS[source.provider]} | integrations.own_settings(source)
