"""Slices of the catalog: saved, found, read row by row, exported."""

from typing import Any

import orjson

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.exports import started
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import filters, slices
from labelferry.localbox.state.slices import Slice


@query("catalogSavedQueries")
def all_slices(_: None, context: Context) -> list[Slice]:
    """Return all slices."""
    return slices.every(context.session)


@query("getSavedQuery")
def one_slice(_: None, context: Context, id: str) -> Slice:  # noqa: A002 - the schema's word
    """Return one slice."""
    return slices.get(context.session, id)


@mutation("createCatalogSavedQuery")
def create_slice(_: None, context: Context, args: dict[str, Any]) -> Slice:
    """Save a search."""
    return slices.create(context.session, args)


@mutation("deleteSavedQuery")
def delete_slice(_: None, context: Context, args: dict[str, Any]) -> dict[str, bool]:
    """Remove a slice."""
    slices.delete(context.session, args["id"])
    return {"success": True}


@query("getDataRowIdentifiersBySavedQuery")
def slice_rows(_: None, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Return a page of a slice's rows; its cursor is the number of rows before the next one."""
    found = slices.rows(context.session, slices.get(context.session, input["savedQueryId"]))
    start = filters.offset(input.get("after"))
    shown = filters.page(found, start, max(1, min(input["first"], 5000)))
    more = start + len(shown) < len(found)
    page = {"hasNextPage": more, "endCursor": str(start + len(shown)) if more else None}
    return {"totalCount": len(found), "nodes": shown, "pageInfo": page}


@mutation("exportDataRowsInSlice")
def export_slice(_: None, context: Context, input: dict[str, Any]) -> dict[str, Any]:  # noqa: A002
    """Start an export of a slice's rows."""
    asked = input["filters"]
    found = slices.get(context.session, str(asked.get("sliceId") if isinstance(asked, dict) else asked))
    return started(context, input | {"filters": found.filters})


@field("CatalogSlice", "filter")
def slice_filter(source: Slice, _: Context) -> Any:
    """Return the filters of a slice."""
    return orjson.loads(source.query)


@field("CatalogSlice", "sorting")
def slice_sorting(source: Slice, _: Context) -> Any:
    """Return how the application sorts a slice's rows."""
    return orjson.loads(source.sorting)


@field("CatalogSlice", "catalogCount")
def slice_count(source: Slice, context: Context) -> dict[str, int]:
    """Return the number of rows."""
    return {"count": len(slices.rows(context.session, source))}
