"""The web page: projects, their rows, a row's labels over its video, imports with their failed lines. Read-only.

``/`` and its assets contain no user data; what they show they request under ``/_page/``, with the key.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.http import Handler, base_url, database_of, json_response, with_key
from labelferry.localbox.state import page_views
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import absolute

ASSETS = Path(__file__).with_name("assets")
LOOPBACK = "http://127.0.0.1:* http://localhost:*"
HEADERS = {
    "Content-Security-Policy": f"default-src 'self'; media-src 'self' {LOOPBACK}; img-src 'self' {LOOPBACK} data:",
    "Cache-Control": "no-cache",  # revalidated each time, answered with 304 while unchanged
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
View = Callable[[Session, Request], Any]


def _asset(name: str, media_type: str) -> Handler:
    async def handler(_: Request) -> Response:
        return FileResponse(ASSETS / name, media_type=media_type, headers=HEADERS)

    return handler


def _view(view: View) -> Handler:
    def looked(request: Request) -> Response:
        try:
            with database_of(request).reading() as session:
                return json_response(view(session, request))
        except NotFoundError as error:
            return json_response({"message": str(error)}, 404)

    async def handler(request: Request) -> Response:
        return await run_in_threadpool(looked, request)

    return with_key(handler)


def _rows(session: Session, request: Request) -> Any:
    skip = request.query_params.get("skip", "0")
    search = request.query_params.get("search", "")
    return page_views.rows(session, request.path_params["project"], skip=skip, search=search)


def _row(session: Session, request: Request) -> Any:
    base = base_url(request)
    path = request.path_params
    return page_views.row(session, path["project"], path["row"], url=lambda reference: absolute(reference, base))


def _imports(session: Session, request: Request) -> Any:
    return page_views.imports_of(session, request.path_params["project"])


ROUTES = [
    Route("/", _asset("page.html", "text/html; charset=utf-8"), methods=["GET"]),
    Route("/_page/page.js", _asset("page.js", "text/javascript; charset=utf-8"), methods=["GET"]),
    Route("/_page/drawing.js", _asset("drawing.js", "text/javascript; charset=utf-8"), methods=["GET"]),
    Route("/_page/page.css", _asset("page.css", "text/css; charset=utf-8"), methods=["GET"]),
    Route("/_page/projects", _view(lambda session, _: page_views.projects_all(session)), methods=["GET"]),
    Route("/_page/projects/{project}/rows", _view(_rows), methods=["GET"]),
    Route("/_page/projects/{project}/rows/{row}", _view(_row), methods=["GET"]),
    Route("/_page/projects/{project}/imports", _view(_imports), methods=["GET"]),
]
