"""The HTTP side of localbox: routes turned into calls. Without the key only health, and files by id, are served."""

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from labelferry.localbox import control, delivery, file_routes, frame_routes, page, rest
from labelferry.localbox.errors import LocalboxError, UnauthenticatedError
from labelferry.localbox.execution import Answer, answer, refusal
from labelferry.localbox.graphql_requests import BadRequestError, read_operation
from labelferry.localbox.guard import Guard
from labelferry.localbox.http import base_url, database_of, json_response, key_fits
from labelferry.localbox.options import Options
from labelferry.localbox.state.database import Database


def build(database: Database, options: Options) -> ASGIApp:
    """Return the ASGI application for a data folder."""
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=["POST"]),
        Route("/_gql", graphql, methods=["POST"]),
        *file_routes.ROUTES,
        *frame_routes.ROUTES,
        *rest.ROUTES,
        *page.ROUTES,
        *control.routes(enabled=options.control),
    ]
    handlers = {HTTPException: http_error, LocalboxError: refused, Exception: failed}
    app = Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]
    app.state.database = database
    app.state.options = options
    return Guard(app, database, options)


async def graphql(request: Request) -> Response:
    """Answer one GraphQL operation."""
    if not key_fits(request):
        return as_response(refusal(UnauthenticatedError("Invalid API key"), 401))
    try:
        operation = await read_operation(request)
        database = database_of(request)
        found = await run_in_threadpool(answer, database, operation, base_url(request))
    except BadRequestError as error:
        return as_response(refusal(error, 400))
    finally:
        await request.close()  # which closes the files of a multipart body too
    return as_response(_softened(found, request), BackgroundTask(delivery.send_waiting, database))


def _softened(found: Answer, request: Request) -> Answer:
    """Turn a 501 into a 400 for the official SDK, which repeats every 5xx for two minutes."""
    sdk = request.headers.get("x-user-agent", "").startswith("python-sdk")
    return Answer(found.body, 400) if sdk and found.status == 501 else found


def as_response(found: Answer, background: BackgroundTask | None = None) -> Response:
    """Return an answer as an HTTP response."""
    return json_response(found.body, found.status, background)


async def http_error(_: Request, error: HTTPException) -> Response:
    """Answer an unknown path or method, or an unreadable body."""
    code = "RESOURCE_NOT_FOUND" if error.status_code == 404 else "BAD_REQUEST"
    shown = {"message": error.detail, "extensions": {"code": code}}
    return json_response({"message": error.detail, "errors": [shown]}, error.status_code)


async def refused(_: Request, error: LocalboxError) -> Response:
    """Answer a refusal outside GraphQL."""
    return json_response(
        {"message": str(error), "errors": [{"message": str(error), "extensions": error.extensions}]}, 400
    )


async def failed(_: Request, __: Exception) -> Response:
    """Answer an internal error; the traceback is in the log."""
    shown = {"message": "localbox failed", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    return json_response({"message": "localbox failed", "errors": [shown]}, 500)
