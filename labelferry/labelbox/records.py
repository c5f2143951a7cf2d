"""The service's records as small frozen values: ids and the fields that we use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

__all__ = [
    "ApiKey",
    "Batch",
    "CreateResult",
    "DataRow",
    "Dataset",
    "Failure",
    "ImportJob",
    "ImportKind",
    "Integration",
    "LabelRecord",
    "OntologyRecord",
    "Organization",
    "Project",
    "Task",
    "User",
]


class ImportKind(Enum):
    """What an import's lines become: pre-labels to be reviewed, or labels."""

    MAL = "MAL"
    GROUND_TRUTH = "GROUND_TRUTH"


@dataclass(frozen=True, slots=True)
class Organization:
    """The workspace that the key belongs to."""

    id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class User:
    """The user that the key belongs to."""

    id: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as the service lists it: never the key itself.

    Attributes:
        expires_at: None when it does not expire.
        allowed_ips: the ranges of addresses that it works from, empty for all.
    """

    name: str
    revoked: bool
    expires_at: datetime | None
    allowed_ips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integration:
    """An IAM integration: access to private buckets."""

    id: str
    name: str
    provider: str
    valid: bool
    is_default: bool

    def __str__(self) -> str:
        return f"'{self.name}' ({self.provider})"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset; names are not unique."""

    id: str
    name: str
    description: str | None
    row_count: int


@dataclass(frozen=True, slots=True)
class DataRow:
    """A data row; global keys are unique in the organization."""

    id: str
    global_key: str | None
    external_id: str | None
    row_data: str | None
    dataset_id: str | None
    media_attributes: Mapping[str, Any]
    metadata: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that an upload refused; the service does not always report its key."""

    global_key: str | None
    message: str

    def __str__(self) -> str:
        return self.message if self.global_key is None else f"{self.global_key}: {self.message}"

    @property
    def is_duplicate(self) -> bool:
        """Whether the row failed only because its global key exists."""
        return "Duplicate global key" in self.message


@dataclass(frozen=True, slots=True)
class CreateResult:
    """The outcome of an upload of rows.

    Attributes:
        created: global key -> id of the rows that were created.
        failures: the rows that were not.
        refused: the service's text, when it refused a whole upload because of some duplicates: then rows in neither
            list were not created, although nothing is wrong with them.
    """

    created: Mapping[str, str] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    refused: str | None = None

    def after(self, earlier: "CreateResult") -> "CreateResult":
        """Return the outcome of this upload and an earlier one of the same rows; the latest counts for each row."""
        created = {**earlier.created, **self.created}
        failures = (*(each for each in earlier.failures if not each.is_duplicate), *self.failures)
        return CreateResult(created, failures, self.refused)

    @property
    def duplicates(self) -> tuple[str, ...]:
        """The global keys that exist according to the service, however it reported them."""
        return tuple(f.global_key for f in self.failures if f.is_duplicate and f.global_key is not None)


@dataclass(frozen=True, slots=True)
class OntologyRecord:
    """An ontology; ``normalized`` contains its tools and classifications with their featureSchemaIds."""

    id: str
    name: str
    media_type: str | None
    normalized: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Project:
    """A project; names are not unique."""

    id: str
    name: str
    description: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch; its name is unique in its project.

    Attributes:
        failed_row_ids: known only right after creation.
    """

    id: str
    name: str
    size: int
    failed_row_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import; identified by project and name.

    Attributes:
        state: RUNNING, FINISHED or FAILED. FINISHED does not mean that every line was accepted.
        input_url, status_url, error_url: files, kept by the service for 24 hours.
    """

    id: str
    name: str
    kind: ImportKind
    project_id: str
    state: str
    progress: str | None = None
    input_url: str | None = field(default=None, repr=False)
    status_url: str | None = field(default=None, repr=False)
    error_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """A label of a project and its row."""

    id: str
    row_id: str | None
    global_key: str | None
    is_benchmark: bool


@dataclass(frozen=True, slots=True)
class Task:
    """A long job of the service; ``errors`` and ``result`` are its own texts."""

    id: str
    status: str
    type: str | None
    result: str | None = field(repr=False)
    errors: str | None = field(repr=False)
