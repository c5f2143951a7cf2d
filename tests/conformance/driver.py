"""The interface of both clients: the conformance suite uses it and knows neither."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["pre-labels", "ground truth"]
Reason = Literal["not there", "taken", "malformed", "wrong key"]
Line = dict[str, Any]


class Refused(Exception):  # noqa: N818 - what the suite expects, not an error of ours
    """The service refused; ``str`` is the reason and the service's own text."""

    def __init__(self, reason: Reason, said: object) -> None:
        super().__init__(f"{reason}: {said}")


@dataclass(frozen=True)
class Uploaded:
    """The global keys that became rows, and the messages for the others."""

    created: frozenset[str]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Batch:
    """A batch right after its creation."""

    id: str
    size: int
    failed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Job:
    """A finished import: the verdicts in the order of the lines, and messages by the uuid of a failed line."""

    id: str
    statuses: tuple[str, ...]
    errors: Mapping[str, list[str]]
    inputs: int


@dataclass(frozen=True)
class Label:
    """A label of a project."""

    id: str
    global_key: str
    benchmark: bool


@dataclass(frozen=True)
class Exported:
    """A data row as an export shows it."""

    global_key: str
    labels: list[dict[str, Any]] = field(default_factory=list)


class Driver(Protocol):
    """A client. Ids are text; what the service refuses is raised as ``Refused``."""

    def who(self) -> str: ...
    def dataset(self, name: str) -> str: ...
    def datasets_named(self, name: str) -> set[str]: ...
    def delete_dataset(self, dataset: str) -> None: ...
    def row_count(self, dataset: str) -> int: ...
    def upload(self, dataset: str, rows: Sequence[dict[str, Any]]) -> Uploaded: ...
    def change(self, dataset: str, key: str, row_data: str) -> list[str]: ...
    def send_file(self, content: bytes, name: str) -> str: ...
    def look_up(self, keys: Sequence[str]) -> dict[str, str | None]: ...
    def row(self, row: str) -> tuple[str | None, str | None]: ...
    def keys_of(self, dataset: str) -> set[str]: ...
    def ontology(self, name: str, tree: dict[str, Any]) -> str: ...
    def tools(self, ontology: str) -> list[tuple[str, bool]]: ...
    def ontologies_named(self, name: str) -> set[str]: ...
    def project(self, name: str) -> str: ...
    def projects_named(self, name: str) -> set[str]: ...
    def delete_project(self, project: str) -> None: ...
    def project_name(self, project: str) -> str: ...
    def connect(self, project: str, ontology: str) -> None: ...
    def connected(self, project: str) -> str | None: ...
    def batch(self, project: str, name: str, keys: Sequence[str], priority: int = 5) -> Batch: ...
    def batches(self, project: str) -> dict[str, int]: ...
    def submit(self, project: str, name: str, lines: Sequence[Line], kind: Kind) -> Job: ...
    def jobs(self, project: str, kind: Kind) -> list[str]: ...
    def found(self, project: str, name: str, kind: Kind) -> str: ...
    def take_back(self, project: str, name: str) -> None: ...
    def label_count(self, project: str) -> int: ...
    def labels(self, project: str) -> list[Label]: ...
    def delete_labels(self, project: str, labels: Sequence[Label]) -> None: ...
    def export(
        self, project: str, keys: Sequence[str] | None = None, *, interpolated: bool = False
    ) -> list[Exported]: ...


def exported(project: str, line: dict[str, Any]) -> Exported:
    """The line of an export as both clients give it."""
    return Exported(line["data_row"]["global_key"], line["projects"].get(project, {}).get("labels", []))


def verdicts(job_id: str, statuses: list[dict[str, Any]], errors: list[dict[str, Any]], inputs: int) -> Job:
    """The files of an import as both clients give them."""
    said = {each["uuid"]: [error["message"] for error in each["errors"]] for each in errors}
    return Job(job_id, tuple(each["status"] for each in statuses), said, inputs)
