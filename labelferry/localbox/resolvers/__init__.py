"""GraphQL fields turned into calls of the state, one module per resource. Resolvers never see HTTP."""

from labelferry.localbox.resolvers import (
    batches,
    data_rows,
    datasets,
    exports,
    exports_v1,
    global_keys,
    imports,
    integrations,
    issues,
    labels,
    ontologies,
    organization,
    performance,
    project_settings,
    projects,
    row_details,
    slices,
    uploads,
    webhooks,
    workflow,
)
from labelferry.localbox.resolvers.registry import FIELDS, Resolver

RESOURCES = (
    batches,
    data_rows,
    datasets,
    exports,
    exports_v1,
    global_keys,
    imports,
    integrations,
    issues,
    labels,
    ontologies,
    organization,
    performance,
    project_settings,
    projects,
    row_details,
    slices,
    uploads,
    webhooks,
    workflow,
)

__all__ = ["FIELDS", "RESOURCES", "Resolver"]
