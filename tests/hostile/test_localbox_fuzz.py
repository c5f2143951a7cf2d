"""Arbitrary lines, bodies and payloads: a verdict every time, never an internal error.

``LOCALBOX_FUZZ_EXAMPLES=10000 pytest tests/hostile/test_localbox_fuzz.py`` is the long run.
"""

import contextlib
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelferry.localbox.context import Upload
from labelferry.localbox.execution import Operation, answer
from labelferry.localbox.founding import found
from labelferry.localbox.rendering.label import annotations
from labelferry.localbox.schema import load
from labelferry.localbox.state.database import Database
from labelferry.localbox.validation import features
from labelferry.localbox.validation.lines import BadLineError, faults, parse, row_of
from labelferry.localbox.validation.masks import BadImageError, Media

WORDS = ["name", "answer", "frames", "start", "end", "segments", "keyframes", "frame", "bbox", "point", "line", "masks"]
WORDS += ["instances", "index", "imBytes", "instanceURI", "colorRGB", "classifications", "value", "schemaId", "dataRow"]
WORDS += [
    "id",
    "globalKey",
    "uuid",
    "top",
    "left",
    "width",
    "height",
    "x",
    "y",
    "featureSchemaId",
    "query",
    "variables",
]
NAMES = ["box", "radio", "text", "mask", "a", "b", "row", ""]
ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NAMES) | st.text(max_size=8)
JSON: Any = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)
OBJECTS = st.dictionaries(st.sampled_from(WORDS), JSON, max_size=8)
TREE = {
    "tools": [
        {"tool": "rectangle", "name": "box", "featureSchemaId": "a"},
        {"tool": "raster-segmentation", "name": "mask", "featureSchemaId": "b"},
    ],
    "classifications": [
        {
            "type": "radio",
            "name": "radio",
            "scope": "index",
            "featureSchemaId": "c",
            "options": [{"value": "a", "featureSchemaId": "d"}, {"value": "b", "featureSchemaId": "e"}],
        },
        {"type": "text", "name": "text", "featureSchemaId": "f"},
    ],
}
ONTOLOGY = features.read(TREE)
EXAMPLES = int(os.environ.get("LOCALBOX_FUZZ_EXAMPLES", "40"))
BROAD = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def refuse(url: str) -> bytes:
    raise BadImageError(url)


@given(OBJECTS)
@BROAD
def test_every_line_gets_a_verdict(line: dict[str, Any]) -> None:
    problems = list(faults(line, ONTOLOGY, Media(100, 8, 8), refuse))
    assert all(isinstance(each, str) and each for each in problems)
    if not problems and "masks" not in line:
        annotations([line | {"id": "c"}], ONTOLOGY, interpolated=False, url=str)


@given(st.binary(max_size=60) | JSON.map(lambda value: orjson.dumps(str(value))))
@BROAD
def test_every_text_is_a_line_or_is_not(text: bytes) -> None:
    with contextlib.suppress(BadLineError):
        assert row_of(parse(text))[0] in {"id", "globalKey"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("fuzz"))
    found(made)
    return made


def field_names() -> list[str]:
    schema = load()
    return sorted({*schema.query_type.fields, *schema.mutation_type.fields, "fly"})  # type: ignore[union-attr]


def documents() -> Any:
    value = st.sampled_from(
        ['{id: "x"}', "{}", '"x"', "7", "null", "[]", "{AND: [{name: 7}]}", '{projectId: "x", name: "y"}']
    )
    argument = st.tuples(st.sampled_from(["where", "data", "first", "input", "id"]), value).map(": ".join)
    call = st.tuples(st.sampled_from(field_names()), argument, st.sampled_from(["{id}", "", "{nodes {id}}", "{name}"]))
    return st.tuples(st.sampled_from(["query", "mutation"]), call).map(
        lambda parts: f"{parts[0]} Q {{{parts[1][0]}({parts[1][1]}) {parts[1][2]}}}"
    )


@given(st.text(max_size=40) | documents(), OBJECTS)
@BROAD
def test_every_document_gets_an_answer(database: Database, query: str, variables: dict[str, Any]) -> None:
    said = answer(database, Operation(query, variables), "http://here")
    assert said.status in {200, 400, 501}, said
    assert all(said.codes)


