"""Import jobs: pre-labels (MAL) and ground truth, from an NDJSON file.

A job's identity is (project, name): after a lost answer it is looked up by name, never created a second time.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from labelferry.errors import JobFailedError, NotFoundError, RejectedError, RemoteError
from labelferry.labelbox.call import Call, JsonDict, query
from labelferry.labelbox.files import Files
from labelferry.labelbox.import_documents import DELETE_MAL, DOCUMENTS
from labelferry.labelbox.pages import Nodes, by_offset, page_at
from labelferry.labelbox.policy import Pace
from labelferry.labelbox.records import ImportJob, ImportKind
from labelferry.labelbox.resource import Resource, present
from labelferry.labelbox.status_file import StatusFile
from labelferry.labelbox.transport import Wire
from labelferry.labelbox.uploads import attached

__all__ = ["ImportResource"]

_LONGEST = 4_000


class ImportResource(Resource):
    """Import jobs of projects."""

    def __init__(self, wire: Wire, files: Files) -> None:
        super().__init__(wire)
        self._files = files

    def create(self, project_id: str, name: str, source: Path | str | bytes, kind: ImportKind) -> ImportJob:
        """Start an import of NDJSON lines; the file is streamed from disk.

        Raises:
            InputError: the file is missing or empty; nothing was sent.
            UnavailableError: with ``acted``, ask ``find`` before creating again.
        """
        part = f"{project_id}__{name}.ndjson"
        attachment = attached(source, part, "application/x-ndjson", part)
        variables = {"projectId": project_id, "name": name, "contentLength": attachment.size}
        document = DOCUMENTS[kind].create
        call = Call(document=document, variables=variables, repeatable=False, attachment=attachment)
        return self._job(self._wire.send(call), DOCUMENTS[kind].created, project_id, kind)

    def find(self, project_id: str, name: str, kind: ImportKind) -> ImportJob | None:
        """Return the import of that name, or None."""
        try:
            answer = self._wire.send(query(DOCUMENTS[kind].get, projectId=project_id, name=name))
        except NotFoundError:
            return None
        return self._job(answer, DOCUMENTS[kind].got, project_id, kind) if answer.get(DOCUMENTS[kind].got) else None

    def shown(self, project_id: str, name: str, kind: ImportKind) -> ImportJob | None:
        """Return the import of that name as soon as the service lists it; None if it still does not after a while."""
        return self._wire.look(lambda: self.find(project_id, name, kind), self._wire.policy.appearing)

    def list(self, project_id: str, kind: ImportKind) -> Iterator[ImportJob]:
        """Yield all imports of one kind in a project."""
        documents = DOCUMENTS[kind]

        def page(skip: int) -> Nodes:
            call = query(page_at(documents.list, skip), projectId=project_id)
            return list(self._wire.send(call).get(documents.listed) or [])

        return (_job_of(node, project_id, kind) for node in by_offset(page))

    def wait(self, job: ImportJob, deadline: float | None = None) -> ImportJob:
        """Return the job once it is FINISHED; single lines may have failed nevertheless.

        Args:
            job: the job, as far as known.
            deadline: seconds; by default the policy's.

        Raises:
            JobFailedError: it ended FAILED; the message has the text of its error file.
            NotFoundError: the service no longer lists it.
            DeadlineError: it is still running.
        """
        pace = self._wire.policy.imports
        if deadline is not None:
            pace = Pace(pace.every, deadline, pace.first)
        known = [job] if job.state != "RUNNING" else []
        overdue = f"import {job.name!r} is still running at the service; run again later to pick up its outcome"
        ended = self._wire.until(lambda: known[0] if known else self._ended(job), pace, overdue)
        if ended.state == "FAILED":
            raise JobFailedError(f"import {job.name!r} failed: {self._reason(ended)}")
        return ended

    def statuses(self, job: ImportJob) -> Iterator[JsonDict]:
        """Yield the outcome of each line: ``uuid``, ``dataRow``, ``status``, and on failures ``errors``.

        Raises:
            NotFoundError: the file was deleted (after 24 hours), or the job has none yet.
        """
        return self._files.lines(_result_url(job, job.status_url, "status"))

    def verdicts(self, job: ImportJob, lines: int) -> Sequence[Any]:
        """Return the value on each line of the status file, in any shape.

        A file that is missing, or has fewer than ``lines`` lines, is read again for a while.

        Raises:
            NotFoundError: there is still none.
            PermissionDeniedError, RejectedError: it cannot be read.
        """
        file = StatusFile(self._files, job, lambda: self.find(job.project_id, job.name, job.kind), lines)
        self._wire.look(file.read, self._wire.policy.appearing)
        return file.content()

    def errors(self, job: ImportJob) -> Iterator[JsonDict]:
        """Yield the outcome of each line that failed.

        Raises:
            NotFoundError: the file was deleted (after 24 hours), or the job has none yet.
        """
        return self._files.lines(_result_url(job, job.error_url, "error"))

    def inputs(self, job: ImportJob) -> Iterator[JsonDict]:
        """Yield the lines that were sent.

        Raises:
            NotFoundError: the file was deleted (after 24 hours).
        """
        return self._files.lines(_result_url(job, job.input_url, "input"))

    def delete(self, job: ImportJob) -> None:
        """Delete a pre-label import and its pre-labels; after a lost answer the request is repeated.

        Raises:
            NotFoundError: there is none with its id.
            RejectedError: it is a ground-truth import, which the service cannot take back.
        """
        if job.kind is not ImportKind.MAL:
            raise RejectedError(f"import {job.name!r} is ground truth, which cannot be deleted as a job")
        self._wire.send(Call(document=DELETE_MAL, variables={"id": job.id}, repeatable=True))

    def _ended(self, job: ImportJob) -> ImportJob | None:
        now = self.shown(job.project_id, job.name, job.kind)
        if now is None:
            raise NotFoundError(f"import {job.name!r} is no longer listed by the service")
        return now if now.state != "RUNNING" else None

    def _reason(self, job: ImportJob) -> str:
        if not job.error_url:
            return "the service gives no reason"
        try:
            return self._files.text(job.error_url).strip()[:_LONGEST] or "the service's error file is empty"
        except RemoteError as error:
            return f"its error file cannot be read ({error})"

    def _job(self, answer: JsonDict, field: str, project_id: str, kind: ImportKind) -> ImportJob:
        return _job_of(present(answer.get(field), "the import"), project_id, kind)


def _job_of(node: JsonDict, project_id: str, kind: ImportKind) -> ImportJob:
    return ImportJob(
        id=node["id"],
        name=node["name"],
        kind=kind,
        project_id=project_id,
        state=node["state"],
        progress=node.get("progress"),
        input_url=node.get("inputFileUrl"),
        status_url=node.get("statusFileUrl"),
        error_url=node.get("errorFileUrl"),
    )


def _result_url(job: ImportJob, url: str | None, what: str) -> str:
    if not url:
        raise NotFoundError(f"import {job.name!r} ({job.state}) has no {what} file yet; wait until it is FINISHED")
    return url
