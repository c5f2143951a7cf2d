"""One fault, and an outgoing answer that a fault may delay, truncate or drop."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from starlette.types import Message, Send

Kind = Literal["status", "drop-before", "drop-after", "slow", "truncate", "not-json"]
KINDS = ("status", "drop-before", "drop-after", "slow", "truncate", "not-json")
PAGE = b"<html><body><h1>Bad gateway</h1></body></html>"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request."""

    kind: Kind
    status: int = 500
    retry_after: float | None = None
    seconds: float = 0.0


class Recorder:
    """Sender of an answer, which passes it on or holds it until a fault has been applied."""

    def __init__(self, send: Send, before_end: Callable[[], Awaitable[None]]) -> None:
        self._send = send
        self._before_end = before_end
        self._held: list[Message] | None = None
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        """Take one part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        if self._held is None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await self._before_end()
            await self._send(message)
        else:
            self._held.append(message)

    def holding(self) -> "Recorder":
        """Return the same recorder, which sends nothing from now on."""
        self._held = []
        return self

    def drop(self) -> None:
        """Close the connection without an answer (uvicorn keeps the transport on the owner of ``send``)."""
        owner: Any = getattr(self._send, "__self__", None)
        self.status = None
        owner.disconnected = True
        owner.transport.abort()

    async def spoil(self, kind: Kind) -> None:
        """Send what a fault leaves of the withheld answer."""
        held, self._held = self._held or [], None
        if kind == "drop-after" or not held:
            self.drop()
            return
        start, body = held[0], b"".join(message.get("body", b"") for message in held[1:])
        if kind == "not-json":
            await self._send({**start, "headers": _headers("text/html", len(PAGE))})
            await self._send({"type": "http.response.body", "body": PAGE})
            return
        await self._send({**start, "headers": _headers("application/json", len(body))})
        await self._send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        self.drop_open()

    def drop_open(self) -> None:
        """Close the connection once everything written has been sent."""
        owner: Any = getattr(self._send, "__self__", None)
        owner.disconnected = True
        owner.transport.close()


def _headers(content_type: str, length: int) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", content_type.encode()), (b"content-length", str(length).encode())]
