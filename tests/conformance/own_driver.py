"""Our own client as a driver; what it sends goes through a transport that checks it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from labelferry.errors import AuthenticationError, NotFoundError, RejectedError, RemoteConflictError
from labelferry.labelbox import Client, ImportKind
from tests.conformance.driver import (
    Batch,
    Exported,
    Job,
    Kind,
    Label,
    Line,
    Reason,
    Refused,
    Uploaded,
    exported,
    verdicts,
)
from tests.conformance.wire import Wiretap

REASONS: dict[type[Exception], Reason] = {
    NotFoundError: "not there",
    RemoteConflictError: "taken",
    RejectedError: "malformed",
    AuthenticationError: "wrong key",
}
IMPORTS: dict[Kind, ImportKind] = {"pre-labels": ImportKind.MAL, "ground truth": ImportKind.GROUND_TRUTH}


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except tuple(REASONS) as error:
        raise Refused(REASONS[type(error)], error) from error


class OwnDriver:
    """See ``Driver``."""

    def __init__(self, endpoint: str, key: str, wire: Wiretap) -> None:
        self.client = Client(key, endpoint, transport=wire)

    def who(self) -> str:
        with refusals():
            return self.client.organization.get().id

    def dataset(self, name: str) -> str:
        return self.client.datasets.create(name).id

    def datasets_named(self, name: str) -> set[str]:
        return {each.id for each in self.client.datasets.find(name)}

    def delete_dataset(self, dataset: str) -> None:
        with refusals():
            self.client.datasets.delete(dataset)

    def row_count(self, dataset: str) -> int:
        with refusals():
            return self.client.datasets.row_count(dataset)

    def upload(self, dataset: str, rows: Sequence[dict[str, Any]]) -> Uploaded:
        result = self.client.data_rows.create(dataset, rows)
        failed = {str(failure.global_key): failure.message for failure in result.failures}
        return Uploaded(frozenset(result.created), failed)

    def change(self, dataset: str, key: str, row_data: str) -> list[str]:
        result = self.client.data_rows.update(dataset, [{"global_key": key, "row_data": row_data}])
        return [failure.message for failure in result.failures]

    def send_file(self, content: bytes, name: str) -> str:
        return self.client.upload(content, name)

    def look_up(self, keys: Sequence[str]) -> dict[str, str | None]:
        return self.client.data_rows.lookup(keys)

    def row(self, row: str) -> tuple[str | None, str | None]:
        with refusals():
            found = self.client.data_rows.get(row)
        return found.global_key, found.row_data

    def keys_of(self, dataset: str) -> set[str]:
        return {str(each.global_key) for each in self.client.data_rows.list(dataset)}

    def ontology(self, name: str, tree: dict[str, Any]) -> str:
        return self.client.ontologies.create(name, tree).id

    def tools(self, ontology: str) -> list[tuple[str, bool]]:
        with refusals():
            found = self.client.ontologies.get(ontology)
        return [(tool["name"], bool(tool["featureSchemaId"])) for tool in found.normalized["tools"]]

    def ontologies_named(self, name: str) -> set[str]:
        return {each.id for each in self.client.ontologies.find(name)}

    def project(self, name: str) -> str:
        return self.client.projects.create(name).id

    def projects_named(self, name: str) -> set[str]:
        return {each.id for each in self.client.projects.find(name)}

    def delete_project(self, project: str) -> None:
        with refusals():
            self.client.projects.delete(project)

    def project_name(self, project: str) -> str:
        with refusals():
            return self.client.projects.get(project).name

    def connect(self, project: str, ontology: str) -> None:
        with refusals():
            self.client.projects.connect_ontology(project, ontology)

    def connected(self, project: str) -> str | None:
        found = self.client.projects.ontology(project)
        return None if found is None else found.id

    def batch(self, project: str, name: str, keys: Sequence[str], priority: int = 5) -> Batch:
        with refusals():
            self.client.data_rows.wait_processed(keys)
            made = self.client.batches.create(project, name, keys, priority)
        return Batch(made.id, made.size, frozenset(made.failed_row_ids))

    def batches(self, project: str) -> dict[str, int]:
        found = list(self.client.batches.list(project))
        assert all(self.client.batches.get(project, each.id).name == each.name for each in found)
        return {each.name: each.size for each in found}

    def submit(self, project: str, name: str, lines: Sequence[Line], kind: Kind) -> Job:
        body = "".join(json.dumps(line) + "\n" for line in lines) or "\n"
        with refusals():
            imports = self.client.imports
            job = imports.wait(imports.create(project, name, body.encode(), IMPORTS[kind]))
        return verdicts(job.id, [*imports.statuses(job)], [*imports.errors(job)], len([*imports.inputs(job)]))

    def jobs(self, project: str, kind: Kind) -> list[str]:
        return [each.name for each in self.client.imports.list(project, IMPORTS[kind])]

    def found(self, project: str, name: str, kind: Kind) -> str:
        job = self.client.imports.find(project, name, IMPORTS[kind])
        if job is None:
            raise Refused("not there", name)
        return job.id

    def take_back(self, project: str, name: str) -> None:
        job = self.client.imports.find(project, name, ImportKind.MAL)
        assert job is not None
        self.client.imports.delete(job)

    def label_count(self, project: str) -> int:
        return self.client.projects.label_count(project)

    def labels(self, project: str) -> list[Label]:
        return [Label(each.id, str(each.global_key), each.is_benchmark) for each in self.client.labels.list(project)]

    def delete_labels(self, project: str, labels: Sequence[Label]) -> None:
        assert {label.id for label in labels} <= {label.id for label in self.client.labels.list(project)}
        self.client.labels.delete([label.id for label in labels])

    def export(self, project: str, keys: Sequence[str] | None = None, *, interpolated: bool = False) -> list[Exported]:
        lines = self.client.exports.project(project, keys, includeInterpolatedFrames=interpolated)
        return [exported(project, line) for line in lines]
