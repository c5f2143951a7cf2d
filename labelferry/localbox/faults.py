"""One fault, and an answer on its way out that a fault may hold back, cut short or drop."""

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
    """Sends an answer on, or keeps it until somebody has decided how to spoil it."""

    def __init__(self, send: Send, before_end: Callable[[], Awaitable[None]]) -> None:
        self._send = send
        self._before_end = before_end
        self._held: list[Message] | None = None
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        """Takes a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        if self._held is None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await self._before_end()
            await self._send(message)
        else:
            self._held.append(message)

    def holding(self) -> "Recorder":
        """The same recorder, which from now on sends nothing."""
        self._held = []
        return self

    def drop(self) -> None:
        """Closes the connection without a word (uvicorn keeps the transport on the object that ``send`` belongs to)."""
        owner: Any = getattr(self._send, "__self__", None)
        self.status = None
        owner.disconnected = True
        owner.transport.abort()

    async def spoil(self, kind: Kind) -> None:
        """Sends what a fault leaves of the answer that was held."""
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
        """Closes the connection after what has been sent has gone out."""
        owner: Any = getattr(self._send, "__self__", None)
        owner.disconnected = True
        owner.transport.close()


def _headers(content_type: str, length: int) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", content_type.encode()), (b"content-length", str(length).encode())]
