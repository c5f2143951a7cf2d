"""The labels of a spec, assembled and checked against the ontology that it names."""

from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.ontology import Ontology
from labelferry.remote import Remote, connect
from labelferry.settings import Settings
from labelferry.spec import Decisions, Spec
from labelferry.spec.load import load_spec

__all__ = ["assemble", "fetch_ontology"]


def assemble(spec: Spec | str, settings: Settings, remote: Remote, decisions: Decisions | None = None) -> Desired:
    """Read, check and encode everything that the spec names.

    Args:
        spec: the spec, or its place; see ``load_spec``.
        settings: where the desired state is written, and which files a pasted spec may read.
        remote: where an ontology that the spec names by id is fetched; nothing is changed there.
        decisions: what this run overrides in the spec.

    Raises:
        InputError: when anything is wrong with the input.
        NotFoundError: when no ontology has the id.
    """
    loaded = load_spec(spec, settings.specs).decided(decisions or Decisions())
    return build(loaded, settings.home, lambda ontology: fetch_ontology(ontology, settings, remote))


def fetch_ontology(ontology: str, settings: Settings, remote: Remote) -> Ontology:
    """Fetch the ontology with an id; nothing is changed.

    Raises:
        NotFoundError: when there is none with that id.
    """
    with connect(settings, remote) as client:
        return Ontology.from_normalized(client.ontologies.get(ontology).normalized)
