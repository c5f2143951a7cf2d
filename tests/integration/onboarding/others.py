"""Somebody else at the same Labelbox, with the same names and the same rows, before and after an onboarding."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from labelferry.labelbox import ImportKind
from tests.faults.streets import box
from tests.integration.onboarding.yard import Yard

TREE = {"tools": [{"tool": "rectangle", "name": "car", "classifications": []}], "classifications": []}
TRACES = {"settings", "files", "jobs", "upload_results", "export_chunks", "deliveries"}
TIMES = {"updated_at", "last_activity_time", "seq"}

State = Mapping[str, list[dict[str, Any]]]


class Others:
    """Somebody else; what they do is chosen by a seed.

    Args:
        yard: where they are.
        seed: of their choices.
    """

    def __init__(self, yard: Yard, seed: int) -> None:
        self.yard, self.client, self.random, self.number = yard, yard.client, random.Random(seed), 0  # noqa: S311

    def before(self) -> list[str]:
        """Do something before the onboarding; return what."""
        return self._some([self.dataset_of_that_name, self.row_of_that_key, self.project_of_that_name, self.own_world])

    def after(self) -> list[str]:
        """Do something after it."""
        after = [self.label, self.prelabel, self.row_in_the_dataset, self.row_in_the_batch, self.batch]
        after += [self.own_project_with_our_row, self.own_project_with_our_ontology, self.change_a_label]
        return self._some([*after, self.own_world])

    def _some(self, deeds: list[Callable[[], object]]) -> list[str]:
        chosen = self.random.sample(deeds, self.random.randint(0, 3))
        for deed in chosen:
            deed()
        return [deed.__name__ for deed in chosen]

    def _name(self) -> str:
        self.number += 1
        return f"others-{self.number}-{self.random.randrange(10**6)}"

    def dataset_of_that_name(self) -> None:
        self._row(self.client.datasets.create("Streets").id, self._name())

    def row_of_that_key(self) -> None:
        self._row(self.client.datasets.create(self._name()).id, "street-1")

    def project_of_that_name(self) -> None:
        self.client.projects.create("Streets")

    def own_world(self) -> None:
        """A project of one's own with a labelled row."""
        key, project = self._name(), self._project(self._name(), None)
        self._row(self.client.datasets.create(self._name()).id, key)
        self.client.batches.create(project, self._name(), [key])
        self._import(project, key, ImportKind.GROUND_TRUTH)

    def label(self) -> None:
        """A label on one of our rows."""
        self._import(self._ours("projects"), self._our_row(), ImportKind.GROUND_TRUTH)

    def prelabel(self) -> None:
        self._import(self._ours("projects"), self._our_row(), ImportKind.MAL)

    def row_in_the_dataset(self) -> None:
        self._row(self._ours("datasets"), self._name())

    def row_in_the_batch(self) -> None:
        key, project = self._name(), self._ours("projects")
        self._row(self.client.datasets.create(self._name()).id, key)
        batch = next(iter(self.client.batches.list(project)))
        self.client.batches.add(project, batch.id, [key])

    def batch(self) -> None:
        """A batch of one's own in our project."""
        key = self._name()
        self._row(self.client.datasets.create(self._name()).id, key)
        self.client.batches.create(self._ours("projects"), self._name(), [key])

    def own_project_with_our_row(self) -> None:
        self.client.batches.create(self._project(self._name(), None), self._name(), [self._our_row()])

    def own_project_with_our_ontology(self) -> None:
        self._project(self._name(), self._ours("ontologies"))

    def change_a_label(self) -> None:
        """Move a box of a label, as an annotator does."""

        def change(state: dict[str, list[dict[str, Any]]]) -> None:
            for row in [row for row in state["annotations"] if row["label_id"]][:1]:
                line = orjson.loads(row["line"])
                for segment in line.get("segments", ()):
                    segment["keyframes"][0]["bbox"]["left"] += 7
                row["line"] = orjson.dumps(line).decode()

        self.yard.change(change)

    def _ours(self, table: str) -> str:
        """The id of what the onboarding made or uses: the newest of that name."""
        return str([row["id"] for row in self.yard.localbox.table(table) if row["name"] == "Streets"][-1])

    def _our_row(self) -> str:
        return self.random.choice(["street-1", "street-2"])

    def _row(self, dataset: str, key: str) -> None:
        row = {"global_key": key, "row_data": f"https://example.com/{key}-others.mp4", "media_type": "VIDEO"}
        self.client.data_rows.create(dataset, [row])

    def _project(self, name: str, ontology: str | None) -> str:
        project = self.client.projects.create(name).id
        ontology = ontology or self.client.ontologies.create(name, TREE).id
        self.client.projects.connect_ontology(project, ontology)
        return project

    def _import(self, project: str, key: str, kind: ImportKind) -> None:
        line = {"uuid": f"{self.random.getrandbits(128):032x}", **box(key, self.random.randint(5, 9))}
        job = self.client.imports.create(project, self._name(), orjson.dumps(line), kind)
        self.client.imports.wait(job)


def things(state: State) -> dict[tuple[str, str], str]:
    """Each row of localbox's tables by its table and id, as text without what changes by itself."""
    return {
        (table, str(row.get("id") or orjson.dumps(_plain(row)))): orjson.dumps(_plain(row), default=str).decode()
        for table, rows in state.items()
        if table not in TRACES
        for row in rows
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in TIMES}
