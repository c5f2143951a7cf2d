"""What every route needs: the key check, the requested host, JSON answers."""

import hmac
from collections.abc import Awaitable, Callable
from functools import wraps

import orjson
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labelferry.localbox.state.database import Database

BODY_BYTES = 256 << 20
"""Limit of one GraphQL request, including its files; the control plane has the same."""
Handler = Callable[[Request], Awaitable[Response]]


def base_url(request: Request) -> str:
    """Return the requested host as a URL."""
    return f"{request.url.scheme}://{request.headers.get('host') or request.url.netloc}"


def key_fits(request: Request) -> bool:
    """Return whether a request carries the key, as the SDK sends it."""
    sent = request.headers.get("authorization", "")
    wanted = f"Bearer {request.app.state.options.key}"
    return hmac.compare_digest(sent.encode(), wanted.encode())


def database_of(request: Request) -> Database:
    """Return the data folder behind a request."""
    database: Database = request.app.state.database
    return database


async def body_of(request: Request, most: int = BODY_BYTES) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: 413, the body is larger than the limit.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(413, f"The body is larger than {most} bytes")
    return bytes(body)


def json_response(body: object, status: int = 200, background: BackgroundTask | None = None) -> Response:
    """Return a JSON response."""
    return Response(orjson.dumps(body), status, media_type="application/json", background=background)


def with_key(handler: Handler) -> Handler:
    """Return the handler wrapped in a check of the key."""

    @wraps(handler)
    async def checked(request: Request) -> Response:
        if not key_fits(request):
            return json_response({"message": "Invalid API key"}, 401)
        return await handler(request)

    return checked
