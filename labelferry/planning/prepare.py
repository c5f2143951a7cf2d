"""A spec, wherever it comes from -> the desired state, checked against the ontology that it names."""

from pathlib import Path

from labelferry.ontology import Ontology
from labelferry.planning.desire import desire
from labelferry.planning.desired import Desired
from labelferry.planning.fetch import fetch_text
from labelferry.remote import Remote, connect
from labelferry.settings import Settings
from labelferry.spec import Decisions, Spec, is_text
from labelferry.spec_file import LoadedSpec

__all__ = ["fetch_ontology", "load_spec", "prepare"]


def prepare(spec: Spec | str, settings: Settings, where: Remote, decisions: Decisions | None = None) -> Desired:
    """Read, check and encode everything that the spec names.

    Args:
        spec: the spec, or where it is; see ``load_spec``.
        settings: where the desired state is written, and which files a pasted spec may read.
        where: asked for the ontology when the spec names one by id; nothing is changed there.
        decisions: what this run does otherwise than the spec says.

    Raises:
        InputError: when anything is wrong with the input.
        NotFoundError: when there is no ontology with the id.
    """
    loaded = load_spec(spec, settings.specs).decided(decisions or Decisions())
    return desire(loaded, settings.home, lambda ontology: fetch_ontology(ontology, settings, where))


def load_spec(spec: Spec | str | Path, specs: Path | None = None) -> LoadedSpec:
    """Take a spec that was filled in or pasted, or that a path or URL leads to.

    Args:
        spec: the spec, or where it is. In a spec file paths are relative to its folder.
        specs: the folder that any other spec may read, and that its paths are relative to; without one it reads none.

    Raises:
        SpecError: when it cannot be fetched or understood.
    """
    if isinstance(spec, Spec):
        return LoadedSpec.from_form(spec, specs)
    if isinstance(spec, Path):
        return LoadedSpec.from_file(spec)
    if is_text(spec):
        return LoadedSpec.from_text(spec, "pasted spec", specs)
    if spec.startswith(("http://", "https://")):
        return LoadedSpec.from_text(fetch_text(spec), spec, specs)
    return LoadedSpec.from_file(Path(spec))


def fetch_ontology(ontology: str, settings: Settings, where: Remote) -> Ontology:
    """Ask for the ontology of an id; nothing is changed.

    Raises:
        NotFoundError: when there is none.
    """
    with connect(settings, where) as client:
        return Ontology.from_normalized(client.ontologies.get(ontology).normalized)
