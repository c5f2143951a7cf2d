"""The IAM integration that signs the URLs of a new dataset, so that the service can read private buckets."""

from collections.abc import Sequence
from dataclasses import replace

from labelferry.errors import ConflictError, RejectedError
from labelferry.labelbox import costs
from labelferry.labelbox.records import Integration
from labelferry.ledger import State
from labelferry.listing import shorten
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.spec import IAM_DEFAULT, IAM_NONE, Spec

__all__ = [
    "CHANGE_SIGNER",
    "choose_signer",
    "finish_signing",
    "is_meant",
    "other_signer",
    "plan_signing",
    "signer_fault",
    "wanted_integration",
]

PUBLIC = "or set iam_integration: none under dataset: if no video is in a private bucket"
CHANGE_SIGNER = "change it in the dataset's settings in Labelbox, or remove iam_integration from the spec"


def choose_signer(onboarding: Onboarding) -> Integration | None:
    """Return the integration that the spec means for a new dataset, None for no integration. Changes nothing.

    Raises:
        ConflictError: when it does not exist, is not valid, or is ambiguous.
    """
    wanted = wanted_integration(onboarding.desired.spec)
    if wanted == IAM_NONE:
        return None
    known = onboarding.client.integrations.list()
    if fault := signer_fault(known, wanted):
        raise ConflictError("; ".join(fault))
    return next((each for each in known if is_meant(each, wanted)), None)


def wanted_integration(spec: Spec) -> str:
    """Return the integration that a spec means; none without a dataset for new rows."""
    return spec.dataset.iam_integration if spec.dataset else IAM_NONE


def signer_fault(known: Sequence[Integration], wanted: str) -> tuple[str, str] | None:
    """Return what is wrong with the integration that a spec means, and what to do; None when nothing is.

    Args:
        known: the workspace's integrations.
        wanted: ``iam_integration`` of the spec.
    """
    found = [each for each in known if is_meant(each, wanted)]
    if len(found) > 1:
        what = f"{len(found)} IAM integrations are {_meant(wanted)}: {_listed(found)}"
        return what, f"give the id of one as iam_integration under dataset:, {PUBLIC}"
    if not found and wanted not in {IAM_DEFAULT, IAM_NONE}:
        what = f"this workspace has no IAM integration '{wanted}' ({_listed(known) or 'it has none'})"
        return what, f"correct iam_integration under dataset:, {PUBLIC}"
    if found and not found[0].valid:
        what = f"the IAM integration {found[0]} is not valid, so Labelbox cannot read the buckets behind it"
        return what, f"validate it in Labelbox's workspace settings, name another one under dataset:, {PUBLIC}"
    return None


def plan_signing(onboarding: Onboarding, planned: PlannedStep) -> PlannedStep:
    """Return the plan of a dataset with its signer: a new one gets it, an existing one must agree with the spec."""
    name = planned.name
    try:
        if planned.action is Action.REUSE and planned.id and not _is_claimed(onboarding, name):
            refuse_other_signer(onboarding, planned.id)
            return planned
        signer = choose_signer(onboarding) if planned.action is not Action.CONFLICT else None
    except ConflictError as error:
        return PlannedStep("dataset", name, Action.CONFLICT, str(error))
    if signer is None:
        return planned
    reason = f"{planned.reason}; the IAM integration {signer} signs for it"
    return replace(planned, reason=reason, requests=planned.requests + costs.SIGN_DATASET)


def finish_signing(onboarding: Onboarding, dataset: str) -> str:
    """Set the integration that the spec names as signer of a dataset that this or an earlier run has just created.

    The dataset may be another one of the same name: one that has rows, or another signer, is left as it is.

    Returns:
        The integration that signs, empty when none was set.

    Raises:
        RejectedError: when the service's test of the signer fails; the dataset is empty and is deleted again.
    """
    signer = choose_signer(onboarding)
    if signer is None or onboarding.client.datasets.row_count(dataset):
        return ""
    current = onboarding.client.integrations.signer(dataset)
    if current is not None and current.id != signer.id:
        return ""
    _sign(onboarding, dataset, signer)
    return str(signer)


def _sign(onboarding: Onboarding, dataset: str, signer: Integration) -> None:
    integrations = onboarding.client.integrations
    integrations.sign(dataset, signer.id)
    failed = integrations.failed_checks(dataset)
    if failed is None:
        return
    onboarding.client.datasets.delete(dataset)
    checks = f" ({', '.join(failed)})" if failed else ""
    raise RejectedError(
        f"Labelbox's test of the IAM integration {signer} failed{checks}; the new dataset was deleted again. Fix the "
        f"integration in Labelbox's workspace settings and run again, {PUBLIC}"
    )


def refuse_other_signer(onboarding: Onboarding, dataset: str) -> None:
    """Refuse a dataset with another signer than the integration that the spec names.

    Raises:
        ConflictError: with both.
    """
    wanted = wanted_integration(onboarding.desired.spec)
    if wanted in {IAM_DEFAULT, IAM_NONE}:
        return
    meant, current = choose_signer(onboarding), onboarding.client.integrations.signer(dataset)
    if meant is not None and (said := other_signer(meant, current)):
        raise ConflictError(f"dataset {dataset} exists and {said}: {CHANGE_SIGNER}")


def other_signer(meant: Integration, current: Integration | None) -> str:
    """Return how a dataset is signed if not by the integration that the spec names; empty when it is."""
    if current is not None and current.id == meant.id:
        return ""
    said = f"signed by {current}" if current else "not signed by any IAM integration"
    return f"is {said}, the spec names {meant}"


def _is_claimed(onboarding: Onboarding, name: str) -> bool:
    """Return whether an earlier run was stopped while it created the dataset, perhaps before it was signed."""
    entry = onboarding.ledger.entry("dataset", name)
    return entry is not None and entry.state is State.CLAIMED


def is_meant(each: Integration, wanted: str) -> bool:
    """Return whether the spec means this integration."""
    if wanted == IAM_DEFAULT:
        return each.is_default
    return wanted != IAM_NONE and wanted in {each.id, each.name}


def _meant(wanted: str) -> str:
    return "the workspace's default" if wanted == IAM_DEFAULT else f"called '{wanted}'"


def _listed(integrations: Sequence[Integration]) -> str:
    return ", ".join(shorten(sorted(f"{each} ({each.id})" for each in integrations), 20))
