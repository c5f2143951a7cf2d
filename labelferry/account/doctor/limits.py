"""Limits of Labelbox that a spec comes near (https://docs.labelbox.com/docs/limits). Queries only."""

from collections.abc import Iterator
from itertools import islice

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.errors import NotFoundError
from labelferry.labelbox import Client
from labelferry.labelbox.records import OntologyRecord
from labelferry.ontology import Ontology
from labelferry.ontology.file import read
from labelferry.settings import TIERS, Settings
from labelferry.spec import OntologyRef
from labelferry.spec.loaded import LoadedSpec

__all__ = ["check_limits"]

ONTOLOGIES = 25
"""Of an account on the free tier."""
FEATURES = 4_000
"""Tools, classifications and options of an ontology."""
NEAR = 0.9


def check_limits(client: Client, loaded: LoadedSpec, settings: Settings) -> Iterator[HealthCheck]:
    """Yield the checks of the limits that concern a spec's ontology.

    Args:
        client: of the service.
        loaded: the spec.
        settings: of this process; they name the account's tier.

    Raises:
        SpecError: when the spec's ontology file cannot be read.
        RemoteError: when the service cannot be asked.
    """
    ontology = loaded.spec.ontology
    existing = _existing(client, ontology)
    if existing:
        yield _features(Ontology.from_normalized(existing[0].normalized))
        return
    if not ontology.must_exist and settings.requests_per_minute in {None, TIERS["free"]}:
        yield _ontologies(len(list(islice(client.ontologies.names(), ONTOLOGIES))))
    if ontology.file:
        yield _features(read(loaded.reach.file(ontology.file)))


def _existing(client: Client, ontology: OntologyRef) -> list[OntologyRecord]:
    if ontology.id is None:
        return client.ontologies.find(ontology.name or "")
    try:
        return [client.ontologies.get(ontology.id)]
    except NotFoundError:
        return []


def _ontologies(count: int) -> HealthCheck:
    """Check that one more ontology may be created."""
    found = f"{count} of {ONTOLOGIES} ontologies of the free tier exist"
    remedy = (
        "delete one that no project uses, name an existing one with ontology: {id: ...}, or set LABELFERRY_RATE to the "
        "account's tier if it is not free"
    )
    if count >= ONTOLOGIES:
        return bad(Topic.LIMITS, f"{found}, and the spec needs a new one", remedy)
    if count >= NEAR * ONTOLOGIES:
        return warn(Topic.LIMITS, found, remedy)
    return ok(Topic.LIMITS, found)


def _features(ontology: Ontology) -> HealthCheck:
    count = sum(1 for _ in ontology.walk())
    found = f"the ontology has {count:,} of at most {FEATURES:,} features (tools, classifications, options)"
    remedy = "split it over several projects, or ask for long lists of options as text"
    if count > FEATURES:
        return bad(Topic.LIMITS, found, remedy)
    return warn(Topic.LIMITS, found, remedy) if count >= NEAR * FEATURES else ok(Topic.LIMITS, found)
