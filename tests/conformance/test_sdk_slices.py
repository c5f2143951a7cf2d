"""Slices of the catalog, with the official SDK; their filters are those of an export."""

from typing import Any

import lbox.exceptions as lb_exceptions
import pytest

SAVE = """mutation CreateCatalogSlicePyApi($name: String!, $query: SearchServiceQuery!) {
  createCatalogSavedQuery(args: {name: $name, filter: $query}) {id catalogCount {count}}}"""
REMOVE = "mutation DeleteCatalogSlicePyApi($id: ID!) {deleteSavedQuery(args: {id: $id}) {success}}"
VIDEOS = {"type": "media_attribute_asset_type", "assetType": {"type": "asset_type", "assetTypes": ["video"]}}
IMAGES = {"type": "media_attribute_asset_type", "assetType": {"type": "asset_type", "assetTypes": ["image"]}}


def saved(client: Any, name: str, *query: dict[str, Any]) -> dict[str, Any]:
    return client.execute(SAVE, {"name": name, "query": list(query)}, experimental=True)["createCatalogSavedQuery"]


def test_a_slice_is_found_read_and_exported(client: Any, labelled: Any, keys: list[str], unique: str) -> None:
    named = {"type": "global_key", "operator": "is", "ids": keys[:2]}
    made = saved(client, unique, VIDEOS, named)
    assert made["catalogCount"] == {"count": 2}
    found = client.get_catalog_slice(made["id"])
    assert (found.name, found.filter) == (unique, [VIDEOS, named])
    assert client.get_catalog_slice(slice_name=unique).uid == found.uid
    assert {row.global_key.key for row in found.get_data_row_identifiers()} == set(keys[:2])
    task = found.export(params={"project_ids": [labelled.uid], "label_details": True})
    task.wait_till_done()
    rows = [each.json for each in task.get_buffered_stream()]
    assert {row["data_row"]["global_key"] for row in rows} == set(keys[:2])
    assert all(len(row["projects"][labelled.uid]["labels"]) == 1 for row in rows)


def test_a_slice_of_images_is_empty_and_can_go(client: Any, dataset: Any, unique: str) -> None:
    made = saved(client, unique, IMAGES)
    assert made["catalogCount"] == {"count": 0}
    client.execute(REMOVE, {"id": made["id"]}, experimental=True)
    assert unique not in {each.name for each in client.get_catalog_slices()}


def test_a_filter_that_is_not_known_is_refused(client: Any, unique: str) -> None:
    with pytest.raises(lb_exceptions.MalformedQueryException):
        saved(client, unique, {"type": "similarity"})
    assert unique not in {each.name for each in client.get_catalog_slices()}
