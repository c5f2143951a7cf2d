"""What a spec names, at the service: storage, names, data rows. Queries only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.account.doctor.signed_addresses import check_signed
from labelferry.errors import InputError, NotFoundError
from labelferry.labelbox import Client
from labelferry.labelbox.records import Integration
from labelferry.listing import counted, shorten
from labelferry.model.keys import identity
from labelferry.onboarding.steps.signing import is_meant
from labelferry.sources.manifest import VideoRow, read_videos
from labelferry.spec import IAM_NONE, ExistingRows, Reference, Spec
from labelferry.spec.loaded import LoadedSpec

__all__ = ["check_integrations", "check_target"]

CLOUDS = {
    ".amazonaws.com": "AWS",
    "storage.googleapis.com": "GCP",
    ".blob.core.windows.net": "Azure",
    ".dfs.core.windows.net": "Azure",
}
SIGNED = ("x-amz-signature", "x-goog-signature", "sig=")
SHOWN = 3


def check_integrations(client: Client) -> HealthCheck:
    """Check the workspace's IAM integrations."""
    known = client.integrations.list()
    defaults = [each for each in known if each.is_default]
    if len(defaults) > 1:
        remedy = (
            "leave one of them as default in Labelbox's workspace settings, or name one as dataset: iam_integration"
        )
        return bad(Topic.INTEGRATIONS, f"{len(defaults)} are the default: {_listed(defaults)}", remedy)
    if defaults and not defaults[0].valid:
        remedy = "validate it in Labelbox's workspace settings, or set dataset: {iam_integration: none}"
        return bad(Topic.INTEGRATIONS, f"the default, {defaults[0]}, is not valid", remedy)
    return ok(Topic.INTEGRATIONS, _listed(known) or "none")


def check_target(client: Client, loaded: LoadedSpec, now: datetime, *, processes: bool = True) -> Iterator[HealthCheck]:
    """Yield the checks of what a spec names.

    Args:
        client: of the service.
        loaded: the spec.
        now: the time.
        processes: whether the service fetches videos by URL; a localbox does not.

    Raises:
        RemoteError: when the service cannot be asked.
    """
    videos = loaded.spec.videos
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
    yield _storage(client, loaded.spec, rows)
    yield from check_signed(rows, now)
    yield from _names(client, loaded.spec)
    yield from _rows(client, rows, processes=processes)


def _clouds(rows: Sequence[VideoRow]) -> list[str]:
    """The clouds in which videos lie that Labelbox itself must be able to read."""
    found = (_cloud(row.row_data or "") for row in rows if row.file is None)
    return sorted({cloud for cloud in found if cloud})


def _storage(client: Client, spec: Spec, rows: Sequence[VideoRow]) -> HealthCheck:
    """Check that unsigned addresses in a cloud's storage have an integration that may read them."""
    clouds = _clouds(rows)
    wanted = spec.dataset.iam_integration if spec.dataset else IAM_NONE
    if not clouds or wanted == IAM_NONE:
        return ok(Topic.STORAGE, "no video needs an IAM integration")
    found = [each for each in client.integrations.list() if is_meant(each, wanted)]
    served = {each.provider.upper() for each in found}
    lacking = [cloud for cloud in clouds if cloud.upper() not in served]
    if not lacking:
        return ok(Topic.STORAGE, f"{_listed(found)} signs for the videos")
    remedy = (
        "create one in Labelbox's workspace settings and name it, or set dataset: {iam_integration: none} if public"
    )
    text = f"videos are at {', '.join(lacking)}, and no IAM integration that the spec means is for it"
    return warn(Topic.STORAGE, text, remedy)


def _cloud(address: str) -> str | None:
    """Return whose storage an address without a signature is in."""
    parts = urlsplit(address)
    if any(mark in parts.query.lower() for mark in SIGNED):
        return None
    return next((cloud for host, cloud in CLOUDS.items() if (parts.hostname or "").endswith(host)), None)


def _names(client: Client, spec: Spec) -> Iterator[HealthCheck]:
    datasets, projects, ontologies = client.datasets, client.projects, client.ontologies
    if isinstance(spec.videos, ExistingRows) and spec.videos.project:
        yield _existing_name("project", spec.videos.project, projects.get, projects.find)
    if isinstance(spec.videos, ExistingRows) and spec.videos.dataset:
        yield _existing_name("dataset", spec.videos.dataset, datasets.get, datasets.find)
    if spec.dataset:
        yield _name("dataset", spec.dataset, datasets.get, datasets.find)
    yield _name("project", spec.project, projects.get, projects.find)
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
    kind: str, reference: Reference, get: Callable[[str], object], find: Callable[[str], Sequence[object]]
) -> HealthCheck:
    """Check that a resource that data rows are taken from exists, and is named unambiguously."""
    if reference.id is None and not find(reference.name or ""):
        return bad(Topic.NAMES, f"no {kind} is named '{reference.name}'", "correct the name under videos")
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


def _listed(integrations: Sequence[Integration]) -> str:
    return ", ".join(str(each) for each in integrations)
