"""Labelbox's webhooks -> Prefect events: ``python -m deployments.webhooks`` next to the Prefect server.

Labelbox signs each delivery with the secret of its webhook, ``X-Hub-Signature: sha1=<HMAC of the body>``, and says in
``X-Labelbox-Event`` what happened (https://docs.labelbox.com/reference/webhooks). A delivery becomes the
event ``labelbox.<topic>`` on the resource ``labelbox.project.<id>``, which automations may wait for; the whole body
goes along as its payload.
"""

import hashlib
import hmac
import os
import sys
from collections.abc import Callable
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


def receiver(secret: str, emit: Emit = emit_event) -> Starlette:
    """Return the receiver, for any ASGI server.

    Args:
        secret: of the webhook; what is not signed with it is refused.
        emit: tells Prefect.
    """

    async def receive(request: Request) -> Response:
        if int(request.headers.get("Content-Length", 0)) > MOST_BYTES:
            return PlainTextResponse("too large", 413)
        body = await request.body()
        if not hmac.compare_digest(request.headers.get("X-Hub-Signature", ""), signature(secret, body)):
            return PlainTextResponse("the signature does not fit", 401)
        try:
            payload, topic = orjson.loads(body), request.headers["X-Labelbox-Event"]
            resource = {"prefect.resource.id": f"labelbox.project.{payload['project']['id']}"}
        except (KeyError, TypeError, orjson.JSONDecodeError):
            return PlainTextResponse("not a delivery of Labelbox's", 400)
        emit(f"labelbox.{topic.lower()}", resource=resource, payload=payload)
        return Response(status_code=204)

    return Starlette(routes=[Route("/", receive, methods=["POST"])])


def signature(secret: str, body: bytes) -> str:
    """Return what Labelbox sends with a body."""
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
