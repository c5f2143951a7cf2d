"""A spec, by path or by value -> the desired state, checked against the ontology that it names."""

from pathlib import Path

from labelferry.ontology import Ontology
from labelferry.planning.desire import desire
from labelferry.planning.desired import Desired
from labelferry.remote import Remote, connect
from labelferry.settings import Settings
from labelferry.spec import LoadedSpec, Spec

__all__ = ["prepare"]


def prepare(spec: Spec | str, settings: Settings, where: Remote) -> Desired:
    """Read, check and encode everything that the spec names.

    Args:
        spec: path of a spec file, or a spec that somebody filled in, whose paths are relative to the working folder.
        settings: where the desired state is written.
        where: asked for the ontology when the spec names one by id; nothing is changed there.

    Raises:
        InputError: when anything is wrong with the input.
        NotFoundError: when there is no ontology with the id.
    """
    loaded = LoadedSpec.from_file(Path(spec)) if isinstance(spec, str) else LoadedSpec.from_form(spec, Path.cwd())
    by_id = loaded.spec.ontology.id
    return desire(loaded, settings.home, None if by_id is None else _fetch(by_id, settings, where))


def _fetch(ontology: str, settings: Settings, where: Remote) -> Ontology:
    with connect(settings, where) as client:
        return Ontology.from_normalized(client.ontologies.get(ontology).normalized)
