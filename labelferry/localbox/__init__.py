"""localbox: a local Labelbox, to which the official SDK and our own client are equal HTTP clients.

It imports nothing from the rest of labelferry and speaks only HTTP. Layers, one way down::

    server -> app -> {guard, graphql_requests, file_routes, rest, control, page}   HTTP, knows no tables
    execution -> schema -> resolvers                                              GraphQL, knows no HTTP
    work -> state -> {validation, rendering}                                      SQLite, files, rules for lines

Start it with ``python -m labelferry.localbox`` or ``serve``.
"""

import os
from pathlib import Path

from labelferry.localbox.options import DEFAULT_HOST, DEFAULT_KEY, DEFAULT_PORT, BadOptionsError, Options

__all__ = ["DEFAULT_HOST", "DEFAULT_KEY", "DEFAULT_PORT", "BadOptionsError", "Options", "serve"]


def serve(
    *,
    data: Path,
    port: int = DEFAULT_PORT,
    host: str = DEFAULT_HOST,
    key: str | None = None,
    control: bool = False,
    rate_limit: int | None = None,
    seed: Path | None = None,
    like: str | None = None,
) -> int:
    """Serve a data folder until SIGTERM or SIGINT and return the exit code.

    Args:
        data: The folder for all data; it is created if it does not exist.
        port: 0 picks a free one; the line on stdout says which.
        host: Anything but loopback also needs a key other than the published one.
        key: Without one, ``LOCALBOX_KEY`` or ``localbox``.
        control: Opens the control plane under ``/_localbox/``.
        rate_limit: Requests a minute before a 429.
        seed: A snapshot file for a folder that holds nothing yet.
        like: A profile, or a JSON file with one: where the switches stand.

    Raises:
        BadOptionsError: the options are not allowed.
    """
    from labelferry.localbox.server import run

    chosen = key if key is not None else os.environ.get("LOCALBOX_KEY", DEFAULT_KEY)
    options = Options(
        data=data, key=chosen, host=host, port=port, control=control, rate_limit=rate_limit, seed=seed, like=like
    )
    return run(options)
