"""The whole job in Python, in this process: check, plan, onboard, verify, resume, retry what failed.

Each takes a spec (the path of its file, its URL, its text, a mapping or a ``Spec``), or the name of an onboarding, and
reads it once. The results are frozen values.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import labelferry.reports.printing  # noqa: F401  so that results print
from labelferry.account.doctor.checkup import Checkup
from labelferry.account.doctor.examine import examine
from labelferry.account.selftest.records import Selftest
from labelferry.account.selftest.run import Choices, run_selftest
from labelferry.desired.build import build
from labelferry.desired.checked import Checked
from labelferry.errors import CheckError
from labelferry.onboarding.context import alone
from labelferry.onboarding.plan import Plan
from labelferry.onboarding.rebuild import Rebuilt
from labelferry.onboarding.rebuild import rebuild as rebuild_ledger
from labelferry.onboarding.run import carry_out, make_plan
from labelferry.onboarding.undoing.records import Undo
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.onboarding.verify import verify as compare
from labelferry.pictures.clip import write_clip
from labelferry.reading import read
from labelferry.remote import open_remote
from labelferry.reports import Report
from labelferry.reports.preview import preview_page, refused_page, write_page
from labelferry.settings import Settings
from labelferry.spec import is_name
from labelferry.verification import Verification
from labelferry.work import AnySpec, at_work, load, service_of, taken_up

__all__ = [
    "Checked",
    "check",
    "doctor",
    "onboard",
    "plan",
    "preview",
    "read",
    "rebuild",
    "resume",
    "retry_failed",
    "selftest",
    "undo",
    "verify",
]


def check(spec: AnySpec, html: str | Path | None = None) -> Checked:
    """Read and check everything that a spec names. Nothing is stored or sent.

    Offline, unless the spec takes its videos from a project or dataset: these are looked up.

    Args:
        spec: the spec, or its place.
        html: file for a page of it: findings, classes with counts, and when each label is there.

    Raises:
        InputError: when anything is wrong with it; findings of the checks are on the page all the same.
    """
    loaded = load(spec)
    with tempfile.TemporaryDirectory() as folder, service_of(loaded) as service:
        try:
            desired = build(loaded, Path(folder), service)
        except CheckError as error:
            if html is not None:
                write_page(refused_page(loaded.spec.name, error), Path(html))
            raise
        if html is not None:
            write_page(preview_page(desired, pictures=False), Path(html))
        return Checked.of(desired)


def preview(
    spec: AnySpec,
    html: str | Path,
    *,
    mp4: str | Path | None = None,
    video: str | None = None,
    videos: int = 8,
    frames: int = 4,
) -> Checked:
    """Draw the labels of a spec on frames of its videos, before anything is sent. Offline, like ``check``.

    Args:
        spec: the spec, or its place.
        html: file for the page.
        mp4: file for a video with its labels; the first one that has any, unless ``video`` names it.
        video: global key of the only video to show.
        videos: the most videos to show.
        frames: the most frames of each.

    Raises:
        InputError: when anything is wrong with the spec, or no such video has labels.
    """
    loaded = load(spec)
    with tempfile.TemporaryDirectory() as folder, service_of(loaded) as service:
        desired = build(loaded, Path(folder), service)
        write_page(preview_page(desired, only=video, videos=videos, frames=frames), Path(html))
        if mp4 is not None:
            write_clip(desired, Path(mp4), video)
        return Checked.of(desired)


def plan(spec: AnySpec, html: str | Path | None = None) -> Plan:
    """Return what ``onboard`` would do. Changes nothing; the plan includes conflicts.

    Args:
        spec: the spec, or its place.
        html: file for a page of it, with pictures of the labels.

    Raises:
        InputError: when anything is wrong with the spec or what it names.
        RemoteError: when the service cannot be asked.
    """
    with at_work(spec) as work:
        planned = make_plan(work.onboarding, str(work.remote), work.settings.requests_per_minute)
        if html is not None:
            write_page(preview_page(work.onboarding.desired, plan=planned.to_dict()), Path(html))
        return planned


def onboard(spec: AnySpec, plan: Plan | str | Path | None = None) -> Report:
    """Import the videos and labels of a spec into Labelbox. Safe to run again at any time.

    Args:
        spec: the spec, or its place.
        plan: a reviewed plan, or its file; the run is refused if anything differs from it.

    Raises:
        InputError: when anything is wrong with the spec or what it names; nothing was sent.
        ConflictError: when something needs a decision first; nothing was changed.
        PendingError: when all is done but not every line is known to be imported; it carries the report.
        PartialFailureError: when all is done but lines were refused; it carries the report.
        RemoteError: when the service failed; run it again.
    """
    with at_work(spec, changes=True) as work:
        return carry_out(work.steps(plan))


def resume(name: str) -> Report:
    """Finish what an onboarding left undone, with the labels as they were when it began.

    Raises:
        SpecError: when none of that name was started on this machine.
        LabelferryError: as for ``onboard``.
    """
    with taken_up(name, changes=True) as work:
        return carry_out(work.steps())


def retry_failed(name: str) -> Report:
    """Send the lines of an onboarding that were refused again, once their cause is fixed.

    Raises:
        SpecError: when none of that name was started on this machine.
        LabelferryError: as for ``onboard``.
    """
    with taken_up(name, changes=True) as work:
        return carry_out(work.steps(), retry=True)


def rebuild(name: str) -> Rebuilt:
    """Record what the service has of an onboarding, after the ledger was lost. Changes nothing at the service.

    Raises:
        SpecError: when none of that name was started on this machine.
        ConflictError: when the service does not have enough of it.
    """
    with taken_up(name, changes=True) as work, alone(work.onboarding, work.remote, work.settings.wait):
        return rebuild_ledger(work.onboarding)


def doctor(spec: str | None = None, server: str | None = None) -> Checkup:
    """Check the key, the account, this machine and, if given, a spec. Changes nothing.

    Args:
        spec: path or URL of a spec.
        server: URL of a Prefect server's API.
    """
    settings = Settings.from_environment()
    with open_remote(settings) as remote:
        return examine(settings, remote, spec, server)


def selftest(choices: Choices | None = None) -> Selftest | None:
    """Try what labelferry assumes of the service on an account, under names of its own, and clean up.

    The profile that it leaves in the ledger is what later runs go by.

    Args:
        choices: the decisions of a person; by default it begins, skips what needs eyes, and cleans up.

    Returns:
        A verdict on each assumption; None when the decision was not to begin.

    Raises:
        ConflictError: when another self-test is in progress in this organisation.
        RemoteError: when the service failed; with ``Choices(clean=True)`` what is left is deleted.
    """
    settings = Settings.from_environment()
    with open_remote(settings) as remote:
        return run_selftest(settings, remote, choices)


def undo(name: str, decide: Callable[[Undo], bool] = lambda _: True) -> Undo:
    """Remove what an onboarding created in Labelbox, and nothing of anybody else's. May be run again at any time.

    Args:
        name: of the onboarding.
        decide: whether its plan is to be carried out; nothing was changed before.

    Returns:
        What was deleted, kept, and cannot be undone; the plan, if it was not to be carried out.

    Raises:
        SpecError: when none of that name was started on this machine.
        ConflictError: when another run is in progress, or something of others appeared in the meantime.
        RemoteError: when the service failed; run it again.
    """
    with taken_up(name, changes=True) as work:
        return undo_onboarding(work.onboarding, work.remote, work.settings.wait, decide)


def verify(spec: AnySpec) -> Verification:
    """Read the labels of a spec back from Labelbox and compare them with what was sent. Changes nothing.

    Args:
        spec: the spec, or its place; or the name of an onboarding, for the state of its latest run.

    Returns:
        The comparison, whatever its outcome; its ``refuse_differences`` raises for a bad one.

    Raises:
        InputError: when anything is wrong with the spec, or nothing of it was sent yet.
        RemoteError: when the service cannot be asked.
    """
    with taken_up(str(spec)) if is_name(spec) else at_work(spec) as work:
        found = compare(work.onboarding, str(work.remote))
    found.write(work.settings.reports)
    return found
