"""What the first exports point to: the frames of a label as NDJSON, and the mask of one object on one frame.

Frames need the key in the header, as the service's do. Masks need none: their URL comes with the frames, and its ids
cannot be guessed.
"""

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.http import base_url, database_of, with_key
from labelferry.localbox.state import exports_v1, files


async def serve_frames(request: Request) -> Response:
    """Serve a label's frames; no content when no frame has any."""
    return await run_in_threadpool(_frames, request)


def _frames(request: Request) -> Response:
    try:
        with database_of(request).reading() as session:
            found = exports_v1.frames(session, request.path_params["label"], base_url(request))
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error
    return Response(found, media_type=files.NDJSON) if found else Response(status_code=204)


async def serve_mask(request: Request) -> Response:
    """Serve the mask of one object on one frame."""
    return await run_in_threadpool(_mask, request)


def _mask(request: Request) -> Response:
    path = request.path_params
    try:
        with database_of(request).reading() as session:
            found = exports_v1.mask(session, path["label"], path["feature"], path["frame"])
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error
    if found is None:
        raise HTTPException(404, "No such mask")
    return Response(found, media_type="image/png")


ROUTES = [
    Route("/v1/frames/{label}", with_key(serve_frames), methods=["GET"]),
    Route("/v1/masks/{label}/{feature}/{frame}", serve_mask, methods=["GET"]),
]
