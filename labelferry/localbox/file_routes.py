"""Files over HTTP: ``/files/<id>/<name>`` turned into the bytes. No key is needed: ids cannot be guessed."""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from labelferry.localbox.http import database_of, json_response
from labelferry.localbox.state import files, imports, reporting
from labelferry.localbox.state.database import Database

# Uploads are served as data: they never run as a page of ours.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=86400, immutable",
}


async def serve_file(request: Request) -> Response:
    """Serve the bytes of a file, or the requested range of them."""
    return await run_in_threadpool(_response, database_of(request), request.path_params["file_id"])


def _response(database: Database, file_id: str) -> Response:
    with database.reading() as session:
        found = files.get(session, file_id)
        gone = found is not None and imports.expired(session, found)
        changed = found is not None and reporting.is_changed(session, found.id)
        told = reporting.told(session, file_id) if changed else None
    if gone:
        return json_response({"message": "This file of an import has expired: they are kept for 24 hours"}, 404)
    if found is None or (changed and told is None) or not database.files.path(found.id).is_file():
        raise HTTPException(404, "No such file")
    if told is not None:
        return Response(told, media_type=found.content_type, headers=HEADERS | {"Cache-Control": "no-store"})
    return FileResponse(database.files.path(found.id), media_type=found.content_type, headers=HEADERS)


ROUTES = [
    Route("/files/{file_id}", serve_file, methods=["GET", "HEAD"]),
    Route("/files/{file_id}/{name}", serve_file, methods=["GET", "HEAD"]),
]