UPLOAD = "mutation($file: Upload!){uploadFile(file: $file, contentLength: 0){url}}"
UPSERT = "mutation($uri: String!){upsertDataRows(data: {manifestUri: $uri}){id status}}"
FAILED = "query($id: ID!){failedDataRowImports(data: {taskId: $id}){total results{message spec{externalId rowData "
FAILED += "metadata{value} attachments{value}}}}}"


def asked(database: Database, query: str, **variables: Any) -> Any:
    said = answer(database, Operation(query, variables), "http://127.0.0.1:1")
    assert said.status == 200, said
    assert "errors" not in said.body, said
    return said.body["data"]


def uploaded(database: Database, value: Any) -> str:
    stream = io.BytesIO(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    url = asked(database, UPLOAD, file=Upload(stream, "x.json", None))["uploadFile"]["url"]
    return str(url)


NODE_WORDS = ["tools", "classifications", "options", "tool", "type", "name", "value", "label", "scope"]
NODE_WORDS += ["featureSchemaId", "schemaNodeId", "instructions", "color"]
TREES: Any = st.recursive(
    ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NODE_WORDS), inner, max_size=6),
    max_leaves=20,
)
ONTOLOGY_MADE = 'mutation($tree: String!){upsertOntology(data: {name: "x", normalized: $tree}){id normalized}}'
FEATURE_MADE = "mutation($tree: String!){upsertRootSchemaNode(data: {normalized: $tree}){id name}}"
DEEP = '{"classifications":[' * 150 + "]}" * 150


@given(st.dictionaries(st.sampled_from(NODE_WORDS), TREES, max_size=6))
@BROAD
def test_every_ontology_is_made_or_refused(database: Database, tree: dict[str, Any]) -> None:
    for text in (json.dumps(tree), DEEP):
        for document in (ONTOLOGY_MADE, FEATURE_MADE):
            said = answer(database, Operation(document, {"tree": text}), "http://here")
            assert said.status == 200, said
            assert set(said.codes) <= {"MALFORMED_REQUEST"}


PAYLOAD = st.dictionaries(
    st.sampled_from(
        [
            "row_data",
            "global_key",
            "external_id",
            "metadata_fields",
            "metadata",
            "attachments",
            "media_type",
            "dataset_id",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(st.characters(codec="utf-8"), max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "value", "name"]), inner),
        max_leaves=5,
    ),
)


@given(st.lists(st.fixed_dictionaries({"payload": PAYLOAD}) | PAYLOAD, max_size=4))
@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_item_of_an_upload_is_made_or_refused(database: Database, items: list[Any]) -> None:
    dataset = asked(database, 'mutation {createDataset(data: {name: "x"}) {id}}')["createDataset"]["id"]
    for item in items:
        if "payload" in item:
            item["payload"].setdefault("dataset_id", dataset)
    chunk = uploaded(database, items)
    task = asked(database, UPSERT, uri=uploaded(database, {"chunk_uris": [chunk]}))["upsertDataRows"]
    assert task["status"] == "COMPLETE"
    failed = asked(database, FAILED, id=task["id"])["failedDataRowImports"]["total"]
    done = asked(database, "query($id: ID!){successesfulDataRowImports(data: {taskId: $id}){total}}", id=task["id"])
    assert failed + done["successesfulDataRowImports"]["total"] == len(items)


OUTSIDE = [
    "../../../escaped",
    "/escaped",
    "..",
    ".",
    "",
    "a/../../escaped",
    "..\\..\\escaped",
    "c:\\escaped",
    "esc\0aped",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_the_folder_holds_nothing_but_our_names(name: str, tmp_path: Path) -> None:
    """Wherever a file's name points to, its bytes are under a name of ours, and nothing else is there or next to it."""
    folder = tmp_path / "deep" / "in" / "data"
    database = Database(folder)
    found(database)
    before = listed(tmp_path)
    url = asked(database, UPLOAD, file=Upload(io.BytesIO(b"canary"), name, "text/html"))["uploadFile"]["url"]
    (path,) = [path for path in listed(tmp_path) - before if path.parent != folder]  # where the database is
    assert path.parent == database.files.folder
    assert re.fullmatch(r"c[0-9a-z]{24}", path.name)
    assert path.name in url
    assert path.read_bytes() == b"canary"
    assert {each.name for each in folder.iterdir()} <= {"files", "localbox.db", "localbox.db-wal", "localbox.db-shm"}
    assert not Path("/escaped").exists()


def listed(folder: Path) -> set[Path]:
    """Every file below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}
