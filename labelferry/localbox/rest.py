"""The few REST addresses that clean-up uses: ontologies and feature schemas nobody needs any more."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labelferry.localbox.errors import LocalboxError, NotFoundError
from labelferry.localbox.http import Handler, database_of, json_response, with_key
from labelferry.localbox.state import ontologies
from labelferry.localbox.state.database import Database, Session


def _delete(remove: Callable[[Session, str], None]) -> Handler:
    async def handler(request: Request) -> Response:
        return await run_in_threadpool(_removed, database_of(request), remove, request.path_params["id"])

    return with_key(handler)


def _removed(database: Database, remove: Callable[[Session, str], None], key: str) -> Response:
    try:
        with database.writing() as session:
            remove(session, key)
    except NotFoundError as error:
        return json_response({"message": str(error)}, 404)
    except LocalboxError as error:
        return json_response({"message": str(error)}, 400)
    return Response(status_code=204)


def _unused(find: Callable[[Session], list[str]]) -> Handler:
    async def handler(request: Request) -> Response:
        with database_of(request).reading() as session:
            return json_response(find(session))

    return with_key(handler)


async def _unknown(request: Request) -> Response:
    return json_response({"message": f"localbox has no {request.method} {request.url.path}"}, 501)


ROUTES = [
    Route("/api/v1/ontologies/unused", _unused(ontologies.unused), methods=["GET"]),
    Route("/api/v1/feature-schemas/unused", _unused(ontologies.unused_features), methods=["GET"]),
    Route("/api/v1/ontologies/{id}", _delete(ontologies.delete), methods=["DELETE"]),
    Route("/api/v1/feature-schemas/{id}", _delete(ontologies.delete_feature), methods=["DELETE"]),
    Route("/api/v1/{rest:path}", with_key(_unknown), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
