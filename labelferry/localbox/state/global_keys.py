"""Looking up, assigning and clearing global keys: jobs in the API, so jobs here."""

import re
from typing import Any

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.state import behaviour, data_rows, jobs
from labelferry.localbox.state.database import Session, as_json

LOOK_UP, ASSIGN, CLEAR = "global-key-look-up", "global-key-assignment", "global-key-clearing"


def start(session: Session, job_type: str, asked: Any) -> str:
    """Start one of the three jobs."""
    return jobs.start(session, job_type, {"asked": asked})


def settle_look_up(session: Session, job: jobs.Job) -> None:
    """Turn keys into row ids, in order, with an empty id for each unknown key."""
    keys = [str(key) for key in job.details["asked"]]
    unseen = behaviour.unseen(session, keys)
    found = {key: row for key, row in data_rows.ids_for(session, "global_key", keys).items() if key not in unseen}
    fetched = [{"id": found.get(key.lower(), "")} for key in keys]
    missing = [key for key in keys if key.lower() not in found]
    _end(session, job, {"fetchedDataRows": fetched, "notFoundGlobalKeys": missing, "accessDeniedGlobalKeys": []})


def settle_clearing(session: Session, job: jobs.Job) -> None:
    """Remove the keys from their rows."""
    keys = [str(key) for key in job.details["asked"]]
    found = data_rows.ids_for(session, "global_key", keys)
    for row_id in found.values():
        data_rows.update(session, row_id, {"global_key": None})
    cleared = [key for key in keys if key.lower() in found]
    missing = [key for key in keys if key.lower() not in found]
    empty: dict[str, list[str]] = {"failedToClearGlobalKeys": [], "accessDeniedGlobalKeys": []}
    _end(session, job, {"clearedGlobalKeys": cleared, "notFoundGlobalKeys": missing, **empty})


def settle_assignment(session: Session, job: jobs.Job) -> None:
    """Give each row its key; characters that a key may not contain become ``_``."""
    answer: dict[str, list[dict[str, str]]] = {
        "sanitizedAssignments": [],
        "invalidGlobalKeyAssignments": [],
        "unmodifiedAssignments": [],
        "accessDeniedAssignments": [],
    }
    for link in job.details["asked"]:
        key, verdict = _assigned(session, link["dataRowId"], link["globalKey"])
        answer[verdict].append({"dataRowId": link["dataRowId"], "globalKey": key})
    _end(session, job, answer)


def _assigned(session: Session, row_id: str, key: str) -> tuple[str, str]:
    clean = re.sub(r"[^A-Za-z0-9!_.*'()&$@=;/:+ ,?-]", "_", key)
    holder = data_rows.with_key(session, clean)
    taken = holder is not None and holder.id != row_id
    if taken or "  " in key or data_rows.key_fault(clean):
        return key, "invalidGlobalKeyAssignments"
    try:
        data_rows.update(session, row_id, {"global_key": clean})
    except NotFoundError:
        return key, "invalidGlobalKeyAssignments"
    return clean, "unmodifiedAssignments" if clean == key else "sanitizedAssignments"


def _end(session: Session, job: jobs.Job, answer: dict[str, Any]) -> None:
    jobs.end(session, job.id, "COMPLETE", result=as_json(answer))
