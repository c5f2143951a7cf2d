"""The entry point, before anything else is imported: from here on Ctrl-C ends in one message and exit code 130.

Libraries swallow an interrupt while they are imported (a bare ``except`` around an optional package, a module in C). So
an interrupt during any import waits for the end of that import.
"""

import signal
import sys
from types import FrameType

__all__ = ["INTERRUPTED", "main"]

INTERRUPTED = 130
MESSAGE = "labelferry: interrupted; nothing is lost, run the same command again"
AGAIN_SECONDS = 0.001
"""Less than any command takes between its last import and its end, so none ends with an interrupt unheard."""
IMPORTING = "<frozen importlib._bootstrap>"


def main() -> None:
    """Run the command line."""
    _listen()
    try:
        _run()
    except KeyboardInterrupt:
        print(MESSAGE, file=sys.stderr)  # noqa: T201
        sys.exit(INTERRUPTED)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _run() -> None:
    from labelferry.cli.main import run

    if _was_waiting():
        raise KeyboardInterrupt
    run()


def _listen() -> None:
    """Handle Ctrl-C, unless the parent process ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        try:
            signal.signal(signal.SIGINT, _interrupt)
        except ValueError:  # not the main thread, which gets no signals
            return


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    if _is_importing(frame):
        signal.signal(signal.SIGALRM, _interrupt)
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        return
    raise KeyboardInterrupt


def _was_waiting() -> bool:
    return signal.setitimer(signal.ITIMER_REAL, 0)[0] > 0


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            return True
        frame = frame.f_back
    return False
