"""The labels of a spec, assembled and checked against the ontology that it names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from labelferry.account.profile import is_kept, kept
from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.errors import ConflictError, NotFoundError
from labelferry.labelbox import Dataset, OntologyRecord, Project
from labelferry.labelbox.exports import WITHOUT_LABELS
from labelferry.labelbox.records import DataRow
from labelferry.ledger import open_ledger
from labelferry.model.media import Media
from labelferry.onboarding.context import Connect
from labelferry.ontology import Ontology
from labelferry.progress import announce
from labelferry.remote import Remote, connect
from labelferry.settings import Settings
from labelferry.sources.existing_rows import HeldRow
from labelferry.spec import Decisions, ExistingRows, Reference, Spec
from labelferry.spec.load import load_spec

__all__ = ["AtService", "assemble"]


def assemble(
    spec: Spec | str,
    settings: Settings,
    remote: Remote,
    decisions: Decisions | None = None,
    connecting: Connect = connect,
) -> Desired:
    """Read, check and encode everything that the spec names.

    Args:
        spec: the spec, or its place; see ``load_spec``.
        settings: where the desired state is written, and which files a pasted spec may read.
        remote: where existing data rows and ontologies are looked up; nothing is changed there.
        decisions: what this run overrides in the spec.
        connecting: makes the client.

    Raises:
        InputError: when anything is wrong with the input.
        NotFoundError: when the ontology that the spec names does not exist, or the project or dataset of its videos.
    """
    loaded = load_spec(spec, settings.specs).decided(decisions or Decisions())
    return build(loaded, settings.home, AtService(settings, lambda: remote, connecting))


class AtService:
    """What a spec may need from Labelbox before its labels can be read and checked; nothing is changed there.

    Args:
        settings: how it is asked.
        remote: opens the Labelbox; called only when something is needed.
        connecting: makes the client.
    """

    def __init__(self, settings: Settings, remote: Callable[[], Remote], connecting: Connect = connect) -> None:
        self._settings, self._remote, self._connecting = settings, remote, connecting

    def ontology(self, wanted: Reference) -> Ontology:
        """Return an existing ontology.

        Raises:
            NotFoundError: when there is none with that id or name.
            ConflictError: when several have its name.
        """
        with self._connecting(self._settings, self._remote()) as client:
            found = _only("ontology", "ontology", wanted, client.ontologies.get, client.ontologies.find)
            return Ontology.from_normalized(client.ontologies.get(found.id).normalized)

    def first_frame(self) -> int | None:
        """Return the number of a video's first frame in ranges of answers, as the self-test measured it.

        None when it has not been measured, or the account takes either.
        """
        remote = self._remote()
        with self._connecting(self._settings, remote) as client, open_ledger(self._settings.ledger_url) as file:
            if not is_kept(file, client.endpoint):
                return None
            profile = kept(file, remote.workspace or client.organization.get().id, client.endpoint)
        return None if profile is None else profile.first_frame

    def rows(self, place: ExistingRows) -> Iterator[HeldRow]:
        """Yield the data rows of a project or dataset.

        Raises:
            NotFoundError: when it does not exist.
            ConflictError: when several have its name.
        """
        announce("looking up the data rows in Labelbox")
        with self._connecting(self._settings, self._remote()) as client:
            if place.project is not None:
                project = _only("videos", "project", place.project, client.projects.get, client.projects.find)
                yield from map(_exported, client.exports.project(project.id, None, **WITHOUT_LABELS))
            if place.dataset is not None:
                dataset = _only("videos", "dataset", place.dataset, client.datasets.get, client.datasets.find)
                yield from map(_listed, client.data_rows.list(dataset.id))


ResourceT = TypeVar("ResourceT", Project, Dataset, OntologyRecord)


def _only(
    key: str,
    kind: str,
    wanted: Reference,
    get: Callable[[str], ResourceT],
    find: Callable[[str], Sequence[ResourceT]],
) -> ResourceT:
    """Return the resource that a reference means; ``key`` is where the spec has it."""
    if wanted.id is not None:
        return get(wanted.id)
    found = find(wanted.name or "")
    if not found:
        create = ", or say from: labels or file: to create it" if key == "ontology" else ""
        raise NotFoundError(f"{key}: no {kind} is named '{wanted.name}'; correct its name, or give its id{create}")
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise ConflictError(
            f"{key}: the {kind} name '{wanted.name}' is not unique ({ids}); choose one with {kind}: {{id: ...}}"
        )
    return found[0]


def _listed(row: DataRow) -> HeldRow:
    """Return a data row of a dataset's list."""
    return HeldRow(row.id, row.global_key, row.external_id, row.row_data, _media(row.media_attributes))


def _exported(row: Mapping[str, Any]) -> HeldRow:
    """Return a data row of an export."""
    there = row["data_row"]
    media = _media(row.get("media_attributes") or {})
    return HeldRow(there["id"], there.get("global_key"), there.get("external_id"), there.get("row_data"), media)


def _media(attributes: Mapping[str, Any]) -> Media:
    """Return the facts that the service read of a video; exports and queries spell their names differently."""

    def number(*names: str) -> float | None:
        found = (attributes.get(name) for name in names)
        return next((float(each) for each in found if isinstance(each, int | float) and each > 0), None)

    width, height, count = number("width"), number("height"), number("frame_count", "frameCount")
    return Media(
        width=None if width is None else int(width),
        height=None if height is None else int(height),
        fps=number("frame_rate", "frameRate"),
        frame_count=None if count is None else int(count),
    )
