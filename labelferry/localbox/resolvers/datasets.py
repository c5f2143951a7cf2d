"""Datasets."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.integrations import tested
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import data_rows, datasets, filters, integrations, projects
from labelferry.localbox.state.datasets import Dataset
from labelferry.localbox.state.integrations import Integration


@query("dataset")
def dataset(_: None, context: Context, where: dict[str, Any] | None = None) -> Dataset:
    """Return one dataset."""
    return datasets.get(context.session, (where or {}).get("id"))


@query("datasets")
def all_datasets(
    _: None, context: Context, where: dict[str, Any] | None = None, skip: int | None = None, first: int | None = None
) -> list[Dataset]:
    """Return the datasets that match a filter."""
    return datasets.find(context.session, where, skip, first)


@query("datasetDataRows")
def dataset_data_rows(
    _: None,
    context: Context,
    id: str,  # noqa: A002 - the schema's word
    first: int = 100,
    where: dict[str, Any] | None = None,
    **cursor: str | None,
) -> dict[str, Any]:
    """Return a page of a dataset's rows; the next page's cursor is called ``startCursor``."""
    owner = datasets.get(context.session, id)
    size = max(1, min(first, 5000))
    rows, after = data_rows.of_dataset(context.session, owner.id, where=where, before=cursor.get("from"), first=size)
    return {"nodes": rows, "pageInfo": {"hasNextPage": after is not None, "startCursor": after}}


@mutation("createDataset")
def create_dataset(_: None, context: Context, data: dict[str, Any]) -> Dataset:
    """Create a dataset."""
    return datasets.create(context.session, data["name"], data.get("description"))


@mutation("updateDataset")
def update_dataset(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> Dataset:
    """Rename or delete a dataset."""
    return datasets.update(context.session, where.get("id"), data)


@mutation("setSignerForDataset")
def set_signer(_: None, context: Context, data: dict[str, Any], where: dict[str, Any]) -> Dataset:
    """Let an integration sign a dataset's URLs."""
    signer = integrations.get(context.session, data["signerId"])
    return datasets.sign(context.session, where.get("id"), signer.id)


@mutation("clearSignerForDataset")
def clear_signer(_: None, context: Context, where: dict[str, Any]) -> Dataset:
    """Remove the integration from a dataset."""
    return datasets.sign(context.session, where.get("id"), None)


@mutation("validateDataset")
def validate_dataset(_: None, context: Context, where: dict[str, Any]) -> dict[str, Any]:
    """Return whether a dataset's integration works."""
    owner = datasets.get(context.session, where.get("id"))
    signer = owner.signer_id and integrations.get(context.session, owner.signer_id)
    good = not signer or integrations.works(context.session, signer)
    return tested(good=good)


@field("Dataset", "rowCount")
def row_count(source: Dataset, context: Context) -> int:
    """Return the current number of rows."""
    return datasets.row_count(context.session, source.id)


@field("Dataset", "signer")
def signer(source: Dataset, context: Context) -> Integration | None:
    """Return the integration that signs the dataset's URLs."""
    return integrations.get(context.session, source.signer_id) if source.signer_id else None


@field("Project", "datasets")
def project_datasets(source: projects.Project, context: Context, skip: int = 0, first: int = 100) -> list[Dataset]:
    """Return the datasets that have rows in a project."""
    found = datasets.find(context.session, None, None, None)
    mine = [each for each in found if source.id in projects.with_dataset(context.session, each.id)]
    return filters.page(mine, skip, first)


@field("Dataset", "dataRows")
def dataset_rows(source: Dataset, context: Context, skip: int = 0, first: int = 100) -> list[data_rows.DataRow]:
    """Return a page of a dataset's rows, newest first."""
    size = max(skip, 0) + max(first, 0)
    rows, _ = data_rows.of_dataset(context.session, source.id, where=None, before=None, first=size)
    return filters.page(rows, skip, first)


@field("Dataset", "projects")
def dataset_projects(
    source: Dataset, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[projects.Project]:
    """Return the projects that have rows of the dataset."""
    inside = projects.with_dataset(context.session, source.id)
    found = projects.find(context.session, where, None, None)
    return filters.page([each for each in found if each.id in inside], skip, first)
