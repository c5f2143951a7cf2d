"""Rows -> chunk files -> manifest -> task -> the outcome of each row."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson

from labelferry.errors import InputError, JobFailedError
from labelferry.labelbox.call import JsonDict, mutation, query
from labelferry.labelbox.pages import Nodes, at_cursor, by_cursor
from labelferry.labelbox.records import CreateResult, Failure, Task
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.tasks import TASK_FIELDS, TaskResource, reason, task_of
from labelferry.labelbox.transport import Wire
from labelferry.labelbox.uploads import UploadResource
from labelferry.listing import counted

__all__ = ["RowUploads"]

UPSERT = f"""mutation UpsertDataRowsPyApi($manifestUri: String!) {{
  upsertDataRows(data: {{manifestUri: $manifestUri}}) {{ {TASK_FIELDS} }} }}"""
FAILED_ROWS = """query FailedDataRowImportsPyApi($taskId: ID!, $first: Int, $from: String) {
  failedDataRowImports(data: {taskId: $taskId, first: $first, from: $from}) {
    after total results { message spec { externalId globalKey rowData } } } }"""
CREATED_ROWS = """query SuccessesfulDataRowImportsPyApi($taskId: ID!, $first: Int, $from: String) {
  successesfulDataRowImports(data: {taskId: $taskId, first: $first, from: $from}) {
    nodes { id externalId globalKey rowData } after total } }"""

CHUNK_BYTES = 10_000_000
ROWS_PER_TASK = 150_000
PAGE = 5_000
_WHOLE = re.compile(r"Duplicate global keys?[^:]*:\s*(.+)", re.DOTALL)
_DUPLICATE = re.compile(r"Duplicate global key: '(.*)'")
_CLOSING = ' ."]}\n'


class RowUploads(Resource):
    """Uploads of rows by manifest, and their outcomes."""

    def __init__(self, wire: Wire, uploads: UploadResource, tasks: TaskResource) -> None:
        super().__init__(wire)
        self._uploads = uploads
        self._tasks = tasks

    def create(self, dataset_id: str, rows: Sequence[Mapping[str, Any]]) -> CreateResult:
        """Create rows; see DataRowResource.create."""
        keys = _keys(rows, required=("global_key", "row_data"))
        new = {"type": "AUTO", "value": ""}
        return self._carry(keys, [{"id": new, "payload": _payload(dataset_id, row)} for row in rows])

    def update(self, dataset_id: str, rows: Sequence[Mapping[str, Any]]) -> CreateResult:
        """Change rows; see DataRowResource.update."""
        keys = _keys(rows, required=("global_key",))
        items = []
        for key, row in zip(keys, rows, strict=True):
            changes = {name: value for name, value in row.items() if name != "global_key"}
            items.append({"id": {"type": "GKEY", "value": key}, "payload": _payload(dataset_id, changes)})
        return self._carry(keys, items)

    def _carry(self, keys: Sequence[str], items: Sequence[JsonDict]) -> CreateResult:
        whole = CreateResult()
        for start in range(0, len(items), ROWS_PER_TASK):
            end = start + ROWS_PER_TASK
            whole = _joined(whole, self._carry_task(keys[start:end], items[start:end]))
        return whole

    def _carry_task(self, keys: Sequence[str], items: Sequence[JsonDict]) -> CreateResult:
        uris = [self._uploads.send(chunk, "json_import.json", "application/json") for chunk in chunks(items)]
        manifest = orjson.dumps({"source": "SDK", "item_count": len(items), "chunk_uris": uris})
        uri = self._uploads.send(manifest, "manifest.json", "application/json")
        node = present(self._wire.send(mutation(UPSERT, manifestUri=uri)).get("upsertDataRows"), "the upload's task")
        return self._outcome(keys, self._tasks.wait(task_of(node)))

    def _outcome(self, keys: Sequence[str], task: Task) -> CreateResult:
        failures = tuple(self._failures(task.id))
        if task.status == "COMPLETE":
            return CreateResult(dict(self._created(task.id)), failures)
        said = reason(task)
        duplicates = _named_in(said, keys)
        if not duplicates:
            rows = counted(len(keys), "row")
            raise JobFailedError(f"the upload of {rows} ended {task.status}: {said}{_first(failures)}")
        return CreateResult({}, tuple(Failure(key, said) for key in duplicates), refused=said)

    def _failures(self, task_id: str) -> Iterator[Failure]:
        for node in by_cursor(partial(self._page, FAILED_ROWS, "failedDataRowImports", "results", task_id)):
            message = node.get("message") or "no reason given"
            named = _DUPLICATE.search(message)
            key = (node.get("spec") or {}).get("globalKey")
            yield Failure(key or (named[1] if named else None), message)

    def _created(self, task_id: str) -> Iterator[tuple[str, str]]:
        for node in by_cursor(partial(self._page, CREATED_ROWS, "successesfulDataRowImports", "nodes", task_id)):
            yield node["globalKey"], node["id"]

    def _page(
        self, document: str, field: str, nodes: str, task_id: str, cursor: str | None
    ) -> tuple[Nodes, str | None]:
        call = query(document, taskId=task_id, **at_cursor(cursor, PAGE))
        page = present(self._wire.send(call).get(field), f"the outcome of task {task_id}")
        return page[nodes], page["after"]


def chunks(items: Iterable[JsonDict], limit: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield JSON arrays of at most ``limit`` bytes; a larger item goes alone."""
    held: list[bytes] = []
    size = 2
    for item in map(orjson.dumps, items):
        if held and size + len(item) + 1 > limit:
            yield b"[" + b",".join(held) + b"]"
            held, size = [], 2
        held.append(item)
        size += len(item) + 1
    if held:
        yield b"[" + b",".join(held) + b"]"


def _payload(dataset_id: str, row: Mapping[str, Any]) -> JsonDict:
    given = {name: value for name, value in row.items() if value is not None}
    return {**given, "dataset_id": dataset_id}


def _keys(rows: Sequence[Mapping[str, Any]], required: tuple[str, ...]) -> list[str]:
    keys: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        key = row.get("global_key")
        if lacking := [name for name in required if not row.get(name)]:
            raise InputError(f"row {number} ({key!r}) lacks {' and '.join(lacking)}; nothing was sent")
        if key in keys:
            raise InputError(f"rows {keys[key]} and {number} share the global key {key!r}; nothing was sent")
        keys[str(key)] = number
    return list(keys)


def _named_in(text: str, keys: Sequence[str]) -> list[str]:
    """Return the keys in an older service's text for a whole upload; keys themselves may contain commas."""
    found = _WHOLE.search(text)
    if not found:
        return []
    listed = f", {found[1]}, , {found[1].rstrip(_CLOSING)}, "  # a trailing full stop may be part of the key
    return [key for key in keys if f", {key}, " in listed or f", '{key}', " in listed]


def _joined(one: CreateResult, other: CreateResult) -> CreateResult:
    created = {**one.created, **other.created}
    return CreateResult(created, one.failures + other.failures, one.refused or other.refused)


def _first(failures: Sequence[Failure]) -> str:
    return f"; first row: {failures[0].global_key!r}: {failures[0].message}" if failures else ""
