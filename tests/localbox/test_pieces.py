"""Small pieces: references to files, filters, options, metadata."""

import io
from pathlib import Path

import pytest

from labelferry.localbox import BadOptionsError, Options
from labelferry.localbox.errors import MalformedError
from labelferry.localbox.execution import Operation, answer
from labelferry.localbox.fetching import contents, on_this_machine
from labelferry.localbox.founding import found
from labelferry.localbox.ids import new_id
from labelferry.localbox.options import check
from labelferry.localbox.schema import load
from labelferry.localbox.state import data_rows, export_filters, files, filters
from labelferry.localbox.state.database import Database
from labelferry.localbox.state.filestore import FileStore, absolute, reference, referenced, relative
from labelferry.localbox.validation import spans

FILE = "/files/c" + "0" * 24


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(tmp_path_factory.mktemp("pieces"))
    found(made)
    return made


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost:8765", "[::1]:9"])
def test_own_files_are_kept_without_a_host(host: str) -> None:
    assert relative(f"http://{host}{FILE}/clip.mp4") == FILE + "/clip.mp4"
    assert absolute(FILE, "http://there") == "http://there" + FILE


@pytest.mark.parametrize("url", [f"https://example.com{FILE}", "http://127.0.0.1/files/../x", "http://[", "/files/abc"])
def test_other_urls_stay(url: str) -> None:
    assert relative(url) == url
    assert referenced(url) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "x" * 300, "ä.mp4", "\x00"])
def test_names_of_uploads_lead_nowhere(name: str, tmp_path: Path) -> None:
    assert referenced(reference(new_id(), name))
    store = FileStore(tmp_path / "files")
    with pytest.raises(KeyError):
        store.path(name)


def test_swapped_name_and_type(database: Database) -> None:
    with database.writing() as session:
        kept = files.keep(session, io.BytesIO(b"[]"), "application/json", "json_import.json")
        note = files.get(session, referenced(kept) or "")
    assert note is not None
    assert (note.name, note.content_type) == ("json_import.json", "application/json")


def test_filters_become_sql() -> None:
    where = {"AND": [{"name": "x"}, {"deleted": False}, {"createdAt_gte": "2020"}]}
    assert filters.condition(where) == ("(((name = ?) AND (1) AND (created_at >= ?)))", ["x", "2020"])
    assert filters.condition({"name_not": "y"}) == ("(name <> ?)", ["y"])


@pytest.mark.parametrize(
    "field",
    ["users(skip: 1, first: null)", "labelingFrontends(first: null) ", "projects(skip: null, first: null)", "users"],
)
def test_a_null_for_a_page_is_none(database: Database, field: str) -> None:
    assert "errors" not in answer(database, Operation(f"{{{field} {{id}}}}", {}), "http://here").body


@pytest.mark.parametrize("field", ["dataRows", "projects"])
@pytest.mark.parametrize("page", ["skip: null, first: 4", "skip: 1, first: null", "skip: null, first: null"])
def test_a_null_for_a_page_of_a_dataset_is_none(database: Database, field: str, page: str) -> None:
    query = f'mutation {{createDataset(data: {{name: "d"}}) {{{field}({page}) {{id}}}}}}'
    assert answer(database, Operation(query, {}), "http://here").body == {"data": {"createDataset": {field: []}}}


@pytest.mark.parametrize("where", ["{AND: null}", '{AND: [{createdBy: {id: "x"}}, {dataRow: {dataset: {id_in: []}}}]}'])
def test_filters_of_labels_are_read_inside_and(database: Database, where: str) -> None:
    query = f'mutation {{createProject(data: {{name: "p"}}) {{labels(where: {where}) {{id}}}}}}'
    assert answer(database, Operation(query, {}), "http://here").body == {"data": {"createProject": {"labels": []}}}


@pytest.mark.parametrize("size", ['"x"', "-1", "{}"])
def test_sizes_of_pages_are_read_in_the_document_too(database: Database, size: str) -> None:
    said = answer(database, Operation(f"{{ontologies(first: {size}) {{nodes {{id}}}}}}", {}), "http://here")
    assert (said.codes, said.status) == (["GRAPHQL_VALIDATION_FAILED"], 400)


def test_uploads_need_a_file_part(database: Database) -> None:
    said = answer(database, Operation('mutation {uploadFile(file: "x", contentLength: 1) {url}}', {}), "http://here")
    assert (said.codes, said.status) == (["GRAPHQL_VALIDATION_FAILED"], 400)


@pytest.mark.parametrize("search", [7, "x", [1], {"query": 5}, {"query": [{"type": "moon"}]}, {"query": ["moon"]}])
def test_unknown_export_filter(search: object) -> None:
    with pytest.raises(MalformedError):
        export_filters.condition({"searchQuery": search})


