"""Step 3: the project, connected to the ontology."""

from labelferry.errors import ConflictError, RejectedError, UnavailableError
from labelferry.labelbox import OntologyRecord, Project, costs
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.resolve import Resolved, ResourceKind, plan_resource, resolve
from labelferry.onboarding.steps.versions import is_version_of
from labelferry.progress import announce

__all__ = ["create_project", "plan_project", "project_kind", "refuse_moved", "refuse_other_ontology"]


def plan_project(onboarding: Onboarding, ontology: str | None, *, undecided: bool = False) -> PlannedStep:
    """Return what ``create_project`` would do.

    Args:
        onboarding: its desired state, client and ledger.
        ontology: None when it is yet to be created.
        undecided: whether the ontology is a conflict: using it, or a version of it, is not another one.
    """
    step = plan_resource(
        project_kind(onboarding), onboarding.desired.spec.project, onboarding.ledger, costs.NEW_PROJECT
    )
    if step.action is Action.CONFLICT:
        return step
    try:
        refuse_moved(onboarding, step.id)
        if undecided and step.id is not None and _uses_a_version(onboarding, step.id):
            return step
        connected = step.id is not None and refuse_other_ontology(onboarding, step.id, ontology)
    except ConflictError as error:
        return PlannedStep(step.kind, step.name, Action.CONFLICT, str(error), id=step.id)
    if step.id is not None and not connected:
        reason = "exists without this ontology; it will be connected"
        return PlannedStep(step.kind, step.name, Action.UPDATE, reason, step.id, requests=costs.CONNECT_ONTOLOGY)
    return step


def create_project(onboarding: Onboarding, ontology: str) -> Resolved:
    """Make sure that the project exists and uses the ontology.

    Raises:
        ConflictError: when it uses another ontology, or the onboarding was imported into another project before.
    """
    announce("project")
    project = resolve(project_kind(onboarding), onboarding.desired.spec.project, onboarding.ledger)
    refuse_moved(onboarding, project.id)
    if not refuse_other_ontology(onboarding, project.id, ontology):
        _connect(onboarding, project.id, ontology)
    return project


def _connect(onboarding: Onboarding, project: str, ontology: str) -> None:
    """Connect the ontology; refuse a project that has and gets no editor, since it is unusable."""
    projects, wanted = onboarding.client.projects, onboarding.desired.spec.project
    try:
        projects.connect_ontology(project, ontology)
    except (UnavailableError, RejectedError) as error:
        if (isinstance(error, UnavailableError) and not error.acted) or projects.has_editor(project):
            raise
        remedy = (
            "set it up in Labelbox, or name another project" if wanted.id else "delete it in Labelbox and run again"
        )
        raise UnavailableError(
            f"project '{wanted.name or wanted.id}' ({project}) has no editor, and Labelbox gave it none; run again, "
            f"and if that does not help, {remedy}: Labelbox did not finish setting it up ({error})"
        ) from error


def project_kind(onboarding: Onboarding) -> ResourceKind:
    """Return how projects are found and created."""
    projects = onboarding.client.projects
    return ResourceKind("project", projects.get, projects.find, lambda name: _create_project(onboarding, name))


def refuse_other_ontology(onboarding: Onboarding, project: str, ontology: str | None) -> bool:
    """Return whether the project is connected to the ontology; None stands for one that is yet to be created.

    False when it has none yet, or an earlier version that the spec allows to be replaced.

    Raises:
        ConflictError: when it uses another one.
    """
    connected, wanted = onboarding.client.projects.ontology(project), onboarding.desired.spec.project
    if connected is None or (connected.id != ontology and _gives_way(onboarding, connected)):
        return False
    if connected.id != ontology:
        raise ConflictError(
            f"project '{wanted.name or wanted.id}' uses ontology '{connected.name}' ({connected.id}), not "
            f"the one in the spec ({ontology or 'not created yet'}); name that ontology by id, or another project, and "
            "give the onboarding a new name if it was imported before"
        )
    return True


def _gives_way(onboarding: Onboarding, connected: OntologyRecord) -> bool:
    """Return whether an ontology is an earlier version of the desired one, and the spec allows new versions."""
    return onboarding.desired.spec.on_ontology_change == "new-version" and _is_version(onboarding, connected)


def _uses_a_version(onboarding: Onboarding, project: str) -> bool:
    connected = onboarding.client.projects.ontology(project)
    return connected is not None and _is_version(onboarding, connected)


def _is_version(onboarding: Onboarding, connected: OntologyRecord) -> bool:
    """Return whether an ontology is the one in the spec, or a version of it."""
    wanted = onboarding.desired.spec.ontology
    return wanted.name == connected.name or is_version_of(connected.name, wanted.name) or connected.id == wanted.id


def _create_project(onboarding: Onboarding, name: str) -> Project:
    refuse_moved(onboarding, None)
    wanted = onboarding.desired.spec.project
    return onboarding.client.projects.create(name, wanted.media_type, description=wanted.description or "")


def refuse_moved(onboarding: Onboarding, project: str | None) -> None:
    """Refuse another project than before: the ledger's lines are done in that one only.

    Raises:
        ConflictError: when the onboarding was imported into another one.
    """
    entries = [entry for kind in ("batch", "job") for entry in onboarding.ledger.entries(kind)]
    before = {entry.detail["project"] for entry in entries if "project" in entry.detail} - {project}
    if before:
        raise ConflictError(
            f"'{onboarding.desired.spec.name}' was imported into project {', '.join(sorted(before))}, which the "
            "spec no longer names or which was deleted; name it by id, or give the onboarding a new name to import "
            "everything again"
        )
