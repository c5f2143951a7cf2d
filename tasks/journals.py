"""The journals of the flow runs in this process, in memory: a restarted run measures again."""

from prefect.runtime import flow_run

from labelferry.reports.journal import Journal

__all__ = ["journal"]

KEPT = 32

_journals: dict[str, Journal] = {}


def journal() -> Journal:
    """Return the journal of the flow run that is in progress here."""
    found = _journals.setdefault(str(flow_run.id), Journal())
    while len(_journals) > KEPT:
        del _journals[next(iter(_journals))]
    return found
