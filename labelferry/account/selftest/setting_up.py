"""The rows, the ontology, the projects and the batches of a self-test, and what making them shows."""

from labelferry.account.assumptions import Group
from labelferry.account.selftest.material import FRAMES, UNREADABLE, WIDTH, clip, ontology
from labelferry.account.selftest.trial import Trial
from labelferry.errors import RejectedError, UnavailableError
from labelferry.ontology import Ontology, diff

__all__ = ["create_ontology", "create_projects", "create_rows", "fill_projects", "read_private"]


def create_rows(trial: Trial) -> None:
    """Create the clip's row and one whose media does not exist."""
    client, names = trial.client, trial.names
    trial.dataset = client.datasets.create(names.whole, "made by labelferry selftest, may be deleted").id
    url = client.upload(clip(), "labelferry-selftest.mp4", "video/mp4")
    rows = [
        {"global_key": names.clip, "row_data": url, "media_type": "VIDEO"},
        {"global_key": names.unreadable, "row_data": UNREADABLE, "media_type": "VIDEO"},
    ]
    trial.rows = dict(client.data_rows.create(trial.dataset, rows).created)
    _, misses = trial.counting(lambda: client.data_rows.lookup([names.clip])[names.clip])
    trial.found(Group.BEHAVIOUR, "rows_shown_after", misses)
    upper = names.clip.upper()
    trial.found(Group.ACCOUNT, "key_case", client.data_rows.lookup([upper])[upper] == trial.rows.get(names.clip))
    with trial.timing("until a video is processed"):
        client.data_rows.wait_processed([names.clip])
    media = client.data_rows.get(trial.rows[names.clip]).media_attributes
    known = (media.get("frameCount"), media.get("width")) == (FRAMES, WIDTH)
    trial.found(Group.ACCOUNT, "media_known", known)


def read_private(trial: Trial, url: str) -> None:
    """Let the default IAM integration sign for a dataset of its own, and see whether a video is read through it."""
    client, key = trial.client, trial.names.private
    default = next((each for each in client.integrations.list() if each.is_default), None)
    if default is None:
        trial.notes.append("integration: this workspace has no default IAM integration")
        return
    dataset = client.datasets.create(trial.names.whole, "made by labelferry selftest, may be deleted").id
    client.integrations.sign(dataset, default.id)
    if (failed := client.integrations.failed_checks(dataset)) is not None:
        trial.notes.append(f"integration: the test of {default} failed: {', '.join(failed)}")
    row = dict(client.data_rows.create(dataset, [{"global_key": key, "row_data": url, "media_type": "VIDEO"}]).created)
    client.data_rows.wait_processed([key])
    trial.found(Group.ACCOUNT, "private_read", bool(client.data_rows.get(row[key]).media_attributes.get("frameCount")))


def create_ontology(trial: Trial) -> None:
    """Create the ontology and read it back."""
    wanted = ontology()
    made = trial.client.ontologies.create(trial.names.whole, wanted.to_normalized())
    trial.ontology = made.id
    held = Ontology.from_normalized(trial.client.ontologies.get(made.id).normalized)
    trial.found(Group.ACCOUNT, "ontology_equal", not diff(held, wanted))


def create_projects(trial: Trial) -> None:
    """Create both projects, and connect the ontology."""
    projects = trial.client.projects
    trial.truth = projects.create(trial.names.truth, description="made by labelferry selftest").id
    trial.prelabels = projects.create(trial.names.prelabels, description="made by labelferry selftest").id
    given = projects.has_editor(trial.truth)
    try:
        for project in (trial.truth, trial.prelabels):
            projects.connect_ontology(project, trial.ontology or "")
    except (RejectedError, UnavailableError) as error:
        if projects.has_editor(trial.truth):
            raise
        trial.found(Group.BEHAVIOUR, "editor", "missing")
        trial.notes.append(f"connecting an ontology: {error}")
        trial.truth = trial.prelabels = None
        return
    trial.found(Group.BEHAVIOUR, "editor", "given" if given else "none")


def fill_projects(trial: Trial) -> None:
    """Put the clip into both projects, and try what a batch does with a row that cannot be read."""
    batches, names = trial.client.batches, trial.names
    if trial.truth is None or trial.prelabels is None:
        return
    trial.client.data_rows.wait_processed([names.unreadable])
    try:
        batches.create(trial.prelabels, f"{names.whole}-empty", [names.unreadable])
        trial.found(Group.BEHAVIOUR, "empty_batch", "made")
    except RejectedError:
        trial.found(Group.BEHAVIOUR, "empty_batch", "refused")
    batches.create(trial.prelabels, names.whole, [names.clip])
    both = batches.create(trial.truth, names.whole, [names.clip, names.unreadable])
    trial.found(Group.ACCOUNT, "failed_rows", both.failed_row_ids == (trial.rows[names.unreadable],))
