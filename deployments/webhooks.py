"""Labelbox's webhooks -> Prefect events: ``python -m deployments.webhooks`` next to the Prefect server.

Labelbox signs each delivery with the secret of its webhook, ``X-Hub-Signature: sha1=<HMAC of the body>``, and names the
event in ``X-Labelbox-Event`` (https://docs.labelbox.com/reference/webhooks). A delivery becomes the event
``labelbox.<topic>`` on the resource ``labelbox.project.<id>``, which automations may wait for; the whole body is its
payload.
"""

import hashlib
import hmac
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import uvicorn
from prefect.events import emit_event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from labelferry.errors import SpecError

__all__ = ["Emit", "main", "receiver"]

Emit = Callable[..., Any]
"""``prefect.events.emit_event``, or its replacement."""

MOST_BYTES = 10_000_000
MOST_TOLD = 100_000
REMEMBERED = timedelta(days=1)
TOPICS = frozenset({"label_created", "label_updated", "label_deleted", "workflow_action"})
"""The topics in the official SDK 7.17.0."""
TIMES = ("createdAt", "updatedAt", "deletedAt")


def receiver(secret: str, emit: Emit = emit_event) -> Starlette:
    """Return the receiver, for any ASGI server.

    Args:
        secret: of the webhook; deliveries not signed with it are refused.
        emit: sends an event to Prefect.
    """
    told = _Told()

    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        given = request.headers.get("X-Hub-Signature", "").encode("latin-1")
        if not hmac.compare_digest(given, signature(secret, body).encode()):
            return PlainTextResponse("the signature does not match", 401)
        try:
            payload, topic = orjson.loads(body), request.headers["X-Labelbox-Event"].lower()
            resource = {"prefect.resource.id": f"labelbox.project.{payload['project']['id']}"}
        except (KeyError, TypeError, orjson.JSONDecodeError):
            return PlainTextResponse("not a delivery from Labelbox", 400)
        if topic not in TOPICS:
            return PlainTextResponse(f"not a topic of Labelbox's; use one of {', '.join(sorted(TOPICS))}", 400)
        if _is_old(payload) or told.before(body):
            return PlainTextResponse("already delivered", 409)
        emit(f"labelbox.{topic}", resource=resource, payload=payload)
        return Response(status_code=204)

    return Starlette(routes=[Route("/", receive, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """Return the body; None when it is too large, whatever its header says."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _is_old(payload: Mapping[str, Any]) -> bool:
    """Return whether the event is older than the memory of deliveries."""
    times = [payload[key] for key in TIMES if isinstance(payload.get(key), str)]
    try:
        latest = max(datetime.fromisoformat(text) for text in times)
        return datetime.now(UTC) - latest > REMEMBERED
    except (ValueError, TypeError):  # missing, in another format, or without a zone
        return False


class _Told:
    """The deliveries of the last day, told apart by their body, since the signature covers nothing else.

    A body that was sent under one topic is thus not accepted again under another.
    """

    def __init__(self) -> None:
        self._at: OrderedDict[bytes, float] = OrderedDict()

    def before(self, body: bytes) -> bool:
        """Record a delivery, and return whether it came before."""
        now, digest = time.monotonic(), hashlib.sha256(body).digest()
        while self._at and (
            len(self._at) >= MOST_TOLD or now - next(iter(self._at.values())) > REMEMBERED.total_seconds()
        ):
            self._at.popitem(last=False)
        known = digest in self._at
        self._at.setdefault(digest, now)
        return known


def signature(secret: str, body: bytes) -> str:
    """Return the signature that Labelbox sends with a body."""
    return f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"


def main() -> int:
    """Serve until stopped; return the exit code."""
    secret = os.environ.get("LABELFERRY_WEBHOOK_SECRET")
    if not secret:
        print("labelferry: LABELFERRY_WEBHOOK_SECRET is not set; give the webhook's secret", file=sys.stderr)
        return SpecError.exit_code
    host, port = (
        os.environ.get("LABELFERRY_WEBHOOK_HOST", "127.0.0.1"),
        os.environ.get("LABELFERRY_WEBHOOK_PORT", "8766"),
    )
    uvicorn.run(receiver(secret), host=host, port=int(port), log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
