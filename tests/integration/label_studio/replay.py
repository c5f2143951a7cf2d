"""Label Studio's recorded answers, served on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.integration.label_studio.made_up import ACCESS, LEGACY, PERSONAL, RECORDED, request_of

__all__ = ["Replay", "replayed"]


class Replay:
    """The answers by request, which a test may change, and what was asked.

    An answer has a status and a JSON body; instead of that ``raw`` bytes, ``headers``, and whether it is ``cut``.
    """

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text("utf-8"))["answers"]
        self.asked: list[str] = []
        self.credentials: set[str] = set()
        self.url = ""

    def answer(self, request: BaseHTTPRequestHandler) -> dict[str, Any]:
        """The answer to a request, which is refused without one of the two tokens."""
        asked = request_of(request.command, request.path)
        self.asked.append(asked)
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        if asked == "POST token/refresh":
            known = json.loads(body) == {"refresh": PERSONAL}
            return self.answers[asked if known else f"{asked} refused"]
        said = request.headers.get("Authorization", "")
        self.credentials.add(said)
        known = said in {f"Token {LEGACY}", f"Bearer {ACCESS}"}
        return self.answers[asked if known else "GET projects/1 refused"]


@contextmanager
def replayed() -> Iterator[Replay]:
    """Serve the recorded answers."""
    replay = Replay()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = replay.answer(self)
            body = answer.get("raw", json.dumps(answer.get("body")).encode())
            self.send_response(answer["status"])
            for name, value in {"Content-Length": str(len(body)), **answer.get("headers", {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.get("cut") else body)

        do_POST = do_GET  # noqa: N815  what http.server calls it

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    replay.url = f"http://127.0.0.1:{server.server_port}"
    yield replay
    server.shutdown()
    server.server_close()
