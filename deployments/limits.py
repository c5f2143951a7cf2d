"""The account's requests per minute, as a global concurrency limit for all workers."""

from prefect.client.orchestration import get_client

from tasks.throttle import LIMIT

__all__ = ["ensure_rate_limit"]


def ensure_rate_limit(per_minute: int | None) -> None:
    """Create or change the limit, or remove it when it is None.

    Args:
        per_minute: requests that all processes and machines together may send; None for no limit.
    """
    with get_client(sync_client=True) as client:
        if per_minute is not None:
            client.upsert_global_concurrency_limit_by_name(LIMIT, max(1, per_minute // 60), per_minute / 60)
        elif any(limit.name == LIMIT for limit in client.read_global_concurrency_limits(limit=200)):
            client.delete_global_concurrency_limit_by_name(LIMIT)
