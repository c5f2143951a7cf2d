"""Options turned into a running server: one line on stdout when it is ready, a clean shutdown on SIGTERM and SIGINT."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import uvicorn

from labelferry.localbox import app, profiles, snapshots
from labelferry.localbox.errors import MalformedError
from labelferry.localbox.founding import found
from labelferry.localbox.options import DEFAULT_KEY, BadOptionsError, Options, check
from labelferry.localbox.state.database import Database

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """Uvicorn that prints its URL once it listens."""

    def __init__(self, config: uvicorn.Config, url: str, invitation: str = "") -> None:
        super().__init__(config)
        self._url = url
        self._invitation = invitation

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then print the URL."""
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"localbox ready at {self._url}\n{self._invitation}")
            sys.stdout.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Shut down on SIGTERM and SIGINT. Uvicorn would then raise the signal again; here the shutdown is clean."""
        before = {number: signal.signal(number, self.handle_exit) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(options: Options) -> int:
    """Serve until a signal arrives; return the exit code."""
    check(options)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns about every bad body that it receives
    database = Database(options.data)
    found(database)
    seeded(database, options.seed)
    behaving(database, options.like)
    with closing(listening(options)) as listener:
        config = uvicorn.Config(
            app.build(database, options),
            log_level="warning",
            access_log=False,
            lifespan="off",
            http="h11",
            loop="asyncio",
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,
        )
        base = f"http://{_shown(options.host)}:{listener.getsockname()[1]}"
        server = Server(config, f"{base}/graphql", _invitation(base, options) if sys.stdout.isatty() else "")
        server.run(sockets=[listener])
    return 0


def seeded(database: Database, path: Path | None) -> None:
    """Fill a new folder from a snapshot file, if one is given.

    Raises:
        BadOptionsError: the file is not a snapshot.
    """
    if path is None:
        return
    try:
        with database.writing() as session:
            snapshots.seed_new(session, path)
    except MalformedError as error:
        raise BadOptionsError(str(error)) from error


def behaving(database: Database, like: str | None) -> None:
    """Make a folder behave like a profile, if one is named; else it behaves as before.

    Raises:
        BadOptionsError: there is no such profile.
    """
    if like is None:
        return
    try:
        with database.writing() as session:
            profiles.use(session, profiles.named(like))
    except (MalformedError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadOptionsError(f"--like: {error}") from error


def listening(options: Options) -> socket.socket:
    """Return a socket bound to the address; port 0 picks a free one."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    # Named as TCP, because asyncio switches Nagle's algorithm off only then: 40 ms a request otherwise.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((options.host, options.port))
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _invitation(base: str, options: Options) -> str:
    """Return where to look at the page; the key is included only if it is the published one."""
    return f"Look at it: {base}/#key={DEFAULT_KEY}\n" if options.key == DEFAULT_KEY else f"Look at it: {base}/\n"
