"""The identity of a line, whatever a service kept of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelferry.model import RowRef
from labelferry.ndjson import Heading, read_heading

UNKNOWN = RowRef(id="unknown")
NOBODY = Heading("unknown", UNKNOWN, "unknown")
INSTANCES = [{"name": "road"}, {"featureSchemaId": "s"}, {"name": "road"}, 7]

KEPT: dict[str, tuple[Any, Heading]] = {
    "a line": (
        {"uuid": "u", "dataRow": {"globalKey": "clip"}, "name": "car", "segments": []},
        Heading("u", RowRef("clip"), "car"),
    ),
    "a line by ids": (
        {"uuid": "u", "dataRow": {"id": "c1"}, "schemaId": "s", "answer": "x"},
        Heading("u", RowRef(id="c1"), "schema id s"),
    ),
    "masks": (
        {"uuid": "u", "dataRow": {"globalKey": "clip"}, "masks": {"instances": INSTANCES}},
        Heading("u", RowRef("clip"), "road, schema id s, unknown"),
    ),
    "a status": (
        {"uuid": "u", "dataRow": {"id": "c1", "globalKey": "clip"}, "status": "SUCCESS"},
        Heading("u", RowRef("clip"), "unknown"),
    ),
    "nothing": ({}, NOBODY),
    "other types": ({"uuid": 7, "dataRow": [], "name": {}, "masks": {"instances": 1}}, NOBODY),
    "blank texts": ({"uuid": " ", "dataRow": {"globalKey": ""}, "name": " "}, NOBODY),
    "an invalid key": ({"uuid": "u", "dataRow": {"globalKey": "a#b"}, "name": "n"}, Heading("u", UNKNOWN, "n")),
}


@pytest.mark.parametrize("case", KEPT)
def test_who_it_is(case: str) -> None:
    kept, heading = KEPT[case]
    assert read_heading(kept) == heading


KEYS = st.sampled_from(["uuid", "dataRow", "globalKey", "id", "name", "schemaId", "masks", "instances"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, JSON, max_size=5))
def test_nothing_raises(kept: dict[str, Any]) -> None:
    heading = read_heading(kept)
    assert RowRef.from_key(heading.row.key) == heading.row
    assert "" not in (heading.uuid, heading.feature)
