"""The imports of a self-test: ground truth twice, pre-labels twice, and what the service reports of them."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from labelferry.account.assumptions import Group
from labelferry.account.profile import APPEARS, FREED
from labelferry.account.selftest.exported import judge_export, judge_interpolation
from labelferry.account.selftest.material import lines
from labelferry.account.selftest.statuses import judge_statuses
from labelferry.account.selftest.trial import Trial
from labelferry.errors import DeadlineError, NotFoundError
from labelferry.labelbox import ImportJob, ImportKind

__all__ = [
    "Look",
    "import_benchmark",
    "import_prelabels",
    "import_truth",
    "import_truth_again",
    "release_a_key",
]

Look = Callable[[str], bool | None]
"""Asks a person whether the editor of a project shows both pre-labels; returns None when that is not known."""

MAL, TRUTH = ImportKind.MAL, ImportKind.GROUND_TRUTH


def import_truth(trial: Trial) -> None:
    """Import lines of every kind, some of them wrong, and read back what became of them."""
    project = trial.truth
    if project is None:
        return
    sent = lines("truth", trial.names)
    job, misses = _imported(trial, project, "truth", TRUTH, sent)
    with trial.timing(APPEARS):
        label, looks = trial.counting(lambda: _label(trial, project))
    if job is None:
        trial.found(Group.OUTCOMES, "lost" if label is None else "shown_after", True if label is None else "never")
    else:
        trial.found(Group.OUTCOMES, "lost", None)
        trial.found(Group.OUTCOMES, "shown_after", misses)
        _read_statuses(trial, job, sent)
    if label is not None:
        trial.found(Group.EXPORTS, "labels_after", looks)
        judge_export(trial, label)
        if between := _label(trial, project, includeInterpolatedFrames=True):
            judge_interpolation(trial, between)


def import_truth_again(trial: Trial) -> None:
    """Import ground truth on the row that has a label."""
    project, count = trial.truth, trial.client.projects.label_count
    if project is None or not count(project):
        return
    _imported(trial, project, "again", TRUTH, lines("again", trial.names))
    more, _ = trial.counting(lambda: count(project) > 1 or None)
    trial.found(Group.ACCOUNT, "second_label", bool(more))


def import_benchmark(trial: Trial) -> None:
    """Import ground truth that is to be a benchmark."""
    project, labels = trial.truth, trial.client.labels
    if project is None or not trial.client.projects.label_count(project):
        return
    _imported(trial, project, "benchmark", TRUTH, lines("benchmark", trial.names))
    found, _ = trial.counting(lambda: any(label.is_benchmark for label in labels.list(project)) or None)
    trial.found(Group.ACCOUNT, "benchmark", bool(found))


def import_prelabels(trial: Trial, look: Look) -> None:
    """Import pre-labels twice on one row, ask what the editor shows, and delete them."""
    project = trial.prelabels
    if project is None:
        return
    jobs = [_imported(trial, project, name, MAL, lines(name, trial.names))[0] for name in PRELABELS]
    both = look(project) if all(jobs) else None
    if both is not None:
        trial.found(Group.BEHAVIOUR, "prelabels", "add" if both else "replace")
    for job in filter(None, jobs):
        trial.client.imports.delete(job)
    if any(jobs):
        left = {each.name for each in trial.client.imports.list(project, MAL)}
        trial.found(Group.ACCOUNT, "prelabels_deleted", not left)


PRELABELS = ("prelabels A", "prelabels B")


def release_a_key(trial: Trial) -> None:
    """Delete the row that cannot be read and create it again, until its key is free."""
    client, key = trial.client, trial.names.unreadable
    if trial.dataset is None or key not in trial.rows:
        return
    row = client.data_rows.get(trial.rows[key])
    client.data_rows.delete([row.id])
    waits = 0

    def waiting(left: int) -> None:
        nonlocal waits
        waits += left > 0

    try:
        with trial.timing(FREED):
            client.data_rows.ensure(trial.dataset, [{"global_key": key, "row_data": row.row_data}], waiting)
    except DeadlineError:
        trial.found(Group.BEHAVIOUR, "key_release", "never")
    else:
        trial.found(Group.BEHAVIOUR, "key_release", waits or None)


def _imported(
    trial: Trial, project: str, name: str, kind: ImportKind, sent: Mapping[str, Any]
) -> tuple[ImportJob | None, int | str | None]:
    """Import lines and wait for the end; return the job with the look-ups that missed it, None if it never appears."""
    imports, whole = trial.client.imports, f"{trial.names.whole} {name}"
    imports.create(project, whole, b"\n".join(map(orjson.dumps, sent.values())), kind)
    job, misses = trial.counting(lambda: imports.find(project, whole, kind))
    with trial.timing(f"until an import of {'pre-labels' if kind is MAL else 'ground truth'} has ended"):
        return job and imports.wait(job), misses


def _label(trial: Trial, project: str, **params: object) -> Mapping[str, Any] | None:
    """Return the row's first label as it is exported, None while there is none."""
    for row in trial.client.exports.project(project, [trial.names.clip], **params):
        for label in row["projects"].get(project, {}).get("labels") or ():
            found: Mapping[str, Any] = label
            return found
    return None


def _read_statuses(trial: Trial, job: ImportJob, sent: Mapping[str, Any]) -> None:
    try:
        content = trial.client.imports.verdicts(job, len(sent))
    except NotFoundError:
        trial.found(Group.OUTCOMES, "file", "missing" if job.status_url else "unnamed")
        return
    trial.found(Group.OUTCOMES, "file", "kept")
    judge_statuses(trial, sent, content)
