"""Annotation imports: an NDJSON file turned into pre-labels or labels, and into a verdict for every line.

An import is identified by kind, project and name. Bad lines fail alone; the job still ends FINISHED.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from labelferry.localbox.errors import ConflictError, MalformedError, NotFoundError
from labelferry.localbox.fetching import contents
from labelferry.localbox.ids import as_text, now
from labelferry.localbox.state import files, jobs, line_verdicts, projects, settings
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import reference, referenced

Kind = Literal["mal-import", "label-import"]
LIFETIME, DAY = "import_file_seconds", 86400.0
STATES = {"IN_PROGRESS": "RUNNING", "COMPLETE": "FINISHED", "FAILED": "FAILED"}


@dataclass(frozen=True)
class Import:
    """An import and how far it has come."""

    id: str
    kind: Kind
    name: str
    project_id: str
    input_file: str
    status_file: str | None
    error_file: str | None
    lines: int | None
    failures: int | None
    status: str
    created_at: str

    @property
    def state(self) -> str:
        """The state in the words of imports."""
        return STATES[self.status]

    @property
    def progress(self) -> str:
        """Return the progress as text."""
        return "0%" if self.status == "IN_PROGRESS" else "100%"


SELECT = "SELECT i.*, j.status FROM imports i JOIN jobs j ON j.id = i.id"


def create(session: Session, kind: Kind, *, project_id: str, name: str, input_file: str) -> str:
    """Start the import of a stored file, or of one that is fetched when the work begins; return its id."""
    project = projects.get(session, project_id)
    check_name(session, kind, project.id, name)
    if referenced(input_file) is not None and not _has_lines(session, input_file):
        raise MalformedError("The annotations file is empty")
    job_id = jobs.start(session, kind, {"project": project.id}, name=name)
    session.insert(
        "imports", id=job_id, kind=kind, name=name, project_id=project.id, input_file=input_file, created_at=now()
    )
    return job_id


def check_name(session: Session, kind: Kind, project_id: str, name: str) -> None:
    """Raise when the project already has an import of that kind and name."""
    if not name.strip():
        raise MalformedError("An import needs a name")
    sql = "SELECT id FROM imports WHERE kind = ? AND project_id = ? AND name = ?"
    if session.value(sql, (kind, project_id, name)) is not None:
        raise ConflictError(f"An import named '{name}' exists in this project")


def _has_lines(session: Session, input_file: str) -> bool:
    file_id = referenced(input_file)
    if file_id is None:
        return False
    with session.files.path(file_id).open("rb") as stream:
        return any(line.strip() for line in stream)


def settle(session: Session, job: jobs.Job) -> None:
    """Check every line and store the valid ones."""
    upload = session.one(Import, f"{SELECT} WHERE i.id = ?", (job.id,))
    if upload is None:  # its project was deleted
        jobs.end(session, job.id, "FAILED")
        return
    try:
        lines = _fetched(session, upload.input_file)
    except MalformedError as error:
        fail(session, job, str(error))
        return
    verdicts = line_verdicts.judge(session, upload.id, upload.project_id, lines, upload.kind)
    session.update(
        "imports",
        upload.id,
        status_file=verdicts.status_file,
        error_file=verdicts.error_file,
        lines=verdicts.lines,
        failures=verdicts.failures,
    )
    session.update("projects", upload.project_id, last_activity_time=now())
    jobs.end(session, job.id, "COMPLETE")


def _fetched(session: Session, input_file: str) -> str:
    if referenced(input_file) is not None:
        return input_file
    return files.keep_bytes(session, contents(session.files, input_file), "import.ndjson", files.NDJSON)


def fail(session: Session, job: jobs.Job, message: str = "The import failed on request.") -> None:
    """End an import as FAILED, with the reason in its error file."""
    reason = {"errors": [{"name": "ImportError", "message": message}]}
    with files.lines_out(session, "errors.ndjson") as out:
        out.write(reason)
    session.update("imports", job.id, error_file=out.reference)
    jobs.end(session, job.id, "FAILED")


def named(session: Session, kind: Kind, project_id: str, name: str) -> Import:
    """Return the import of that kind, project and name."""
    upload = session.one(
        Import, f"{SELECT} WHERE i.kind = ? AND i.project_id = ? AND i.name = ?", (kind, project_id, name)
    )
    if upload is None:
        raise NotFoundError.of("Import", name)
    return upload


def get(session: Session, import_id: str) -> Import:
    """Return the import with that id."""
    upload = session.one(Import, f"{SELECT} WHERE i.id = ?", (import_id,))
    if upload is None:
        raise NotFoundError.of("Import", import_id)
    return upload


def of_project(session: Session, kind: Kind, project_id: str, window: str) -> list[Import]:
    """Return a project's imports of one kind, oldest first."""
    projects.get(session, project_id)
    sql = f"{SELECT} WHERE i.kind = ? AND i.project_id = ? ORDER BY i.seq{window}"
    return session.all(Import, sql, (kind, project_id))


def delete(session: Session, import_id: str) -> Import:
    """Delete a pre-label import and its pre-labels; return it."""
    upload = get(session, import_id)
    if upload.kind != "mal-import":
        raise MalformedError("Only pre-label imports can be deleted")
    session.run("DELETE FROM annotations WHERE import_id = ?", (upload.id,))
    return lose(session, upload.id)


def lose(session: Session, import_id: str) -> Import:
    """Forget an import and return it."""
    upload = get(session, import_id)
    session.delete("imports", upload.id)
    session.delete("jobs", upload.id)
    return upload


def lifetime(session: Session) -> float:
    """Return the lifetime of an import's files in seconds: a day, as in the service, unless a test set another."""
    return float(settings.read(session, LIFETIME, DAY))


def expired(session: Session, file: files.File) -> bool:
    """Return whether a file belongs to an import and has expired."""
    oldest = as_text(datetime.now(UTC) - timedelta(seconds=lifetime(session)))
    if file.created_at > oldest:
        return False
    pattern = reference(file.id) + "%"
    sql = "SELECT 1 FROM imports WHERE input_file LIKE ? OR status_file LIKE ? OR error_file LIKE ? LIMIT 1"
    return session.value(sql, (pattern,) * 3) is not None


def as_dict(upload: Import) -> dict[str, Any]:
    """Return an import as the page shows it."""
    return {"id": upload.id, "kind": upload.kind, "name": upload.name, "state": upload.state} | {
        "lines": upload.lines,
        "failures": upload.failures,
        "errors": upload.error_file,
        "created_at": upload.created_at,
    }
