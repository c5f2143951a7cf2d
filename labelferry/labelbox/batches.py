"""Batches: how rows get into a project."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelferry.errors import InputError
from labelferry.labelbox.call import Call, JsonDict, mutation, query
from labelferry.labelbox.pages import Nodes, at_cursor, by_cursor
from labelferry.labelbox.records import Batch, Task
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.tasks import TaskResource
from labelferry.labelbox.transport import Wire
from labelferry.listing import counted

__all__ = ["MOST_ROWS", "BatchResource"]

FIELDS = "consensusSettingsJson createdAt name size id updatedAt"
CREATE = f"""mutation createBatchV2PyApi($projectId: ID!, $batchInput: CreateBatchInput!) {{
  project(where: {{id: $projectId}}) {{ createBatchV2(input: $batchInput) {{
    batch {{ {FIELDS} }} failedDataRowIds }} }} }}"""
CREATE_EMPTY = """mutation createEmptyBatchPyApi($projectId: ID!, $input: CreateEmptyBatchInput!) {
  project(where: {id: $projectId}) { createEmptyBatch(input: $input) { id } } }"""
ADD_ROWS = """mutation addDataRowsToBatchAsyncPyApi($projectId: ID!, $input: AddDataRowsToBatchInput!) {
  project(where: {id: $projectId}) { addDataRowsToBatchAsync(input: $input) { taskId } } }"""
GET = f"""query getProjectBatchPyApi($projectId: ID!, $batchId: ID!) {{
  project(where: {{id: $projectId}}) {{ batches(where: {{id: $batchId}}) {{ nodes {{ {FIELDS} }} }} }} }}"""
REMOVE_QUEUED = """mutation RemoveQueuedDataRowsFromBatchPyApi($projectId: ID!, $batchId: ID!) {
  project(where: {id: $projectId}) { removeQueuedDataRowsFromBatch(batchId: $batchId) { id } } }"""
DELETE = """mutation DeleteBatchPyApi($projectId: ID!, $batchId: ID!) {
  project(where: {id: $projectId}) { deleteBatch(batchId: $batchId) { deletedBatchId } } }"""
LIST = f"""query GetProjectBatchesPyApi($from: String, $first: PageSize, $projectId: ID!) {{
  project(where: {{id: $projectId}}) {{ id batches(after: $from, first: $first) {{
    nodes {{ {FIELDS} }} pageInfo {{ endCursor }} }} }} }}"""

SYNC_BELOW = 1_000
MOST_ROWS = 100_000
_PAGE = 100


class BatchResource(Resource):
    """Batches; their names are unique in a project, and a row is in at most one of them."""

    def __init__(self, wire: Wire, tasks: TaskResource) -> None:
        super().__init__(wire)
        self._tasks = tasks

    def create(
        self,
        project_id: str,
        name: str,
        global_keys: Sequence[str],
        priority: int = 5,
        consensus_settings: Mapping[str, Any] | None = None,
    ) -> Batch:
        """Put rows into a project, in one step below 1,000 rows, else in two (an empty batch, then its rows).

        Args:
            project_id: the project.
            name: unique in the project.
            global_keys: of processed rows (see ``data_rows.wait_processed``); 1 to 100,000.
            priority: 1 (highest) to 5.
            consensus_settings: ``numberOfLabels`` and ``coveragePercentage``.

        Raises:
            InputError: no rows, or too many; nothing was sent.
            RemoteConflictError: the name is taken.
            RejectedError: no row could be added, or some keys do not exist.
            UnavailableError: with ``acted``, ask ``list`` before creating again; fill an empty batch with ``add``.
        """
        _check(name, global_keys)
        if len(global_keys) < SYNC_BELOW:
            return self._create(project_id, name, global_keys, priority, consensus_settings)
        batch_id = self._create_empty(project_id, name, consensus_settings)
        return self.add(project_id, batch_id, global_keys, priority)

    def add(self, project_id: str, batch_id: str, global_keys: Sequence[str], priority: int = 5) -> Batch:
        """Add rows to a batch, such as an empty one that an interrupted ``create`` left behind.

        Raises:
            InputError: no rows, or too many; nothing was sent.
            JobFailedError: the service could not add them.
            DeadlineError: the service has not finished within the policy's time.
        """
        _check(batch_id, global_keys)
        rows = {"batchId": batch_id, "dataRowIds": [], "globalKeys": [*global_keys], "priority": priority}
        ref = self._change(ADD_ROWS, "addDataRowsToBatchAsync", projectId=project_id, input=rows)
        failed = _failed_rows(self._tasks.finish(str(ref["taskId"])))
        return _batch(self._get(project_id, batch_id), failed)

    def get(self, project_id: str, batch_id: str) -> Batch:
        """Return a batch by its id.

        Raises:
            NotFoundError: there is none.
        """
        return _batch(self._get(project_id, batch_id))

    def list(self, project_id: str) -> Iterator[Batch]:
        """Yield the batches of a project."""

        def page(cursor: str | None) -> tuple[Nodes, str | None]:
            call = query(LIST, experimental=True, projectId=project_id, **at_cursor(cursor, _PAGE))
            batches = present(self._wire.send(call).get("project"), f"project {project_id}")["batches"]
            return batches["nodes"], batches["pageInfo"]["endCursor"]

        return (_batch(node) for node in by_cursor(page))

    def remove_queued(self, project_id: str, batch_id: str) -> None:
        """Take the rows of a batch that have no label out of the project; may be repeated.

        Raises:
            NotFoundError: the project or the batch does not exist.
        """
        self._repeat(REMOVE_QUEUED, projectId=project_id, batchId=batch_id)

    def delete(self, project_id: str, batch_id: str) -> None:
        """Delete a batch, none of whose rows may have a label; its rows leave the project. May be repeated.

        Raises:
            NotFoundError: the project or the batch does not exist.
            RejectedError: a row has a label.
        """
        self._repeat(DELETE, projectId=project_id, batchId=batch_id)

    def _repeat(self, document: str, **variables: object) -> None:
        call = Call(
            document=document,
            variables=variables,
            repeatable=True,
            experimental=True,
            timeout=self._wire.policy.batch_timeout,
        )
        present(self._wire.send(call).get("project"), f"project {variables['projectId']}")

    def _create(
        self,
        project_id: str,
        name: str,
        global_keys: Sequence[str],
        priority: int,
        consensus_settings: Mapping[str, Any] | None,
    ) -> Batch:
        batch = {"name": name, "dataRowIds": [], "globalKeys": [*global_keys], "priority": priority}
        batch["consensusSettings"] = consensus_settings
        created = self._change(CREATE, "createBatchV2", projectId=project_id, batchInput=batch)
        return _batch(present(created.get("batch"), "the new batch"), _failed_ids(created))

    def _create_empty(self, project_id: str, name: str, consensus_settings: Mapping[str, Any] | None) -> str:
        empty = {"name": name, "consensusSettings": consensus_settings}
        return str(self._change(CREATE_EMPTY, "createEmptyBatch", projectId=project_id, input=empty)["id"])

    def _change(self, document: str, field: str, **variables: object) -> JsonDict:
        call = mutation(document, experimental=True, timeout=self._wire.policy.batch_timeout, **variables)
        project = present(self._wire.send(call).get("project"), f"project {variables['projectId']}")
        return present(project.get(field), "the batch")

    def _get(self, project_id: str, batch_id: str) -> JsonDict:
        answer = self._wire.send(query(GET, projectId=project_id, batchId=batch_id))
        nodes = present(answer.get("project"), f"project {project_id}")["batches"]["nodes"]
        return present(nodes[0] if nodes else None, f"batch {batch_id}")


def _check(name: str, global_keys: Sequence[str]) -> None:
    if not 0 < len(global_keys) <= MOST_ROWS:
        rows = counted(len(global_keys), "row")
        raise InputError(f"batch {name!r}: {rows}; a batch takes 1 to {MOST_ROWS:,}. Nothing was sent")


def _batch(node: JsonDict, failed: tuple[str, ...] = ()) -> Batch:
    return Batch(node["id"], node["name"], node.get("size") or 0, failed)


def _failed_rows(task: Task) -> tuple[str, ...]:
    """Return the rows that a batch task left out, according to its result."""
    try:
        result = json.loads(task.result or "null")
    except json.JSONDecodeError:
        return ()
    return _failed_ids(result) if isinstance(result, dict) else ()


def _failed_ids(answer: JsonDict) -> tuple[str, ...]:
    ids = answer.get("failedDataRowIds")
    return tuple(map(str, ids)) if isinstance(ids, list) else ()
