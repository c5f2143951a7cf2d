"""Step 2: the ontology, compared as a tree before it is used.

An existing ontology of that name with different content is never changed: depending on the spec, the run stops or a new
version is created, named after its content, so that it is found again even if the ledger is lost. Later versions build
on the one that the project uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from labelferry.checks.names import check as check_names
from labelferry.checks.subject import Facts
from labelferry.errors import ConflictError, NotFoundError
from labelferry.labelbox import costs
from labelferry.labelbox.records import OntologyRecord
from labelferry.model.findings import Finding
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.project import project_kind
from labelferry.onboarding.steps.resolve import BY_ID, FOUND, NEW, Resolved, ResourceKind, look_up, resolve
from labelferry.onboarding.steps.versions import is_version_of, version_name
from labelferry.ontology import DifferenceKind, Ontology, OntologyDifference, diff, lacks, merge
from labelferry.progress import announce
from labelferry.spec import Reference

__all__ = ["Chosen", "build_ontology", "choose_ontology", "ontology_kind", "plan_ontology"]

LOSSES = {DifferenceKind.MISSING, DifferenceKind.KIND}
"""Differences that leave existing labels without their feature."""
MOST_LINES, MOST_FINDINGS = 20_000, 20
"""Lines in which a difference is looked for, and places that are shown."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ontology that an onboarding uses.

    Args:
        reference: its id if it exists, or its name if it is to be created.
        id: None when it is to be created.
        tree: what is created then, in the normalised form.
        differences: how the existing one differs, when a version of it is created or used.
    """

    reference: Reference
    id: str | None
    tree: Mapping[str, Any]
    differences: tuple[OntologyDifference, ...] = ()


def plan_ontology(onboarding: Onboarding) -> PlannedStep:
    """Return what ``build_ontology`` would do."""
    wanted = onboarding.desired.spec.ontology
    try:
        chosen = choose_ontology(onboarding)
    except ConflictError as error:
        return PlannedStep("ontology", wanted.name or wanted.id or "", Action.CONFLICT, str(error))
    return _planned(wanted, chosen)


def _planned(wanted: Reference, chosen: Chosen) -> PlannedStep:
    called = wanted.name or wanted.id or ""
    name = chosen.reference.name or called
    listed = "".join(f"\n  {line}" for line in chosen.differences)
    if chosen.id is None:
        reason = f"a new version, because '{called}' differs:{listed}" if listed else NEW
        return PlannedStep("ontology", name, Action.CREATE, reason, requests=costs.NEW_ONTOLOGY)
    reason = BY_ID if wanted.id else FOUND
    if listed:
        reason = "a version of it has what the labels need"
    return PlannedStep("ontology", name, Action.REUSE, reason, id=chosen.id)


def build_ontology(onboarding: Onboarding) -> Resolved:
    """Make sure that the ontology exists and agrees with the spec.

    One that was inferred from the labels may have grown since; it only has to contain every name that the labels use.

    Raises:
        ConflictError: with the differences, when the existing one differs.
    """
    announce("ontology")
    chosen = choose_ontology(onboarding)
    return resolve(ontology_kind(onboarding, chosen.tree), chosen.reference, onboarding.ledger)


def ontology_kind(onboarding: Onboarding, tree: Mapping[str, Any] | None = None) -> ResourceKind:
    """Return how ontologies are found and created."""
    ontologies = onboarding.client.ontologies
    return ResourceKind(
        "ontology", ontologies.get, ontologies.find, lambda name: ontologies.create(name, tree or {}, "VIDEO")
    )


def choose_ontology(onboarding: Onboarding) -> Chosen:
    """Return which ontology is used or created. Changes nothing.

    Raises:
        ConflictError: with the differences, when the existing one differs and no new version may be created.
        NotFoundError: when the spec names an existing one that has been deleted.
    """
    reference, wanted = onboarding.desired.spec.ontology, onboarding.desired.ontology()
    known = look_up(ontology_kind(onboarding), reference, onboarding.ledger)
    if wanted is None and known is None:
        raise NotFoundError(f"ontology '{reference.name}' no longer exists; name another one in the spec")
    if known is None or wanted is None:
        return Chosen(reference, known, wanted or {})
    first = onboarding.client.ontologies.get(known)
    differences = _differences(onboarding, first)
    if not differences:
        return Chosen(reference, known, wanted)
    return _version(onboarding, first, _connected_version(onboarding, first.name) or first, tuple(differences))


def _version(
    onboarding: Onboarding, first: OntologyRecord, latest: OntologyRecord, differences: tuple[OntologyDifference, ...]
) -> Chosen:
    if latest.id != first.id and not _differences(onboarding, latest):
        return Chosen(Reference(id=latest.id), latest.id, latest.normalized, differences)
    tree = merge(
        Ontology.from_normalized(latest.normalized),
        Ontology.from_normalized(onboarding.desired.ontology() or {}),
        grown=_may_have_grown(onboarding),
    )
    reference = Reference(name=version_name(first.name, tree))
    known = look_up(ontology_kind(onboarding), reference, onboarding.ledger)
    if known is None and onboarding.desired.spec.on_ontology_change == "fail":
        listed = "\n".join(f"  {each}" for each in (*differences, *_in_labels(onboarding, first)))
        raise ConflictError(
            f"an ontology named '{first.name}' already exists and differs:\n{listed}\n"
            "change the labels or the ontology so that they agree, set on_ontology_change: new-version, or name a new "
            "ontology and a new project in the spec, and give the onboarding a new name"
        )
    _refuse_loss(onboarding, latest, tree)
    return Chosen(reference, known, tree.to_normalized(), differences)


def _in_labels(onboarding: Onboarding, held: OntologyRecord) -> list[Finding]:
    """Return where labels that the ontology is inferred from first use what an existing one lacks."""
    if not _may_have_grown(onboarding):
        return []
    look = check_names(Facts(Ontology.from_normalized(held.normalized), media={}))
    first: dict[str, Finding] = {}
    for line in islice(onboarding.desired.index(), MOST_LINES):
        for finding in look([onboarding.desired.video(line)]):
            first.setdefault(finding.message, finding)
    return list(first.values())[:MOST_FINDINGS]


def _refuse_loss(onboarding: Onboarding, latest: OntologyRecord, tree: Ontology) -> None:
    """Refuse a version that lacks a feature: labels of a project need every feature that they were created with."""
    lost = [each for each in lacks(tree, Ontology.from_normalized(latest.normalized)) if each.kind in LOSSES]
    project = _project(onboarding) if lost else None
    if project is not None and onboarding.client.projects.label_count(project):
        listed = "\n".join(f"  {each}" for each in lost)
        raise ConflictError(
            f"the new version of ontology '{latest.name}' would remove features from a project that has labels:\n"
            f"{listed}\nkeep them in the ontology's file, or name another project and give the onboarding a new name"
        )


def _connected_version(onboarding: Onboarding, first: str) -> OntologyRecord | None:
    """Return the version that the project uses."""
    project = _project(onboarding)
    connected = None if project is None else onboarding.client.projects.ontology(project)
    return connected if connected and is_version_of(connected.name, first) else None


def _project(onboarding: Onboarding) -> str | None:
    return look_up(project_kind(onboarding), onboarding.desired.spec.project, onboarding.ledger)


def _differences(onboarding: Onboarding, held: OntologyRecord) -> list[OntologyDifference]:
    there = Ontology.from_normalized(held.normalized)
    wanted = Ontology.from_normalized(onboarding.desired.ontology() or {})
    return lacks(there, wanted) if _may_have_grown(onboarding) else diff(there, wanted)


def _may_have_grown(onboarding: Onboarding) -> bool:
    return onboarding.desired.spec.ontology.file is None
