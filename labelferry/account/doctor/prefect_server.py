"""The Prefect server, over its REST API: its version, its workers, its schedules. Reads only; Prefect is not imported.

Facts: https://docs.prefect.io/v3/api-ref/rest-api (admin/version, work_pools/filter, workers/filter, deployments).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from labelferry.account.doctor.checkup import HealthCheck, Level, Topic, bad, ok, warn

__all__ = ["check_server"]

SILENT = timedelta(seconds=60)
"""Workers poll every 10 seconds."""
SECONDS = 10.0


def check_server(
    url: str | None, own: tuple[int, ...] | None, http: httpx.Client, now: datetime
) -> Iterator[HealthCheck]:
    """Yield the checks of the server.

    Args:
        url: of its API; None when none is configured.
        own: version of Prefect on this machine.
        http: sends the requests.
        now: by this machine's clock.
    """
    if url is None:
        yield ok(Topic.SERVER, "no server is configured; commands run in their own process")
        return
    try:
        yield from _checks(_Server(url.rstrip("/"), http), own, now)
    except (httpx.HTTPError, ValueError) as error:
        remedy = "start it (make up), correct PREFECT_API_URL, or log in again"
        found = f"{url} gives no usable answer ({type(error).__name__})"
        yield HealthCheck(Topic.SERVER, Level.OUT_OF_REACH, found, remedy)


def _checks(server: "_Server", own: tuple[int, ...] | None, now: datetime) -> Iterator[HealthCheck]:
    theirs = server.version()
    if own is not None and own[:2] != theirs[:2]:
        said = f"the server has Prefect {_text(theirs)}, this machine {_text(own)}"
        yield warn(Topic.SERVER, said, f"pip install 'prefect=={_text(theirs)}', or update the server")
    else:
        yield ok(Topic.SERVER, f"{server.url}, Prefect {_text(theirs)}")
    pools = {str(each["name"]) for each in server.post("work_pools/filter", {})}
    deployments = server.deployments()
    yield from _schedules(deployments)
    for pool in sorted({str(each["work_pool_name"]) for each in deployments if each.get("work_pool_name")}):
        if pool not in pools:
            yield bad(Topic.SERVER, f"work pool '{pool}' does not exist", f"prefect work-pool create {pool}")
        elif not server.is_polled(pool, now):
            remedy = f"start a worker: prefect worker start --pool {pool}"
            yield bad(Topic.SERVER, f"no worker has asked work pool '{pool}' for runs in the last minute", remedy)
        else:
            yield ok(Topic.SERVER, f"work pool '{pool}' has a worker")


def _schedules(deployments: Sequence[Mapping[str, Any]]) -> Iterator[HealthCheck]:
    """Yield what runs by itself, and the deployments whose schedules are all switched off."""
    planned = {str(each.get("name")): each for each in deployments if each.get("schedules")}
    off = sorted(name for name, each in planned.items() if each.get("paused") or not _any_active(each["schedules"]))
    if off:
        remedy = "switch them on under Deployments in Prefect's UI, or remove them"
        yield warn(Topic.SERVER, f"the schedules of {', '.join(off)} are switched off: nothing runs by itself", remedy)
    if active := sorted(planned.keys() - set(off)):
        yield ok(Topic.SERVER, f"scheduled: {', '.join(active)}")


def _any_active(schedules: Sequence[Mapping[str, Any]]) -> bool:
    return any(each.get("active") for each in schedules)


class _Server:
    """A server.

    Args:
        url: of its API.
        http: sends the requests.
    """

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url, self._http = url, http

    def version(self) -> tuple[int, ...]:
        """Return its version."""
        answer = self._http.get(f"{self.url}/admin/version", timeout=SECONDS).raise_for_status()
        return tuple(int(part) for part in str(answer.json()).split(".")[:3] if part.isdecimal())

    def post(self, path: str, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return what a filter finds."""
        answer = self._http.post(f"{self.url}/{path}", json=dict(body), timeout=SECONDS).raise_for_status()
        found: list[Mapping[str, Any]] = answer.json()
        return found

    def deployments(self) -> list[Mapping[str, Any]]:
        """Return the deployments."""
        return self.post("deployments/filter", {})

    def is_polled(self, pool: str, now: datetime) -> bool:
        """Return whether a worker has asked for runs lately."""
        beats = [each.get("last_heartbeat_time") for each in self.post(f"work_pools/{pool}/workers/filter", {})]
        return any(now - datetime.fromisoformat(str(beat)).astimezone(UTC) < SILENT for beat in beats if beat)


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
