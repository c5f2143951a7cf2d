"""The way back: everything of a self-test is looked up by its names and deleted, and then looked up once more.

Every request may be repeated, so a clean-up that is killed is finished by the next one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from labelferry.account.selftest import journal
from labelferry.account.selftest.material import SelftestNames
from labelferry.errors import NotFoundError, RejectedError
from labelferry.labelbox import Client, ImportKind, Project
from labelferry.ledger import Ledger
from labelferry.ontology import Ontology

__all__ = ["LeftOver", "clean"]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Something that could not be deleted.

    Args:
        kind: what it is.
        name: its name in Labelbox.
        id: its id.
    """

    kind: str
    name: str
    id: str


def clean(client: Client, ledger: Ledger, names: SelftestNames) -> tuple[LeftOver, ...]:
    """Delete what a self-test created, and return what is left of it: nothing, unless the service refused.

    Raises:
        RemoteError: when the service failed; clean again.
    """
    for project in _projects(client, names):
        _clean_project(client, project)
    _clean_ontology(client, ledger, names)
    for dataset in client.datasets.find(names.whole):
        client.data_rows.delete([row.id for row in client.data_rows.list(dataset.id)])
        client.datasets.delete(dataset.id)
    left = tuple(_left(client, names))
    if not left:
        journal.end(ledger, names)
    return left


def _projects(client: Client, names: SelftestNames) -> Iterator[Project]:
    return chain.from_iterable(client.projects.find(name) for name in (names.truth, names.prelabels))


def _clean_project(client: Client, project: Project) -> None:
    """Delete a project's imports, labels and batches, and the project.

    Labels of an import that has just ended may appear only now: a batch with labels is refused, and tried again.
    """
    for job in client.imports.list(project.id, ImportKind.MAL):
        client.imports.delete(job)
    for job in client.imports.list(project.id, ImportKind.GROUND_TRUTH):
        client.imports.wait(job)

    def emptied() -> bool | None:
        client.labels.delete([label.id for label in client.labels.list(project.id)])
        return _succeeds(partial(_delete_batches, client, project.id)) or None

    client.exports.look(emptied)
    _succeeds(partial(client.projects.delete, project.id))


def _delete_batches(client: Client, project: str) -> None:
    for batch in client.batches.list(project):
        client.batches.delete(project, batch.id)


def _clean_ontology(client: Client, ledger: Ledger, names: SelftestNames) -> None:
    """Delete the ontology, and then its features, which are recorded first."""
    for record in client.ontologies.find(names.whole):
        journal.remember_features(ledger, names, Ontology.from_normalized(record.normalized).feature_schemas)
        _succeeds(partial(client.ontologies.delete, record.id))
    for feature in journal.features(ledger, names):
        _succeeds(partial(client.ontologies.delete_feature, feature))


def _succeeds(request: Callable[[], object]) -> bool:
    """Return whether a deletion was carried out, now or before; the final look-ups find what was refused."""
    try:
        request()
    except NotFoundError:
        return True
    except RejectedError:
        return False
    return True


def _left(client: Client, names: SelftestNames) -> Iterator[LeftOver]:
    for project in _projects(client, names):
        yield LeftOver("project", project.name, project.id)
    for ontology in client.ontologies.find(names.whole):
        yield LeftOver("ontology", ontology.name, ontology.id)
    for dataset in client.datasets.find(names.whole):
        yield LeftOver("dataset", dataset.name, dataset.id)
    for key, row in client.data_rows.lookup([names.clip, names.unreadable, names.private]).items():
        if row is not None:
            yield LeftOver("data row", key, row)
