"""A lost ledger rebuilt from the service's data: by names, global keys and job names."""

from dataclasses import dataclass

from labelferry.errors import ConflictError
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.steps.batch_claims import take_up_batches
from labelferry.onboarding.steps.data_rows import dataset_kind
from labelferry.onboarding.steps.found import adopt, found_jobs
from labelferry.onboarding.steps.imports import Collected, poll_job_errors
from labelferry.onboarding.steps.ontology import ontology_kind
from labelferry.onboarding.steps.project import project_kind
from labelferry.onboarding.steps.resolve import ResourceKind, look_up
from labelferry.spec import Reference

__all__ = ["Rebuilt", "rebuild"]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The resources found and recorded."""

    rows: int
    jobs: int
    accepted: int
    failed: int
    unknown: int


def rebuild(onboarding: Onboarding) -> Rebuilt:
    """Record what the service has of an onboarding and the ledger lacks. Changes nothing at the service.

    Raises:
        ConflictError: when its project does not exist, several resources have a name, or the service no longer keeps
            the lines of a job.
    """
    spec = onboarding.desired.spec
    if spec.dataset is not None:
        _known(onboarding, dataset_kind(onboarding), spec.dataset)
    _known(onboarding, ontology_kind(onboarding), spec.ontology)
    project = _known(onboarding, project_kind(onboarding), spec.project)
    if project is None:
        raise ConflictError(
            f"no project is named '{spec.project.name}': nothing to rebuild from; run labelferry onboard"
        )
    rows = take_up_batches(onboarding, project)
    for found in list(found_jobs(onboarding, project)):
        adopt(onboarding, found)
    collected: Collected = poll_job_errors(onboarding)
    return Rebuilt(rows, collected.jobs, collected.accepted, collected.failed, collected.unknown)


def _known(onboarding: Onboarding, kind: ResourceKind, reference: Reference) -> str | None:
    known = look_up(kind, reference, onboarding.ledger)
    if known is not None and reference.id is None:
        onboarding.ledger.replace(kind.name, reference.name or "", known)
    return known
