"""The remote in its own terms: an httpx client for Labelbox. It handles bytes and ids, and knows nothing of labels."""

from labelferry.labelbox.client import Client
from labelferry.labelbox.endpoints import DEFAULT_ENDPOINT
from labelferry.labelbox.limiter import Limiter
from labelferry.labelbox.policy import Pace, Policy
from labelferry.labelbox.records import (
    Batch,
    CreateResult,
    DataRow,
    Dataset,
    Failure,
    ImportJob,
    ImportKind,
    LabelRecord,
    OntologyRecord,
    Organization,
    Project,
    Task,
    User,
)

__all__ = [
    "DEFAULT_ENDPOINT",
    "Batch",
    "Client",
    "CreateResult",
    "DataRow",
    "Dataset",
    "Failure",
    "ImportJob",
    "ImportKind",
    "LabelRecord",
    "Limiter",
    "OntologyRecord",
    "Organization",
    "Pace",
    "Policy",
    "Project",
    "Task",
    "User",
]
