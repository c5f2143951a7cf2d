"""Projects: where labels are created, with an ontology and rows that arrive in batches."""

from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import LocalboxError, MalformedError, NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import behaviour, filters, ontologies, settings
from labelferry.localbox.state.database import Session

EDITOR = "Editor"
COLUMNS = {
    "name": "name",
    "description": "description",
    "allowedMediaType": "allowed_media_type",
    "editorTaskType": "editor_task_type",
    "autoAuditPercentage": "auto_audit_percentage",
    "autoAuditNumberOfLabels": "auto_audit_number_of_labels",
    "isBenchmarkEnabled": "is_benchmark_enabled",
    "isConsensusEnabled": "is_consensus_enabled",
    "setupComplete": "setup_complete",
}


@dataclass(frozen=True)
class Project:
    """A project."""

    id: str
    name: str
    description: str | None
    allowed_media_type: str | None
    editor_task_type: str | None
    auto_audit_percentage: float | None
    auto_audit_number_of_labels: int | None
    is_benchmark_enabled: int | None
    is_consensus_enabled: int | None
    ontology_id: str | None
    labeling_frontend_id: str | None
    setup_complete: str | None
    last_activity_time: str | None
    created_at: str
    updated_at: str
    model_setup_complete: bool | None = None
    upload_type: str | None = None

    @property
    def queue_mode(self) -> str:
        """How rows enter the project: in batches. SDKs before 6.1 ask."""
        return "BATCH"


@dataclass(frozen=True)
class LabelingFrontend:
    """The editor that a project is labelled in."""

    id: str
    name: str = EDITOR
    description: str = "Video editor"
    iframe_url_path: str | None = None


FIELDS = ", ".join(name for name in Project.__dataclass_fields__ if name not in {"model_setup_complete", "upload_type"})
SELECT = f"SELECT {FIELDS}, NULL AS model_setup_complete, NULL AS upload_type FROM projects"  # noqa: S608 - names are ours


def create(session: Session, data: dict[str, Any]) -> Project:
    """Create a project; names may repeat."""
    if not data["name"].strip():
        raise MalformedError("A project needs a name")
    project_id, made = new_id(), now()
    values = {column: data[name] for name, column in COLUMNS.items() if name in data}
    editor = frontend(session).id if behaviour.gives_editor(session, project_id) else None
    times = dict.fromkeys(("created_at", "updated_at", "last_activity_time"), made)
    session.insert("projects", id=project_id, **values, labeling_frontend_id=editor, **times)
    return get(session, project_id)


def clone(session: Session, project_id: str) -> Project:
    """Create a copy with the same settings and ontology, without rows and labels."""
    project, made, copy_id = get(session, project_id), now(), new_id()
    kept = {name: getattr(project, name) for name in FIELDS.split(", ")}
    times = dict.fromkeys(("created_at", "updated_at", "last_activity_time"), made)
    session.insert("projects", **kept | times | {"id": copy_id, "name": f"{project.name} (clone)"})
    return get(session, copy_id)


def get(session: Session, project_id: str | None) -> Project:
    """Return the project with that id."""
    project = session.one(Project, f"{SELECT} WHERE id = ?", (project_id,))
    if project is None:
        raise NotFoundError.of("Project", project_id)
    return project


def find(session: Session, where: dict[str, Any] | None, skip: int | None, first: int | None) -> list[Project]:
    """Return the projects that match a filter, newest first."""
    text, parameters = filters.condition(where)
    sql = f"{SELECT} WHERE {text} ORDER BY seq DESC{filters.window(skip, first)}"
    return session.all(Project, sql, tuple(parameters))


def update(session: Session, project_id: str | None, changes: dict[str, Any]) -> Project:
    """Change or delete a project; its batches and labels are deleted with it, data rows stay."""
    project = get(session, project_id)
    if changes.get("deleted"):
        session.delete("projects", project.id)
        return project
    values = {COLUMNS[name]: value for name, value in changes.items() if name in COLUMNS}
    if "labelingFrontend" in changes:
        _refuse_broken(session, project.id)
        values["labeling_frontend_id"] = frontend(session).id
    session.update("projects", project.id, updated_at=now(), **values)
    return get(session, project.id)


def frontend(session: Session) -> LabelingFrontend:
    """Return the only editor."""
    frontend_id = settings.read(session, "labeling_frontend")
    return LabelingFrontend(id=frontend_id)


def _refuse_broken(session: Session, project_id: str) -> None:
    if behaviour.is_without_editor(session, project_id):
        raise LocalboxError("The project was not set up completely")


def connect(session: Session, project_id: str | None, ontology_id: str) -> None:
    """Connect a project to its ontology."""
    project, ontology = get(session, project_id), ontologies.get(session, ontology_id)
    _refuse_broken(session, project.id)
    fits = ontology.media_type in {None, project.allowed_media_type} or project.allowed_media_type is None
    if not fits:
        raise MalformedError("Ontology and project must share the same type, unless the ontology has no type.")
    made = now()
    times = dict.fromkeys(("setup_complete", "last_activity_time", "updated_at"), made)
    session.update("projects", project.id, ontology_id=ontology.id, **times)


def using(session: Session, ontology_id: str, where: dict[str, Any] | None) -> list[Project]:
    """Return the projects that use an ontology."""
    text, parameters = filters.condition(where)
    sql = f"{SELECT} WHERE ontology_id = ? AND {text} ORDER BY seq DESC"
    return session.all(Project, sql, (ontology_id, *parameters))


def set_up(session: Session, project_id: str | None, options: str | None) -> None:
    """Set up a project in the first way: its ontology is in the editor's options.

    SDKs before 7 have it as ``project.setup``; an ontology without features is the way to give a project its editor.
    """
    project = get(session, project_id)
    tree = ontologies.parsed(options or "{}")
    if tree.get("tools") or tree.get("classifications"):
        made = ontologies.create(session, project.name, options or "{}", project.allowed_media_type)
        connect(session, project.id, made.id)


def show_predictions(session: Session, project_id: str | None, show: bool) -> Project:
    """Return whether annotators see pre-labels."""
    project = get(session, project_id)
    session.update("projects", project.id, shows_predictions=show, updated_at=now())
    return project


def row_count(session: Session, project_id: str) -> int:
    """Return the number of data rows in a project's batches."""
    return int(session.value("SELECT count(*) FROM batch_rows WHERE project_id = ?", (project_id,)))


def label_count(session: Session, project_id: str) -> int:
    """Return the number of labels in a project."""
    return int(session.value("SELECT count(*) FROM labels WHERE project_id = ?", (project_id,)))


def with_dataset(session: Session, dataset_id: str) -> set[str]:
    """Return the ids of the projects that have rows of a dataset."""
    sql = (
        "SELECT DISTINCT b.project_id FROM batch_rows b JOIN data_rows r ON r.id = b.data_row_id WHERE r.dataset_id = ?"
    )
    return set(session.column(sql, (dataset_id,)))
