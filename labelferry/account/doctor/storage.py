"""IAM integrations, and whether they let Labelbox read the videos that a spec names. Queries only."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.errors import NotFoundError
from labelferry.labelbox import Client
from labelferry.labelbox.records import Integration
from labelferry.onboarding.steps.signing import (
    CHANGE_SIGNER,
    is_meant,
    other_signer,
    signer_fault,
    wanted_integration,
)
from labelferry.sources.manifest import VideoRow
from labelferry.spec import IAM_DEFAULT, IAM_NONE, Reference, Spec

__all__ = ["check_integrations", "check_storage", "cloud"]

CLOUDS = {
    ".amazonaws.com": "AWS",
    "storage.googleapis.com": "GCP",
    ".blob.core.windows.net": "Azure",
    ".dfs.core.windows.net": "Azure",
}
SIGNED = ("x-amz-signature", "x-goog-signature", "sig=")
NOT_NEEDED = "no video needs an IAM integration"
IF_PUBLIC = "or set dataset: {iam_integration: none} if the videos are public"


def check_integrations(known: Sequence[Integration], wanted: str = IAM_DEFAULT) -> HealthCheck:
    """Check that the integration that new datasets are signed by is there, is one, and is valid.

    Args:
        known: the workspace's integrations.
        wanted: ``iam_integration`` of the spec.
    """
    if fault := signer_fault(known, wanted):
        return bad(Topic.INTEGRATIONS, *fault)
    return ok(Topic.INTEGRATIONS, _listed(known) or "none")


def check_storage(client: Client, spec: Spec, rows: Sequence[VideoRow], known: Sequence[Integration]) -> HealthCheck:
    """Check what signs for videos in a cloud's storage.

    Args:
        client: of the service.
        spec: the spec.
        rows: of its manifest.
        known: the workspace's integrations.
    """
    wanted, clouds = wanted_integration(spec), _clouds(rows)
    if wanted == IAM_NONE or (wanted == IAM_DEFAULT and not clouds):
        return ok(Topic.STORAGE, NOT_NEEDED)
    meant, dataset = [each for each in known if is_meant(each, wanted)], _dataset(client, spec.dataset)
    if dataset is None:
        return _signing(meant, clouds, f"create one in Labelbox's workspace settings and name it, {IF_PUBLIC}")
    named = meant if wanted != IAM_DEFAULT else []
    return _existing(dataset, client.integrations.signer(dataset), named, clouds)


def _existing(
    dataset: str, current: Integration | None, named: Sequence[Integration], clouds: Sequence[str]
) -> HealthCheck:
    """Check the signer of a dataset that exists: it stays, whatever the workspace's default is."""
    if named and (said := other_signer(named[0], current)):
        return bad(Topic.STORAGE, f"dataset {dataset} {said}", CHANGE_SIGNER)
    remedy = f"set one in the settings of dataset {dataset} in Labelbox, {IF_PUBLIC}"
    return _signing([current] if current else [], clouds, remedy)


def _signing(signers: Sequence[Integration], clouds: Sequence[str], remedy: str) -> HealthCheck:
    served = {each.provider.upper() for each in signers}
    if lacking := [cloud for cloud in clouds if cloud.upper() not in served]:
        return warn(Topic.STORAGE, f"videos are at {', '.join(lacking)}, and no IAM integration signs for them", remedy)
    return ok(Topic.STORAGE, f"{_listed(signers)} signs for the videos" if signers else NOT_NEEDED)


def _dataset(client: Client, named: Reference | None) -> str | None:
    """Return the id of the dataset if it exists; one whose name is not unique is the check of names'."""
    if named is None:
        return None
    try:
        found = [client.datasets.get(named.id)] if named.id else client.datasets.find(named.name or "")
    except NotFoundError:
        return None
    return found[0].id if len(found) == 1 else None


def _clouds(rows: Sequence[VideoRow]) -> list[str]:
    """Return the clouds in which videos lie that Labelbox itself must be able to read."""
    found = (cloud(row.row_data or "") for row in rows if row.file is None)
    return sorted({each for each in found if each})


def cloud(address: str) -> str | None:
    """Return whose storage an address without a signature is in."""
    parts = urlsplit(address)
    if any(mark in parts.query.lower() for mark in SIGNED):
        return None
    return next((name for host, name in CLOUDS.items() if (parts.hostname or "").endswith(host)), None)


def _listed(integrations: Sequence[Integration]) -> str:
    return ", ".join(str(each) for each in integrations)
