"""What every request passes first: the rate limit, and for tests the faults and the request log.

It wraps the whole application, because dropping a connection means closing the transport under it.
"""

import asyncio
import re
import time
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelferry.localbox.faults import Fault, Recorder
from labelferry.localbox.http import BODY_BYTES
from labelferry.localbox.options import DEFAULT_KEY, Options, is_loopback
from labelferry.localbox.state import request_log
from labelferry.localbox.state.database import Database
from labelferry.localbox.state.request_log import Seen

API = ("/graphql", "/_gql", "/api/")
OPERATION = re.compile(rb"\b(?:query|mutation)\s+(\w+)")


class Guard:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, database: Database, options: Options) -> None:
        self._app = app
        self._database = database
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, refuse it or spoil it."""
        if scope["type"] == "http" and not self._asked_for(scope):
            text = "localbox with its published key answers to localhost only; give it a --key of your own"
            await refuse(send, 421, text, {})
            return
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        wait = await run_in_threadpool(self._over_limit)
        if wait is not None:
            await refuse(send, 429, "You have exceeded the request limit of localbox", {"Retry-After": str(wait)})
        elif self._options.control:
            await self._watched(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _asked_for(self, scope: Scope) -> bool:
        """Return whether the Host header names this server, so that DNS rebinding gets nowhere."""
        if self._options.key != DEFAULT_KEY:
            return True
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        return is_loopback(_name_of(host))

    def _over_limit(self) -> int | None:
        if self._options.rate_limit is None and not self._options.control:
            return None
        with self._database.reading() as session:
            limit = request_log.limit(session, self._options.rate_limit)
        if limit is None:
            return None
        with self._database.writing() as session:
            return request_log.over(session, limit)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive)
        if body is None:
            await refuse(send, 413, f"The body is larger than {BODY_BYTES} bytes", {})
            return
        seen = _seen(scope, body)
        fault = await run_in_threadpool(self._fault, seen)
        started = time.perf_counter()
        logged = False

        async def log() -> None:  # before the answer has ended, so that its receiver finds it in the log
            nonlocal logged
            if not logged:
                logged = True
                elapsed = 1000 * (time.perf_counter() - started)
                await run_in_threadpool(self._log, seen, fault, recorder.status, elapsed)

        recorder = Recorder(send, log)
        try:
            await _spoiled(self._app, fault, scope, _replay(body, receive), recorder)
        finally:
            await log()

    def _fault(self, seen: Seen) -> Fault | None:
        with self._database.reading() as session:
            if not request_log.faults_waiting(session):
                return None
        with self._database.writing() as session:
            return request_log.draw(session, seen)

    def _log(self, seen: Seen, fault: Fault | None, status: int | None, elapsed: float) -> None:
        with self._database.writing() as session:
            request_log.note(session, seen, status=status, fault=fault.kind if fault else None, milliseconds=elapsed)


async def _spoiled(app: ASGIApp, fault: Fault | None, scope: Scope, receive: Receive, recorder: Recorder) -> None:
    if fault is None:
        await app(scope, receive, recorder)
    elif fault.kind == "status":
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        text = "You have exceeded the request limit of localbox" if fault.status == 429 else "Broken on purpose"
        await refuse(recorder, fault.status, text, headers)
    elif fault.kind == "drop-before":
        recorder.drop()
    elif fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        await app(scope, receive, recorder)
    else:
        await app(scope, receive, recorder.holding())
        await recorder.spoil(fault.kind)


async def refuse(send: Any, status: int, message: str, headers: dict[str, str]) -> None:
    """Answer with a JSON message, as the service does at its limit."""
    body = orjson.dumps({"message": message})
    fields = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    encoded = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})


async def _whole(receive: Receive) -> bytes | None:
    """Return the whole body; None when it is larger than allowed."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _name_of(host: str) -> str:
    """Return the name in a Host header, without brackets and port."""
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]


def _replay(body: bytes, receive: Receive) -> Receive:
    first = True

    async def again() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _seen(scope: Scope, body: bytes) -> Seen:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    match = OPERATION.search(body)
    return Seen(
        method=scope["method"],
        path=scope["path"],
        operation=match.group(1).decode() if match else None,
        sdk_method=headers.get("x-sdk-method"),
        agent=headers.get("x-user-agent") or headers.get("user-agent"),
        bytes_in=len(body),
    )
