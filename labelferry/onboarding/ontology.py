"""Step 2: the ontology, compared as a tree before it is used."""

from collections.abc import Mapping
from typing import Any

from labelferry.errors import ConflictError
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.resolve import Kind, Resolved, resolve
from labelferry.ontology import Ontology, diff, lacks

__all__ = ["ensure_ontology"]


def ensure_ontology(onboarding: Onboarding) -> Resolved:
    """Make sure that the ontology is there and means what the spec says.

    One that was inferred from the labels may have grown since; it only has to hold every name that the labels use.

    Raises:
        ConflictError: with the differences, when the one that is there is another.
    """
    client, wanted = onboarding.client, onboarding.desired.ontology()
    reference = onboarding.desired.spec.ontology
    ontology = resolve(
        Kind(
            "ontology",
            client.ontologies.get,
            client.ontologies.find,
            lambda name: client.ontologies.create(name, wanted or {}, "VIDEO"),
        ),
        reference,
        onboarding.ledger,
    )
    if wanted is not None and not ontology.created:
        _compare(client.ontologies.get(ontology.id).normalized, wanted, reference.name, grown=reference.file is None)
    return ontology


def _compare(have: Mapping[str, Any], want: Mapping[str, Any], name: str | None, *, grown: bool) -> None:
    there, wanted = Ontology.from_normalized(have), Ontology.from_normalized(want)
    differences = lacks(there, wanted) if grown else diff(there, wanted)
    if differences:
        listed = "\n".join(f"  {line}" for line in differences)
        raise ConflictError(
            f"ontology '{name}' is there already, and is another:\n{listed}\n"
            "name a new one in the spec, or change the labels or the ontology so that they agree"
        )
