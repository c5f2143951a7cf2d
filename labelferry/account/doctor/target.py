"""What a spec names, at the service: storage, names, data rows. Queries only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.account.doctor.reachable import check_reachable
from labelferry.account.doctor.signed_addresses import check_signed
from labelferry.account.doctor.storage import check_integrations, check_storage, cloud
from labelferry.errors import InputError, NotFoundError
from labelferry.labelbox import Client
from labelferry.listing import counted, shorten
from labelferry.model.keys import identity
from labelferry.onboarding.steps.signing import wanted_integration
from labelferry.sources.manifest import VideoRow, read_videos
from labelferry.spec import IAM_NONE, ExistingRows, Reference, Spec
from labelferry.spec.loaded import LoadedSpec

__all__ = ["check_target"]

SHOWN = 3


def check_target(client: Client, loaded: LoadedSpec, now: datetime, http: httpx.Client | None) -> Iterator[HealthCheck]:
    """Yield the checks of what a spec names.

    Args:
        client: of the service.
        loaded: the spec.
        now: the time.
        http: asks for videos by URL; None for a service that does not fetch them, as a localbox.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    videos, known = loaded.spec.videos, client.integrations.list()
    yield check_integrations(known, wanted_integration(loaded.spec))
    if isinstance(videos, ExistingRows):
        yield ok(Topic.SPEC, f"'{loaded.spec.name}', data rows that are in Labelbox already")
        yield from _names(client, loaded.spec)
        return
    try:
        rows = read_videos(videos, loaded.reach)
    except InputError as error:
        yield bad(Topic.SPEC, str(error), "correct it; labelferry check SPEC checks the labels too")
        return
    yield ok(Topic.SPEC, f"'{loaded.spec.name}', {counted(len(rows), 'video')}")
    yield check_storage(client, loaded.spec, rows, known)
    yield from check_signed(rows, now)
    if http is not None and not loaded.reach.confined:  # an untrusted spec must not choose where requests go
        is_public = wanted_integration(loaded.spec) == IAM_NONE
        yield from check_reachable([row for row in rows if is_public or not cloud(row.row_data or "")], http, now)
    yield from _names(client, loaded.spec)
    yield from _rows(client, rows, processes=http is not None)


def _names(client: Client, spec: Spec) -> Iterator[HealthCheck]:
    datasets, projects, ontologies = client.datasets, client.projects, client.ontologies
    if isinstance(spec.videos, ExistingRows) and spec.videos.project:
        yield _existing_name("project", spec.videos.project, projects.get, projects.find, "videos")
    if isinstance(spec.videos, ExistingRows) and spec.videos.dataset:
        yield _existing_name("dataset", spec.videos.dataset, datasets.get, datasets.find, "videos")
    if spec.dataset:
        yield _name("dataset", spec.dataset, datasets.get, datasets.find)
    yield _name("project", spec.project, projects.get, projects.find)
    if spec.ontology.must_exist:
        yield _existing_name("ontology", spec.ontology, ontologies.get, ontologies.find, "ontology")
    else:
        yield _name("ontology", spec.ontology, ontologies.get, ontologies.find)


def _name(
    kind: str, reference: Reference, get: Callable[[str], object], find: Callable[[str], Sequence[object]]
) -> HealthCheck:
    """Check that a resource is named unambiguously."""
    name = reference.name or reference.id or ""
    if reference.id is not None:
        try:
            get(reference.id)
        except NotFoundError:
            return bad(Topic.NAMES, f"no {kind} has the id {name}", f"correct {kind}: {{id: ...}} in the spec")
        return ok(Topic.NAMES, f"{kind} {name} exists")
    found = find(name)
    if len(found) > 1:
        remedy = f"choose one in the spec, {kind}: {{id: ...}}, or rename the others in Labelbox"
        return bad(Topic.NAMES, f"{counted(len(found), kind)} have the name '{name}'", remedy)
    return ok(Topic.NAMES, f"{kind} '{name}' {'exists' if found else 'does not exist yet'}")


def _existing_name(
    kind: str, reference: Reference, get: Callable[[str], object], find: Callable[[str], Sequence[object]], key: str
) -> HealthCheck:
    """Check that a resource that a key of the spec takes as it is exists, and is named unambiguously."""
    if reference.id is None and not find(reference.name or ""):
        return bad(Topic.NAMES, f"no {kind} is named '{reference.name}'", f"correct the name under {key}")
    return _name(kind, reference, get, find)


def _rows(client: Client, rows: Sequence[VideoRow], *, processes: bool) -> Iterator[HealthCheck]:
    keys = [row.global_key for row in rows]
    present = [key for key, row_id in client.data_rows.lookup(keys).items() if row_id]
    exported = list(client.exports.catalog(present)) if present else []
    yield _existing(rows, present)
    yield from _spelling(present, exported)
    if processes:
        yield from _processing(exported)


def _spelling(present: Sequence[str], exported: Sequence[Mapping[str, Any]]) -> Iterator[HealthCheck]:
    spelt = {str(row["data_row"]["global_key"]) for row in exported}
    known = {identity(key) for key in spelt}
    if others := [key for key in present if key not in spelt and identity(key) in known]:
        remedy = "write the keys as in Labelbox; labelferry takes them as the same, other tools may not"
        yield warn(Topic.ROWS, f"exist in another case: {_some(others)}", remedy)


def _processing(exported: Sequence[Mapping[str, Any]]) -> Iterator[HealthCheck]:
    sized = ((row["data_row"]["global_key"], (row.get("media_attributes") or {}).get("height")) for row in exported)
    if unread := [key for key, height in sized if not height]:
        remedy = "open them in Labelbox's Catalog: 'Processing issues' tells why it cannot read the video"
        yield warn(Topic.ROWS, f"not processed, or of unknown size: {_some(unread)}", remedy)


def _existing(rows: Sequence[VideoRow], present: Sequence[str]) -> HealthCheck:
    """Check that the rows exist that have to: those that the manifest gives no video for."""
    text = f"{len(present)} of {counted(len(rows), 'data row')} exist"
    held = set(present)
    if lost := [row.global_key for row in rows if row.row_data is None and row.global_key not in held]:
        remedy = "correct the global keys in the manifest, or give row_data there to have the data rows created"
        return bad(Topic.ROWS, f"{text}; without row_data, and not found: {_some(lost)}", remedy)
    return ok(Topic.ROWS, text)


def _some(keys: Sequence[str]) -> str:
    return ", ".join(shorten(list(keys), SHOWN))
