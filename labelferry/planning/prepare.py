"""A spec, wherever it comes from -> the desired state, checked against the ontology that it names."""

from pathlib import Path

import httpx

from labelferry.errors import SpecError
from labelferry.ontology import Ontology
from labelferry.planning.desire import desire
from labelferry.planning.desired import Desired
from labelferry.remote import Remote, connect
from labelferry.settings import Settings
from labelferry.spec import Decisions, Spec, is_text
from labelferry.spec_file import LoadedSpec

__all__ = ["fetch_ontology", "load_spec", "prepare"]

FETCH_SECONDS = 30.0
MOST_BYTES = 1_000_000
"""Of a spec at an address: far more than any has; videos and labels are files of their own."""


def prepare(spec: Spec | str, settings: Settings, where: Remote, decisions: Decisions | None = None) -> Desired:
    """Read, check and encode everything that the spec names.

    Args:
        spec: the spec, or where it is; see ``load_spec``.
        settings: where the desired state is written.
        where: asked for the ontology when the spec names one by id; nothing is changed there.
        decisions: what this run does otherwise than the spec says.

    Raises:
        InputError: when anything is wrong with the input.
        NotFoundError: when there is no ontology with the id.
    """
    loaded = load_spec(spec).decided(decisions or Decisions())
    by_id = loaded.spec.ontology.id
    return desire(loaded, settings.home, None if by_id is None else fetch_ontology(by_id, settings, where))


def load_spec(spec: Spec | str | Path) -> LoadedSpec:
    """Take a spec that somebody filled in, pasted, or gave the address or the path of.

    Paths in a spec file are relative to its folder; in any other spec to the working folder.

    Raises:
        SpecError: when it cannot be had or understood.
    """
    if isinstance(spec, Spec):
        return LoadedSpec.from_form(spec, Path.cwd())
    if isinstance(spec, Path):
        return LoadedSpec.from_file(spec)
    if is_text(spec):
        return LoadedSpec.from_text(spec, "pasted spec", Path.cwd())
    if spec.startswith(("http://", "https://")):
        return LoadedSpec.from_text(_fetch(spec), spec, Path.cwd())
    return LoadedSpec.from_file(Path(spec))


def _fetch(url: str) -> str:
    try:
        with httpx.stream("GET", url, timeout=FETCH_SECONDS, follow_redirects=True) as response:
            response.raise_for_status()
            body = b""
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise SpecError(f"{url}: over {MOST_BYTES} bytes, which is no spec; give the address of one")
        return body.decode("utf-8-sig")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SpecError(f"{url}: the spec cannot be had ({error}); mend the address or give a path") from error
    except UnicodeDecodeError as error:
        raise SpecError(f"{url}: not UTF-8 text, so no spec; give the address of one") from error


def fetch_ontology(ontology: str, settings: Settings, where: Remote) -> Ontology:
    """Ask for the ontology of an id; nothing is changed.

    Raises:
        NotFoundError: when there is none.
    """
    with connect(settings, where) as client:
        return Ontology.from_normalized(client.ontologies.get(ontology).normalized)
