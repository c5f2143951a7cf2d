"""Global keys: three jobs, and their results."""

from typing import Any

import orjson

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import mutation, query
from labelferry.localbox.state import global_keys


def _started(context: Context, job_type: str, asked: Any) -> dict[str, str]:
    return {"jobId": work.start(context.session, global_keys.start(context.session, job_type, asked))}


@query("dataRowsForGlobalKeys")
def look_up(_: None, context: Context, where: dict[str, Any]) -> dict[str, str]:
    """Start a look-up."""
    return _started(context, global_keys.LOOK_UP, where["ids"])


@mutation("clearGlobalKeys")
def clear(_: None, context: Context, where: dict[str, Any]) -> dict[str, str]:
    """Start removing keys from their rows."""
    return _started(context, global_keys.CLEAR, where["ids"])


@mutation("assignGlobalKeysToDataRows")
def assign(_: None, context: Context, data: dict[str, Any]) -> dict[str, str]:
    """Start assigning keys to rows."""
    return _started(context, global_keys.ASSIGN, data["assignInputs"])


@query("dataRowsForGlobalKeysResult")
@query("clearGlobalKeysResult")
@query("assignGlobalKeysToDataRowsResult")
def result(_: None, context: Context, jobId: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - the schema's word
    """Return the state and the result of one of the three."""
    job = work.advance(context.session, str(jobId.get("id")))
    data = orjson.loads(job.result) if job.status == "COMPLETE" and job.result else None
    return {"jobStatus": job.status, "data": data}
