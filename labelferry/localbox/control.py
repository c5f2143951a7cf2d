"""The control plane under ``/_localbox/``: what tests set and read. Health is always open, the rest on request."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labelferry.localbox import snapshots
from labelferry.localbox.errors import LocalboxError, MalformedError
from labelferry.localbox.http import Handler, body_of, database_of, json_response, with_key
from labelferry.localbox.state import (
    annotations,
    behaviour,
    imports,
    integrations,
    jobs,
    known_media,
    organization,
    reading,
    reporting,
    request_log,
    settings,
)
from labelferry.localbox.state.database import Database, Session

FLAWS = {"duplicate-keys", "validation", "row-count", "batch-delete", "interpolation", "benchmarks", "one-label"}
Change = Callable[[Session, Any], Any]


async def health(_: Request) -> Response:
    """Report that the server is up."""
    return json_response({"status": "ok", "service": "localbox"})


def routes(*, enabled: bool) -> list[Route]:
    """Return the routes: only health unless the control plane is open."""
    known = [Route("/_localbox/health", health, methods=["GET"])]
    if not enabled:
        return known
    changes: dict[str, Change] = {
        "reset": lambda session, _: snapshots.reset(session),
        "seed": snapshots.seed,
        "faults": request_log.add_fault,
        "transitions": _set_transitions,
        "flaws": _set_flaws,
        "rate-limit": _set_rate_limit,
        "integrations": integrations.declare,
        "account": organization.turn_account,
        "import-files": _set_lifetime,
        "outcomes": reporting.turn,
        "behaviour": behaviour.turn,
        "reading": reading.SWITCHES.turn,
        "exports": annotations.EXPORTED.turn,
        "media": known_media.declare,
    }
    looks: dict[str, Change] = {
        "faults": lambda session, _: request_log.faults(session),
        "transitions": lambda session, _: settings.read(session, "transitions", {}),
        "flaws": lambda session, _: settings.read(session, "flaws", []),
        "requests": lambda session, query: request_log.log(session, int(query.get("after", "0"))),
        "state": lambda session, query: snapshots.dump(session, contents="files" in query),
        "import-files": lambda session, _: {"expire_after": imports.lifetime(session)},
        "behaviour": behaviour.SWITCHES.shown,
        "outcomes": reporting.SWITCHES.shown,
        "reading": reading.SWITCHES.shown,
        "exports": annotations.EXPORTED.shown,
        "media": known_media.declared,
    }
    known += [Route(f"/_localbox/{name}", _posted(change), methods=["POST"]) for name, change in changes.items()]
    known += [Route(f"/_localbox/{name}", _looked(look), methods=["GET"]) for name, look in looks.items()]
    removals: dict[str, Change] = {
        "faults": lambda session, _: session.run("DELETE FROM faults"),
        "requests": lambda session, _: session.run("DELETE FROM requests"),
    }
    known += [Route(f"/_localbox/{name}", _looked(remove), methods=["DELETE"]) for name, remove in removals.items()]
    return known


def _posted(change: Change) -> Handler:
    async def handler(request: Request) -> Response:
        body = await body_of(request)
        return await run_in_threadpool(_changed, database_of(request), change, body)

    return with_key(handler)


def _looked(look: Change) -> Handler:
    async def handler(request: Request) -> Response:
        return await run_in_threadpool(_answer, database_of(request), look, dict(request.query_params))

    return with_key(handler)


def _changed(database: Database, change: Change, body: bytes) -> Response:
    try:
        value = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        return json_response({"message": f"The body is not JSON: {error}"}, 400)
    return _answer(database, change, value)


def _answer(database: Database, change: Change, value: Any) -> Response:
    try:
        with database.writing() as session:
            return json_response({"result": change(session, value)})
    except (LocalboxError, ValueError, TypeError, KeyError, AttributeError) as error:
        return json_response({"message": f"{type(error).__name__}: {error}"}, 400)


def _set_transitions(session: Session, plan: Any) -> Any:
    jobs.check_transitions(plan)
    settings.write(session, "transitions", plan)
    return plan


def _set_flaws(session: Session, names: Any) -> Any:
    unknown = set(names) - FLAWS
    if unknown:
        raise MalformedError(f"No such flaw: {', '.join(sorted(unknown))}; there are {', '.join(sorted(FLAWS))}")
    settings.write(session, "flaws", list(names))
    return names


def _set_rate_limit(session: Session, body: Any) -> Any:
    settings.write(session, "rate_limit", body["per_minute"])
    return body["per_minute"]


def _set_lifetime(session: Session, body: Any) -> Any:
    settings.write(session, imports.LIFETIME, float(body["expire_after"]))
    return body
