"""The annotations of a label or a row's pre-labels, in the form that exports and the page have."""

from typing import Any

from labelferry.localbox.rendering.label import annotations
from labelferry.localbox.rendering.sheet import Url
from labelferry.localbox.state import labels, ontologies, projects
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.labels import Label
from labelferry.localbox.validation import features


def ontology_of(session: Session, project_id: str) -> features.Ontology:
    """The features of a project's ontology; none when it has none."""
    project = projects.get(session, project_id)
    tree = ontologies.get(session, project.ontology_id).tree if project.ontology_id else {}
    return features.read(tree)


def of_label(session: Session, label: Label, *, interpolated: bool, url: Url) -> dict[str, Any]:
    """A label's annotations."""
    ontology = ontology_of(session, label.project_id)
    return annotations(labels.lines(session, label.id), ontology, interpolated=interpolated, url=url)


def predicted(session: Session, project_id: str, row_id: str, *, url: Url) -> dict[str, Any]:
    """A row's pre-labels."""
    ontology = ontology_of(session, project_id)
    return annotations(labels.predictions(session, project_id, row_id), ontology, interpolated=False, url=url)
