"""The annotations of a label or a row's pre-labels, in the form that exports and the page have."""

from typing import Any

from labelferry.localbox.rendering.label import annotations
from labelferry.localbox.rendering.sheet import Style, Url
from labelferry.localbox.state import labels, ontologies, projects, settings
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.labels import Label
from labelferry.localbox.state.switches import Switches
from labelferry.localbox.validation import features

EXPORTED = Switches("exports")
SEEN = "labels seen"


def ontology_of(session: Session, project_id: str) -> features.Ontology:
    """Return the features of a project's ontology; none when it has no ontology."""
    project = projects.get(session, project_id)
    tree = ontologies.get(session, project.ontology_id).tree if project.ontology_id else {}
    return features.read(tree)


ON_THE_PAGE = Style(framed="classifications")
"""The page has a track of its own for each set of frames."""
IN_V1 = Style(framed="every frame")
"""The first exports have a line for each frame."""


def unread(session: Session) -> set[str]:
    """Return the imports whose labels cannot be read yet; this look-up is counted."""
    after = EXPORTED.position(session, "labels_after")
    if after is None:
        return set()
    seen: dict[str, int] = settings.read(session, SEEN, {})
    made: list[str] = session.column("SELECT DISTINCT import_id FROM labels WHERE import_id IS NOT NULL")
    settings.write(session, SEEN, {each: seen.get(each, 0) + 1 for each in made})
    return {each for each in made if seen.get(each, 0) < after}


def counts_looks(session: Session) -> bool:
    """Return whether reading labels has to be counted."""
    return EXPORTED.position(session, "labels_after") is not None


def exported(session: Session, label: Label, *, interpolated: bool, url: Url) -> dict[str, Any]:
    """Return a label's annotations as exports have them."""
    style = Style(EXPORTED.position(session, "framed"), EXPORTED.position(session, "segments"))
    lines, ontology = labels.lines(session, label.id), ontology_of(session, label.project_id)
    return annotations(lines, ontology, interpolated=interpolated, url=url, style=style)


def exported_v1(session: Session, label: Label, *, url: Url) -> dict[str, Any]:
    """Return a label's annotations on every frame that shows them."""
    lines, ontology = labels.lines(session, label.id), ontology_of(session, label.project_id)
    return annotations(lines, ontology, interpolated=True, url=url, style=IN_V1)


def shown(session: Session, label: Label, *, url: Url) -> dict[str, Any]:
    """Return a label's annotations as the page has them."""
    lines, ontology = labels.lines(session, label.id), ontology_of(session, label.project_id)
    return annotations(lines, ontology, interpolated=False, url=url, style=ON_THE_PAGE)


def predicted(session: Session, project_id: str, row_id: str, *, url: Url) -> dict[str, Any]:
    """Return a row's pre-labels as the page has them."""
    lines, ontology = labels.predictions(session, project_id, row_id), ontology_of(session, project_id)
    return annotations(lines, ontology, interpolated=False, url=url, style=ON_THE_PAGE)
