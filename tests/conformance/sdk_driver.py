"""The unmodified official SDK as a driver."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import labelbox as lb
import lbox.exceptions as lb_exceptions
from labelbox.schema.data_row import DataRow
from labelbox.schema.identifiable import GlobalKey
from labelbox.schema.label import Label as SdkLabel

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

REASONS: dict[type[Exception], Reason] = {
    lb_exceptions.ResourceNotFoundError: "not there",
    lb_exceptions.ResourceConflict: "taken",
    lb_exceptions.MalformedQueryException: "malformed",
    lb_exceptions.AuthenticationError: "wrong key",
}
IMPORTS: dict[Kind, Any] = {"pre-labels": lb.MALPredictionImport, "ground truth": lb.LabelImport}


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except tuple(REASONS) as error:
        raise Refused(REASONS[type(error)], error) from error


class SdkDriver:
    """See ``Driver``."""

    def __init__(self, endpoint: str, key: str) -> None:
        self.client = lb.Client(key, endpoint=endpoint)

    def who(self) -> str:
        with refusals():
            return str(self.client.get_organization().uid)

    def dataset(self, name: str) -> str:
        return str(self.client.create_dataset(name=name, iam_integration=None).uid)

    def datasets_named(self, name: str) -> set[str]:
        return {each.uid for each in self.client.get_datasets(where=lb.Dataset.name == name)}

    def delete_dataset(self, dataset: str) -> None:
        with refusals():
            self.client.get_dataset(dataset).delete()

    def row_count(self, dataset: str) -> int:
        with refusals():
            return int(self.client.get_dataset(dataset).row_count)

    def upload(self, dataset: str, rows: Sequence[dict[str, Any]]) -> Uploaded:
        task = self.client.get_dataset(dataset).create_data_rows([dict(row) for row in rows])
        task.wait_till_done()
        created = frozenset(each["global_key"] for each in task.result or [])
        return Uploaded(created, {_key_of(each): each["message"] for each in task.errors or []})

    def change(self, dataset: str, key: str, row_data: str) -> list[str]:
        task = self.client.get_dataset(dataset).upsert_data_rows([{"key": GlobalKey(key), "row_data": row_data}])
        task.wait_till_done()
        return [each["message"] for each in task.errors or []]

    def send_file(self, content: bytes, name: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, name).write_bytes(content)
            return str(self.client.upload_file(str(Path(folder, name))))

    def look_up(self, keys: Sequence[str]) -> dict[str, str | None]:
        found = self.client.get_data_row_ids_for_global_keys([*keys])["results"]
        return {key: row or None for key, row in zip(keys, found, strict=True)}

    def row(self, row: str) -> tuple[str | None, str | None]:
        with refusals():
            found: DataRow = self.client.get_data_row(row)
        return found.global_key, found.row_data

    def keys_of(self, dataset: str) -> set[str]:
        return {each.global_key for each in self.client.get_dataset(dataset).data_rows()}

    def ontology(self, name: str, tree: dict[str, Any]) -> str:
        return str(self.client.create_ontology(name, tree, media_type=lb.MediaType.Video).uid)

    def tools(self, ontology: str) -> list[tuple[str, bool]]:
        with refusals():
            found = self.client.get_ontology(ontology)
        return [(tool.name, bool(tool.feature_schema_id)) for tool in found.tools()]

    def ontologies_named(self, name: str) -> set[str]:
        return {each.uid for each in self.client.get_ontologies(name)}

    def project(self, name: str) -> str:
        return str(self.client.create_project(name=name, media_type=lb.MediaType.Video).uid)

    def projects_named(self, name: str) -> set[str]:
        return {each.uid for each in self.client.get_projects(where=lb.Project.name == name)}

    def delete_project(self, project: str) -> None:
        self._project(project).delete()

    def project_name(self, project: str) -> str:
        return str(self._project(project).name)

    def connect(self, project: str, ontology: str) -> None:
        with refusals():
            self._project(project).connect_ontology(self.client.get_ontology(ontology))

    def connected(self, project: str) -> str | None:
        found = self._project(project).ontology()
        return None if found is None else str(found.uid)

    def batch(self, project: str, name: str, keys: Sequence[str], priority: int = 5) -> Batch:
        with refusals():
            made = self._project(project).create_batch(name, global_keys=[*keys], priority=priority)
        return Batch(made.uid, made.size, frozenset(made.failed_data_row_ids or []))

    def batches(self, project: str) -> dict[str, int]:
        return {each.name: each.size for each in self._project(project).batches()}

    def submit(self, project: str, name: str, lines: Sequence[Line], kind: Kind) -> Job:
        with refusals(), tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "lines.ndjson")
            path.write_text("".join(json.dumps(line) + "\n" for line in lines) or "\n", "utf-8")
            job = IMPORTS[kind].create_from_file(self.client, project, name, str(path))
            return verdicts(job.uid, job.statuses, job.errors, len(job.inputs))

    def jobs(self, project: str, kind: Kind) -> list[str]:
        found = self._project(project)
        listed = found.get_mal_prediction_imports() if kind == "pre-labels" else found.get_label_imports()
        return [each.name for each in listed]

    def found(self, project: str, name: str, kind: Kind) -> str:
        with refusals():
            return str(IMPORTS[kind].from_name(self.client, project, name).uid)

    def take_back(self, project: str, name: str) -> None:
        lb.MALPredictionImport.from_name(self.client, project, name).delete()

    def label_count(self, project: str) -> int:
        return int(self._project(project).get_label_count())

    def labels(self, project: str) -> list[Label]:
        found = self._project(project).labels()
        return [Label(each.uid, each.data_row().global_key, bool(each.is_benchmark_reference)) for each in found]

    def delete_batch(self, project: str, batch: str) -> None:
        """What only this client can do."""
        with refusals():
            next(each for each in self._project(project).batches() if each.uid == batch).delete()

    def delete_labels(self, project: str, labels: Sequence[Label]) -> None:
        wanted = {label.id for label in labels}
        SdkLabel.bulk_delete([each for each in self._project(project).labels() if each.uid in wanted])

    def export(self, project: str, keys: Sequence[str] | None = None, *, interpolated: bool = False) -> list[Exported]:
        filters = {} if keys is None else {"global_keys": [*keys]}
        params = {"label_details": True, "data_row_details": True, "interpolated_frames": interpolated}
        task = self._project(project).export(filters=filters, params=params)
        task.wait_till_done()
        if not task.has_result():
            return []
        return [exported(project, each.json) for each in task.get_buffered_stream()]

    def _project(self, project: str) -> Any:
        with refusals():
            return self.client.get_project(project)


def _key_of(failure: dict[str, Any]) -> str:
    spec = failure.get("failedDataRows") or [failure]
    return str(spec[0].get("globalKey") or spec[0].get("global_key"))
