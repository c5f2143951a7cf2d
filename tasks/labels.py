"""Step 5 of the guide: the annotation payload. Local; the labels stay on disk and only their folder is passed on."""

from pathlib import Path

from prefect import get_run_logger

from labelferry.desired.folder import kept
from labelferry.listing import counted
from labelferry.model.findings import grouped
from labelferry.onboarding.steps.labels import assemble
from labelferry.remote import Remote
from labelferry.settings import Settings
from labelferry.spec import Decisions, Spec
from tasks.base import step
from tasks.credentials import settings_of
from tasks.storage import bring
from tasks.throttle import connect

__all__ = ["assemble_labels", "take_up_labels"]


@step("assemble-labels")
def assemble_labels(remote: Remote, spec: Spec | str, decisions: Decisions | None = None) -> Path:
    """Read, check and encode everything that the spec names; return its folder."""
    desired = assemble(spec, settings_of(remote), remote, decisions, connect)
    counts, logger = desired.counts, get_run_logger()
    parts = (counted(counts.lines, "line"), counted(counts.tracks, "track"), counted(counts.keyframes, "keyframe"))
    logger.info("%s: %s, %s, for %s", *parts, remote)
    for group in grouped(desired.findings):
        logger.warning(str(group))
    return desired.folder


@step("take-up-labels")
def take_up_labels(name: str) -> Path:
    """Return the folder of the desired state of an onboarding's latest run."""
    bring(name)
    return kept(name, Settings.from_environment().home)
