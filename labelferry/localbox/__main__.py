"""``python -m labelferry.localbox``: arguments turned into a running server."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from labelferry.localbox import DEFAULT_HOST, DEFAULT_PORT, BadOptionsError, serve


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m labelferry.localbox", description="A local Labelbox.")
    made.add_argument("--data", type=Path, default=Path(".labelferry/localbox"), help="folder for all data")
    made.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 picks a free one")
    made.add_argument("--host", default=DEFAULT_HOST, help="anything but loopback also needs --key")
    made.add_argument("--key", default=None, help="the API key (LOCALBOX_KEY, else 'localbox')")
    made.add_argument("--control", action="store_true", help="open the control plane under /_localbox/")
    made.add_argument("--rate-limit", type=int, default=None, help="requests a minute before a 429")
    made.add_argument("--seed", type=Path, default=None, help="a snapshot file for a folder that holds nothing yet")
    made.add_argument("--like", default=None, help="a profile, or a JSON file with one: where the switches stand")
    made.add_argument(
        "--exit-with-parent", action="store_true", help="end when stdin is closed, as when the parent ends"
    )
    return made


def end_with_stdin() -> None:
    """End the server once stdin is closed, so that a killed parent leaves nothing running."""

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1 << 16):  # a buffered read would hold a lock that a clean shutdown needs
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def main() -> int:
    """Serve until a signal arrives; return 2 for bad options."""
    os.umask(0o077)  # uploads are private to their owner
    options = vars(parser().parse_args())
    if options.pop("exit_with_parent"):
        end_with_stdin()
    try:
        return serve(**options)
    except (BadOptionsError, OSError) as error:
        sys.stderr.write(f"localbox: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
