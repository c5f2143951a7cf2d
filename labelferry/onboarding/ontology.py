"""Step 2: the ontology, compared as a tree before it is used."""

from collections.abc import Mapping
from typing import Any

from labelferry.errors import ConflictError
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.resolve import Kind, Resolved, resolve
from labelferry.ontology import Ontology, diff, lacks
from labelferry.progress import announce

__all__ = ["compare_ontology", "ensure_ontology", "ontology_kind"]


def ensure_ontology(onboarding: Onboarding) -> Resolved:
    """Make sure that the ontology is there and means what the spec says.

    One that was inferred from the labels may have grown since; it only has to hold every name that the labels use.

    Raises:
        ConflictError: with the differences, when the one that is there is another.
    """
    announce("ontology")
    ontology = resolve(ontology_kind(onboarding), onboarding.desired.spec.ontology, onboarding.ledger)
    if not ontology.created:
        compare_ontology(onboarding, ontology.id)
    return ontology


def ontology_kind(onboarding: Onboarding) -> Kind:
    """How ontologies are found and made."""
    ontologies, wanted = onboarding.client.ontologies, onboarding.desired.ontology()
    return Kind(
        "ontology", ontologies.get, ontologies.find, lambda name: ontologies.create(name, wanted or {}, "VIDEO")
    )


def compare_ontology(onboarding: Onboarding, ontology: str) -> None:
    """Refuse an ontology that is there and means something else than the spec.

    Raises:
        ConflictError: with the differences.
    """
    wanted, reference = onboarding.desired.ontology(), onboarding.desired.spec.ontology
    if wanted is not None:
        have = onboarding.client.ontologies.get(ontology).normalized
        _compare(have, wanted, reference.name, grown=reference.file is None)


def _compare(have: Mapping[str, Any], want: Mapping[str, Any], name: str | None, *, grown: bool) -> None:
    there, wanted = Ontology.from_normalized(have), Ontology.from_normalized(want)
    differences = lacks(there, wanted) if grown else diff(there, wanted)
    if differences:
        listed = "\n".join(f"  {line}" for line in differences)
        raise ConflictError(
            f"ontology '{name}' is there already, and is another:\n{listed}\n"
            "name a new one in the spec, or change the labels or the ontology so that they agree"
        )
