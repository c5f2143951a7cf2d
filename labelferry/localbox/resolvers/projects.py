"""Projects, their editor and queues."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.ids import new_id
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import annotations, filters, labels, ontologies, projects, webhooks
from labelferry.localbox.state.projects import LabelingFrontend, Project


@query("project")
def project(_: None, context: Context, where: dict[str, Any] | None = None) -> Project:
    """Return one project."""
    return projects.get(context.session, (where or {}).get("id"))


@query("projects")
def all_projects(
    _: None, context: Context, where: dict[str, Any] | None = None, skip: int | None = None, first: int | None = None
) -> list[Project]:
    """Return the projects that match a filter."""
    return projects.find(context.session, where, skip, first)


@mutation("createProject")
def create_project(_: None, context: Context, data: dict[str, Any]) -> Project:
    """Create a project."""
    return projects.create(context.session, data)


@mutation("updateProject")
def update_project(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> Project:
    """Change or delete a project, or give it its editor."""
    return projects.update(context.session, where.get("id"), data)


@mutation("project")
def project_mutation(_: None, context: Context, where: dict[str, Any]) -> Project:
    """Return the project that the nested mutation applies to."""
    return projects.get(context.session, where.get("id"))


@field("ProjectMutation", "connectOntology")
def connect_ontology(source: Project, context: Context, ontologyId: str) -> dict[str, str]:  # noqa: N803
    """Connect the project to its ontology."""
    projects.connect(context.session, source.id, ontologyId)
    return {"id": source.id}


@field("ProjectMutation", "showPredictionsToLabelers")
def show_predictions(source: Project, context: Context, show: bool) -> dict[str, Any]:
    """Return whether annotators see pre-labels."""
    projects.show_predictions(context.session, source.id, show)
    return {"id": source.id, "showingPredictionsToLabelers": show}


@query("labelingFrontends")
def labeling_frontends(
    _: None, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[LabelingFrontend]:
    """Return the editors that match a filter: at most one."""
    only = projects.frontend(context.session)
    text, parameters = filters.condition(where)
    shown = "SELECT ? AS id, ? AS name, ? AS description, NULL AS created_at, NULL AS updated_at"
    sql = f"SELECT 1 FROM ({shown}) WHERE {text}"  # noqa: S608
    fits = context.session.value(sql, (only.id, only.name, only.description, *parameters))
    return filters.page([only], skip, first) if fits else []


@mutation("createLabelingFrontendOptions")
def create_options(_: None, context: Context, data: dict[str, Any]) -> dict[str, Any]:
    """Return the editor's options unchanged; an ontology in them is created and connected."""
    owner = ((data.get("project") or {}).get("connect") or {}).get("id")
    projects.set_up(context.session, owner, data.get("customizationOptions"))
    return {"id": new_id(), "customizationOptions": data.get("customizationOptions")}


@field("Project", "labelingFrontend")
def labeling_frontend(source: Project, context: Context) -> LabelingFrontend | None:
    """Return the project's editor, null until it has one."""
    return projects.frontend(context.session) if source.labeling_frontend_id else None


@field("Project", "dataRowCount")
def row_count(source: Project, context: Context) -> int:
    """Return the number of rows in the project's batches."""
    return projects.row_count(context.session, source.id)


@field("Project", "labelCount")
def label_count(source: Project, context: Context) -> int:
    """Return the number of labels."""
    return projects.label_count(context.session, source.id)


@field("Project", "ontology")
def project_ontology(source: Project, context: Context) -> ontologies.Ontology | None:
    """Return the project's ontology, null until it has one."""
    return ontologies.get(context.session, source.ontology_id) if source.ontology_id else None


@field("Project", "labels")
def project_labels(
    source: Project,
    context: Context,
    where: dict[str, Any] | None = None,
    skip: int | None = None,
    first: int | None = None,
    orderBy: str | None = None,  # noqa: N803 - the schema's word
) -> list[labels.Label]:
    """Return those of the project's labels that are already readable."""
    hidden = annotations.unread(context.session)
    found = labels.find(context.session, project_id=source.id, where=where, order=orderBy, skip=skip, first=first)
    return [label for label in found if label.import_id not in hidden]


@field("Project", "webhooks")
def project_webhooks(
    source: Project, context: Context, skip: int = 0, first: int = 100, **_: Any
) -> list[webhooks.Webhook]:
    """Return the project's webhooks."""
    return filters.page(webhooks.of_project(context.session, source.id), skip, first)


@field("Project", "benchmarks")
def project_benchmarks(
    source: Project, context: Context, skip: int = 0, first: int = 100, **_: Any
) -> list[labels.Benchmark]:
    """Return the benchmarks of the project."""
    return filters.page(labels.benchmarks_of_project(context.session, source.id), skip, first)
