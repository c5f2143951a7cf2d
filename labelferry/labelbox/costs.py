"""The numbers of requests that calls take, from the constants of the code that sends them; for the plan.

Waits for the service's own work are left out: each job counts as finished when it is first polled.
``tests/integration/test_costs.py`` compares every figure with the requests that are really sent.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import orjson

from labelferry.labelbox.batches import SYNC_BELOW
from labelferry.labelbox.policy import Policy
from labelferry.labelbox.row_uploads import CHUNK_BYTES, PAGE, ROWS_PER_TASK

__all__ = [
    "COLLECT_IMPORT",
    "CONNECT_ONTOLOGY",
    "DELETE_IMPORT",
    "LOOKS_INTO_NEW",
    "NEW_DATASET",
    "NEW_ONTOLOGY",
    "NEW_PROJECT",
    "SEND_IMPORT",
    "SIGN_DATASET",
    "assign_keys",
    "create_batch",
    "create_rows",
]

NEW_DATASET = 1
SIGN_DATASET = 4
"""Count its rows, read its signer, set it, have it tested; which integration it is was looked up for the plan."""
NEW_ONTOLOGY = 1
CONNECT_ONTOLOGY = 2
"""Look for the project's editor, connect the ontology. A project without an editor takes three more."""
NEW_PROJECT = 1 + CONNECT_ONTOLOGY
COLLECT_IMPORT = 1
"""Find the job with its state; reading its status file is not a request to the API."""
SEND_IMPORT = 2 + COLLECT_IMPORT
"""Check whether a job of its name exists, create it, and collect its outcome."""
DELETE_IMPORT = 2
"""Find the job and delete it."""
LOOKS_INTO_NEW = {"dataset": 1, "ontology": 1, "project": 3}
"""What a run looks up in what it has just created, and a plan cannot: the rows of the dataset; the ontology by its
name once more; ontology, batches and imports of the project."""


def create_rows(rows: Sequence[Mapping[str, Any]], files: int = 0) -> int:
    """Return the requests that creating or updating rows takes.

    Args:
        rows: as in the manifest; their size determines the number of chunks.
        files: number of local videos among them, each uploaded in one request.
    """
    parts = [rows[start : start + ROWS_PER_TASK] for start in range(0, len(rows), ROWS_PER_TASK)]
    return files + sum(map(_row_task, parts))


def _row_task(rows: Sequence[Mapping[str, Any]]) -> int:
    """Upload chunks and manifest, start and read the task, then page through its failures and created rows."""
    chunks = ceil(sum(len(orjson.dumps(row)) for row in rows) / CHUNK_BYTES)
    return chunks + 1 + 1 + 1 + 1 + ceil(len(rows) / PAGE)


def assign_keys(rows: int) -> int:
    """Return the requests that giving existing rows their global keys takes: a job, and a look-up, a group each."""
    return 4 * ceil(rows / Policy().lookup_chunk)


def create_batch(rows: int) -> int:
    """Return the requests that a new batch takes: a check of its rows, then one step, or two and a task."""
    return 2 if rows < SYNC_BELOW else 5