@pytest.mark.parametrize(
    "wrong",
    [
        {"searchQuery": 7},
        {"searchQuery": {"query": 5}},
        {"annotationsInput": {"projectId": "p", "featureSchemaIdsMapping": [1]}},
        {"predictionsInput": {"modelRunId": "r"}},
    ],
)
def test_what_cannot_be_sent_starts_no_job(database: Database, wrong: dict[str, object]) -> None:
    """A job that failed as it is settled would fail every later request."""
    query = "mutation X($input: SendToAnnotateFromCatalogInput!) {sendToAnnotateFromCatalog(input: $input) {taskId}}"
    place = {"destinationProjectId": "p", "batchInput": {"batchName": "b", "batchPriority": 5}}
    sent = {**place, "destinationTaskQueue": {"type": "done"}, "searchQuery": {}, **wrong}
    said = answer(database, Operation(query, {"input": sent}), "http://here")
    assert (said.codes, said.status) == (["MALFORMED_REQUEST"], 200)


@pytest.mark.parametrize("key", ["", " ", "k" * 201, " k", "k ", "k\n", "kä"])
def test_bad_global_keys(key: str) -> None:
    assert data_rows.key_fault(key)


def test_only_loopback_with_the_common_key(tmp_path: Path) -> None:
    check(Options(tmp_path))
    check(Options(tmp_path, host="0.0.0.0", key="mine"))  # noqa: S104
    with pytest.raises(BadOptionsError, match="--key"):
        check(Options(tmp_path, host="0.0.0.0"))  # noqa: S104


@pytest.mark.parametrize("url", ["http://example.com/", "https://127.0.0.1/", "file:///etc/passwd", "http://10.0.0.1/"])
def test_nothing_is_fetched_from_elsewhere(url: str, tmp_path: Path) -> None:
    assert not on_this_machine(url)
    with pytest.raises(MalformedError):
        contents(FileStore(tmp_path), url)


def test_spans() -> None:
    assert spans.joined([(5, 6), (1, 2), (3, 4)]) == [(1, 6)]
    assert spans.outside([(1, 9)], [(1, 4), (5, 9)]) == []
    assert spans.overlap([(1, 4)], [(4, 9)]) == (4, 4)


def test_every_field_without_a_member_has_a_resolver() -> None:
    roots = [load().query_type, load().mutation_type, load().type_map["ProjectMutation"]]
    missing = [
        f"{root}.{name}"
        for root in roots
        for name, entry in root.fields.items()  # type: ignore[union-attr]
        if entry.resolve is None and f"{root}.{name}" != "ProjectMutation.id"
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("{", "GRAPHQL_PARSE_FAILED", 400),
        ("{user{nothing}}", "GRAPHQL_VALIDATION_FAILED", 400),
        ("query Q($id: ID!){user(where:{id:$id}){id}}", "BAD_USER_INPUT", 400),
        ("mutation FlyPyApi {fly(high: true){id}}", "OPERATION_NOT_ALLOWED", 501),
        ("mutation Fly {fly(high: true){id}}", "GRAPHQL_VALIDATION_FAILED", 400),
        ('{dataset(where:{id:"x"}){id}}', "RESOURCE_NOT_FOUND", 200),
        ("{" * 3000, "GRAPHQL_PARSE_FAILED", 400),
        ("query A {user{id}} query B {user{id}}", "GRAPHQL_VALIDATION_FAILED", 400),
    ],
)
def test_errors_keep_their_codes(database: Database, query: str, code: str, status: int) -> None:
    said = answer(database, Operation(query, {}), "http://here")
    assert (said.codes, said.status) == ([code], status)


def test_refused_exports_have_the_member_that_the_sdk_reads(database: Database) -> None:
    query = "mutation {exportDataRowsInCatalog(input: {filters: 7, params: {}}) {taskId}}"
    (error,) = answer(database, Operation(query, {}), "http://here").body["errors"]
    assert error["extensions"]["code"] == "MALFORMED_REQUEST"
    assert error["errors"] == error["message"] == "filters and params must be objects"


def test_refused_mutations_leave_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path)
    found(database)
    query = 'mutation {a: createDataset(data:{name:"x"}){id} b: updateWebhook(where:{id:"x"} data:{}){id}}'
    assert answer(database, Operation(query, {}), "http://here").codes == ["RESOURCE_NOT_FOUND"]
    said = answer(database, Operation("{datasets{id}}", {}), "http://here")
    assert said.body == {"data": {"datasets": []}}
