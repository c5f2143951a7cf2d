"""The check-up of an account, the worker's machine and a spec."""

from typing import Any

from prefect import flow

from tasks.checkups import check_up
from tasks.credentials import sent_to
from tasks.parameters import Credentials

__all__ = ["doctor"]


@flow(name="doctor", flow_run_name="doctor", persist_result=False)
def doctor(spec: str | None = None, credentials: Credentials = None) -> dict[str, Any]:
    """Check the key, the account, the worker's machine and a spec. Changes nothing.

    Args:
        spec: Path of a spec file on the worker, or its http(s) URL; without one, only account and machine are checked.
        credentials: Block with the key of Labelbox; None uses the worker's LABELBOX_API_KEY, else the localbox.
    """
    with sent_to(credentials) as remote:
        return check_up(remote, spec).to_dict()
