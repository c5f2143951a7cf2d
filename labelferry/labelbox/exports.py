"""Exports: labels read back as a stream, one object per data row.

The service cuts its stream at any byte, so chunks are joined before lines are split (official SDK 7.17.0).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import orjson

from labelferry.errors import JobFailedError, UnavailableError
from labelferry.labelbox.call import Call, JsonDict, query
from labelferry.labelbox.files import Files
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.tasks import TaskResource
from labelferry.labelbox.transport import Wire

__all__ = ["DEFAULT_PARAMS", "WITHOUT_LABELS", "ExportResource"]

START = """mutation exportDataRowsInProjectPyApi($input: ExportDataRowsInProjectInput!) {
  exportDataRowsInProject(input: $input) { taskId isStreamable } }"""
START_CATALOG = """mutation exportDataRowsInCatalogPyApi($input: ExportDataRowsInCatalogInput!) {
  exportDataRowsInCatalog(input: $input) { taskId isStreamable } }"""
HEADER = """query GetExportMetadataHeaderPyApi($where: WhereUniqueIdInput, $streamType: TaskStreamType!) {
  task(where: $where) { exportMetadataHeader(streamType: $streamType) { totalSize totalLines } } }"""
CHUNK = """query GetExportFileFromOffsetPyApi(
    $where: WhereUniqueIdInput, $streamType: TaskStreamType!, $offset: UInt64!) {
  task(where: $where) { exportFileFromOffset(streamType: $streamType, offset: $offset) {
    offsets { start end } lines { start end } file } } }"""

KEYS_AT_ONCE = 2_000
EXPORTS_AT_ONCE = 10
"""Concurrent exports that Labelbox allows in a project (https://docs.labelbox.com/docs/limits)."""

DEFAULT_PARAMS = {
    "mediaTypeOverride": None,
    "includeAttachments": False,
    "includeEmbeddings": False,
    "includeMetadata": False,
    "includeDataRowDetails": True,
    "includeProjectDetails": True,
    "includePerformanceDetails": False,
    "includeLabelDetails": True,
    "includeInterpolatedFrames": False,
}


WITHOUT_LABELS = {"includeProjectDetails": False, "includeLabelDetails": False}
"""Parameters of a project's export that reads only its rows."""

ROWS_ONLY = {
    **DEFAULT_PARAMS,
    "includeMetadata": True,
    "includeProjectDetails": False,
    "includeLabelDetails": False,
    "includePredictions": False,
    "projectIds": None,
    "modelRunIds": None,
    "allProjects": False,
    "allModelRuns": False,
}
"""Parameters of catalog exports: the rows and their metadata, without labels."""

EVERYWHERE = {**ROWS_ONLY, "includeProjectDetails": True, "includeLabelDetails": True, "allProjects": True}
"""Parameters of catalog exports: the rows in each of their projects."""


_T = TypeVar("_T")


class ExportResource(Resource):
    """Exports of projects and of the catalog."""

    def __init__(self, wire: Wire, tasks: TaskResource, files: Files) -> None:
        super().__init__(wire)
        self._tasks = tasks
        self._files = files

    def project(
        self, project_id: str, global_keys: Sequence[str] | None = None, **params: object
    ) -> Iterator[dict[str, Any]]:
        """Yield each data row of a project with its labels.

        Args:
            project_id: the project.
            global_keys: the wanted rows, requested in groups of 2,000; all if not given.
            params: export parameters other than the default ones, by Labelbox's names (``includeMetadata=True``).

        Raises:
            JobFailedError: an export ended FAILED.
            DeadlineError: an export has not ended within the policy's time.
        """
        for_project, wanted = {"projectId": project_id}, {**DEFAULT_PARAMS, **params}
        yield from self._exports(START, "exportDataRowsInProject", for_project, global_keys, wanted)

    def catalog(self, global_keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the data rows with these keys, in any dataset, with dataset and metadata but without labels.

        Raises:
            JobFailedError: an export ended FAILED.
            DeadlineError: an export has not ended within the policy's time.
        """
        yield from self._exports(START_CATALOG, "exportDataRowsInCatalog", {}, global_keys, ROWS_ONLY)

    def anywhere(self, global_keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the data rows with these keys, each with all projects that it is in and their labels.

        Raises:
            JobFailedError: an export ended FAILED.
            DeadlineError: an export has not ended within the policy's time.
        """
        yield from self._exports(START_CATALOG, "exportDataRowsInCatalog", {}, global_keys, EVERYWHERE)

    def look(self, ask: Callable[[], _T | None]) -> _T | None:
        """Ask until there is an answer: labels become readable some time after their import has ended.

        Args:
            ask: returns None while there is none.

        Returns:
            The answer; None when there is none within the policy's time for late appearance.
        """
        return self._wire.look(ask, self._wire.policy.appearing)

    def picture(self, url: str) -> bytes:
        """Return the composite of a mask that an export names by URL.

        Raises:
            RemoteError: it cannot be read.
        """
        return self._files.picture(url)

    def _exports(
        self, document: str, field: str, scope: JsonDict, global_keys: Sequence[str] | None, params: JsonDict
    ) -> Iterator[JsonDict]:
        """Start some exports ahead, and read them in order."""
        started: deque[str] = deque()
        for search in _searches(global_keys):
            filters = {**scope, "searchQuery": {"scope": None, "query": search}}
            started.append(self._start(document, field, filters, params))
            if len(started) == EXPORTS_AT_ONCE:
                yield from self._read(started.popleft())
        while started:
            yield from self._read(started.popleft())

    def _read(self, task_id: str) -> Iterator[JsonDict]:
        self._tasks.finish(task_id)
        if (size := self._size(task_id, "ERRORS")) > 0:
            said = b"".join(self._chunks(task_id, "ERRORS", size)).decode("utf-8", "replace")
            raise JobFailedError(f"export {task_id} has errors, so it is incomplete: {said[:600]}")
        for line in _lines(self._chunks(task_id, "RESULT", self._size(task_id, "RESULT"))):
            yield orjson.loads(line)

    def _start(self, document: str, field: str, filters: JsonDict, params: JsonDict) -> str:
        wanted = {"taskName": None, "isStreamableReady": True, "streamable": True, "filters": filters, "params": params}
        call = Call(document=document, variables={"input": wanted}, repeatable=True)  # a second export only reads twice
        return str(present(self._wire.send(call).get(field), "the export")["taskId"])

    def _size(self, task_id: str, stream: str) -> int:
        answer = self._wire.send(query(HEADER, where={"id": task_id}, streamType=stream))
        header = present(answer.get("task"), f"export {task_id}").get("exportMetadataHeader")
        return int(header["totalSize"]) if header else 0

    def _chunks(self, task_id: str, stream: str, size: int) -> Iterator[bytes]:
        offset = 0
        while offset < size:
            start, end, content = self._chunk(task_id, stream, offset)
            yield content[offset - start :]
            offset = end + 1

    def _chunk(self, task_id: str, stream: str, offset: int) -> tuple[int, int, bytes]:
        answer = self._wire.send(query(CHUNK, where={"id": task_id}, streamType=stream, offset=str(offset)))
        chunk = present(
            present(answer.get("task"), f"export {task_id}").get("exportFileFromOffset"), "the export's file"
        )
        start, end = int(chunk["offsets"]["start"]), int(chunk["offsets"]["end"])
        if not start <= offset <= end:
            raise UnavailableError(f"export {task_id}: asked for byte {offset}, got {start} to {end}; export again")
        return start, end, self._files.exact(chunk["file"], end - start + 1)


def _searches(global_keys: Sequence[str] | None) -> Iterator[list[JsonDict]]:
    if global_keys is None:
        yield []
        return
    for start in range(0, len(global_keys), KEYS_AT_ONCE):
        ids = [*global_keys[start : start + KEYS_AT_ONCE]]
        yield [{"ids": ids, "operator": "is", "type": "global_key"}]


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    for chunk in chunks:
        *done, rest = chunk.split(b"\n")
        for line in done:
            held.append(line)
            whole, held = b"".join(held), []
            if whole.strip():
                yield whole
        held.append(rest)
    if (whole := b"".join(held)).strip():
        yield whole
