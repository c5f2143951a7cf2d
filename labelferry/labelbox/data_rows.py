"""Data rows: looked up by global key, read, created and changed."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from labelferry.errors import DeadlineError, JobFailedError, PermissionDeniedError, RejectedError, UnavailableError
from labelferry.labelbox.call import Call, JsonDict, query
from labelferry.labelbox.pages import Nodes, at_cursor, by_cursor
from labelferry.labelbox.policy import Pace
from labelferry.labelbox.records import CreateResult, DataRow
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.row_uploads import RowUploads
from labelferry.labelbox.transport import Wire
from labelferry.listing import counted, shorten

__all__ = ["DataRowResource"]

ROW_FIELDS = """externalId globalKey mediaAttributes metadataFields { schemaId name value kind } rowData id
  dataset { id }"""
GET_ROW = f"query GetDataRowPyApi($param_0: ID!) {{ dataRow(where: {{id: $param_0}}) {{ {ROW_FIELDS} }} }}"
LIST_ROWS = f"""query DatasetDataRowsPyApi($id: ID!, $from: ID, $first: Int, $where: DatasetDataRowWhereInput) {{
  datasetDataRows(id: $id, from: $from, first: $first, where: $where) {{
    nodes {{ {ROW_FIELDS} }} pageInfo {{ hasNextPage startCursor }} }} }}"""
LOOK_UP = """query getDataRowsForGlobalKeysPyApi($globalKeys: [ID!]!) {
  dataRowsForGlobalKeys(where: {ids: $globalKeys}) { jobId } }"""
LOOK_UP_RESULT = """query getDataRowsForGlobalKeysResultPyApi($jobId: ID!) {
  dataRowsForGlobalKeysResult(jobId: {id: $jobId}) {
    data { fetchedDataRows { id } notFoundGlobalKeys accessDeniedGlobalKeys } jobStatus } }"""
ASSIGN = """mutation assignGlobalKeysToDataRowsPyApi($globalKeyDataRowLinks: [AssignGlobalKeyToDataRowInput!]!) {
  assignGlobalKeysToDataRows(data: {assignInputs: $globalKeyDataRowLinks}) { jobId } }"""
ASSIGNED = """query assignGlobalKeysToDataRowsResultPyApi($jobId: ID!) {
  assignGlobalKeysToDataRowsResult(jobId: {id: $jobId}) { jobStatus data {
    sanitizedAssignments { dataRowId globalKey } invalidGlobalKeyAssignments { dataRowId globalKey }
    unmodifiedAssignments { dataRowId globalKey } accessDeniedAssignments { dataRowId globalKey } } } }"""
PROCESSED = """query CheckAllDataRowsHaveBeenProcessedPyApi($globalKeys: [ID!]) {
  queryAllDataRowsHaveBeenProcessed(globalKeys: $globalKeys) { allDataRowsHaveBeenProcessed } }"""

_PAGE = 500
_DELETED_AT_ONCE = 500


class DataRowResource(Resource):
    """Data rows, keyed on global keys."""

    def __init__(self, wire: Wire, uploads: RowUploads) -> None:
        super().__init__(wire)
        self._uploads = uploads

    def lookup(self, global_keys: Iterable[str]) -> dict[str, str | None]:
        """Return the row id of each global key, None where it does not exist.

        Raises:
            PermissionDeniedError: some of the rows belong to others; the message lists their keys.
            DeadlineError: the look-up has not ended within the policy's time.
        """
        found: dict[str, str | None] = {}
        for keys in _chunks(list(dict.fromkeys(global_keys)), self._wire.policy.lookup_chunk):
            found.update(self._look_up(keys))
        return found

    def lookup_again(self, global_keys: Iterable[str]) -> dict[str, str | None]:
        """Return the same for rows that should exist: those that are not found are looked up again for a while."""
        found: dict[str, str | None] = dict.fromkeys(global_keys)

        def all_found() -> bool | None:
            found.update(self.lookup(key for key, row_id in found.items() if row_id is None))
            return None not in found.values() or None

        self._wire.look(all_found, self._wire.policy.appearing)
        return found

    def get(self, row_id: str) -> DataRow:
        """Return a row by its id.

        Raises:
            NotFoundError: the row does not exist.
        """
        answer = self._wire.send(query(GET_ROW, param_0=row_id))
        return _row(present(answer.get("dataRow"), f"data row {row_id}"))

    def list(self, dataset_id: str) -> Iterator[DataRow]:
        """Yield the rows of a dataset, newest first."""
        return map(_row, by_cursor(partial(self._page, dataset_id)))

    def create(self, dataset_id: str, rows: Sequence[Mapping[str, Any]]) -> CreateResult:
        """Create rows and wait for the outcome of each.

        Args:
            dataset_id: their dataset.
            rows: ``global_key`` and ``row_data``, and optionally ``external_id``, ``media_type``,
                ``metadata_fields``, ``attachments``.

        Raises:
            InputError: a row lacks its global key or row data, or two rows share a key; nothing was sent.
            JobFailedError: the upload failed as a whole, for a reason other than duplicates.
            UnavailableError: the answer was lost; with ``acted``, look the keys up before trying again.
        """
        return self._uploads.create(dataset_id, rows)

    def ensure(
        self, dataset_id: str, rows: Sequence[Mapping[str, Any]], waiting: Callable[[int], None]
    ) -> CreateResult:
        """Create rows that do not exist, and wait for keys that the service reports as taken although no row has them.

        Args:
            dataset_id: their dataset.
            rows: as for ``create``.
            waiting: called with the number of rows still awaited.

        Returns:
            The rows created, and the failures of those that exist or cannot be created.

        Raises:
            DeadlineError: some keys are still taken although no row has them.
            InputError, JobFailedError, UnavailableError: as for ``create``.
        """
        result, left = CreateResult(), rows

        def settled() -> bool | None:
            nonlocal result, left
            latest = self._past_duplicates(dataset_id, left)
            result = latest.after(result)
            left = self._held(left, latest)
            if left:
                waiting(len(left))
            return not left or None

        if self._wire.look(settled, self._wire.policy.releasing) is None:
            raise DeadlineError(_still_taken([str(row["global_key"]) for row in left], self._wire.policy.releasing))
        return result

    def _past_duplicates(self, dataset_id: str, rows: Sequence[Mapping[str, Any]]) -> CreateResult:
        """Create rows; an upload refused as a whole because of some duplicates is sent again without them."""
        result = self._uploads.create(dataset_id, rows)
        duplicates = set(result.duplicates)
        rest = [row for row in rows if row["global_key"] not in duplicates]
        if result.refused is None or not rest:
            return result
        return self._uploads.create(dataset_id, rest).after(result)

    def _held(self, rows: Sequence[Mapping[str, Any]], result: CreateResult) -> Sequence[Mapping[str, Any]]:
        """Return rows that were neither created nor finally refused, and that do not exist."""
        lost = {failure.global_key for failure in result.failures if not failure.is_duplicate}
        open_ = [row for row in rows if row["global_key"] not in result.created and row["global_key"] not in lost]
        found = self.lookup(row["global_key"] for row in open_) if open_ else {}
        return [row for row in open_ if found[row["global_key"]] is None]

    def update(self, dataset_id: str, rows: Sequence[Mapping[str, Any]]) -> CreateResult:
        """Update existing rows: ``global_key`` identifies them, the other fields are the new values.

        Raises:
            InputError: a row lacks its global key, or two rows share one; nothing was sent.
            JobFailedError: the upload failed as a whole.
            UnavailableError: the answer was lost; the same update may be sent again.
        """
        return self._uploads.update(dataset_id, rows)

    def assign_keys(self, keys: Mapping[str, str]) -> None:
        """Give existing rows their global keys; may be repeated.

        Args:
            keys: global key by row id.

        Raises:
            RejectedError: some keys are invalid or belong to other rows; the others are assigned.
            PermissionDeniedError: some of the rows belong to others.
            DeadlineError: the job has not ended within the policy's time.
        """
        overdue = "the assignment of global keys has not ended; run again later"
        for ids in _chunks(list(keys), self._wire.policy.lookup_chunk):
            links = [{"dataRowId": row_id, "globalKey": keys[row_id]} for row_id in ids]
            call = Call(document=ASSIGN, variables={"globalKeyDataRowLinks": links}, repeatable=True)
            job = present(self._wire.send(call).get("assignGlobalKeysToDataRows"), "the assignment of global keys")
            ask = partial(self._job_data, ASSIGNED, "assignGlobalKeysToDataRowsResult", job["jobId"], "assignment")
            _refuse_unassigned(self._wire.until(ask, self._wire.policy.lookup, overdue))

    def delete(self, row_ids: Sequence[str]) -> None:
        """Delete rows with all that is on them, 500 at a time; may be repeated, rows that do not exist are ignored."""
        for ids in _chunks(row_ids, _DELETED_AT_ONCE):
            self._wire.send(Call(document=_deletion(ids), repeatable=True))

    def wait_processed(self, global_keys: Iterable[str]) -> None:
        """Wait until the service has processed the rows, which it must before they can be added to a batch.

        Raises:
            DeadlineError: it has not finished within the policy's time.
        """
        overdue = "the service is still processing data rows; run again later"
        for keys in _chunks(list(dict.fromkeys(global_keys)), self._wire.policy.lookup_chunk):
            self._wire.until(partial(self._processed, keys), self._wire.policy.processing, overdue)

    def _look_up(self, keys: Sequence[str]) -> dict[str, str | None]:
        job = present(self._wire.send(query(LOOK_UP, globalKeys=keys)).get("dataRowsForGlobalKeys"), "the look-up")
        overdue = "the look-up of global keys has not ended; run again later"
        ask = partial(self._job_data, LOOK_UP_RESULT, "dataRowsForGlobalKeysResult", job["jobId"], "look-up")
        return _matched(keys, self._wire.until(ask, self._wire.policy.lookup, overdue))

    def _job_data(self, document: str, field: str, job_id: str, what: str) -> JsonDict | None:
        """Return the data of a job of global keys, None while it runs."""
        result = present(self._wire.send(query(document, jobId=job_id)).get(field), f"the {what}'s result")
        if result["jobStatus"] == "FAILED":
            raise JobFailedError(f"the {what} of global keys failed at the service; run again later")
        return present(result["data"], f"the {what}'s result") if result["jobStatus"] == "COMPLETE" else None

    def _processed(self, keys: Sequence[str]) -> bool | None:
        answer = self._wire.send(query(PROCESSED, globalKeys=keys)).get("queryAllDataRowsHaveBeenProcessed")
        return present(answer, "the rows' state")["allDataRowsHaveBeenProcessed"] or None

    def _page(self, dataset_id: str, cursor: str | None) -> tuple[Nodes, str | None]:
        call = query(LIST_ROWS, id=dataset_id, **at_cursor(cursor, _PAGE))
        page = present(self._wire.send(call).get("datasetDataRows"), f"dataset {dataset_id}")
        return page["nodes"], page["pageInfo"]["startCursor"]


def _matched(keys: Sequence[str], data: JsonDict) -> dict[str, str | None]:
    if denied := data["accessDeniedGlobalKeys"]:
        raise PermissionDeniedError(f"no access to the data rows of {_some(denied)}; use other keys or another API key")
    ids = [row["id"] or None for row in data["fetchedDataRows"]]
    if len(ids) == len(keys):
        return dict(zip(keys, ids, strict=True))
    missing = set(data["notFoundGlobalKeys"])
    present_keys = [key for key in keys if key not in missing]
    if len(ids) != len(present_keys):
        asked, got = counted(len(keys), "global key"), counted(len(ids), "row")
        raise UnavailableError(f"the look-up of {asked} returned {got}; try again", acted=False)
    return dict.fromkeys(keys) | dict(zip(present_keys, ids, strict=True))


def _refuse_unassigned(data: JsonDict) -> None:
    if denied := data["accessDeniedAssignments"]:
        rows = _some([each["dataRowId"] for each in denied])
        raise PermissionDeniedError(f"no access to the data rows {rows}; use another API key")
    refused = data["invalidGlobalKeyAssignments"] + data["sanitizedAssignments"]
    if refused:
        keys = _some([each["globalKey"] for each in refused])
        raise RejectedError(
            f"{counted(len(refused), 'global key')} not assigned as asked: {keys}. They are invalid, or belong to "
            "other data rows; assign others in Labelbox, and run again"
        )


def _row(node: JsonDict) -> DataRow:
    return DataRow(
        id=node["id"],
        global_key=node.get("globalKey"),
        external_id=node.get("externalId"),
        row_data=node.get("rowData"),
        dataset_id=(node.get("dataset") or {}).get("id"),
        media_attributes=node.get("mediaAttributes") or {},
        metadata=tuple(node.get("metadataFields") or ()),
    )


def _deletion(ids: Sequence[str]) -> str:
    """Return the document that deletes rows; the ids are literals, as the official SDK sends them."""
    return f"mutation deleteDataRowsPyApi {{ deleteDataRows(where: {{dataRowIds: {json.dumps([*ids])}}}) {{ id }} }}"


def _chunks(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def _still_taken(keys: Sequence[str], waited: Pace) -> str:
    return (
        f"Labelbox reports {counted(len(keys), 'global key')} as taken but has no row for it: {_some(keys)} (waited "
        f"{waited.deadline:g} s). The key of a deleted row stays taken for some minutes: run again later, or give the "
        "row another global key"
    )


def _some(names: Sequence[str]) -> str:
    return ", ".join(shorten(list(map(repr, names)), 10))
