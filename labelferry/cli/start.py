"""The entry point, before anything else is imported: from here on Ctrl-C ends in one message and exit code 130.

Libraries swallow an interrupt while they are imported (a bare ``except`` around an optional package, a module in C),
and Python does in destructors and callbacks. So an interrupt during any import waits for the end of that import, and
one that Python ignores comes again.
"""

import gc
import signal
import sys
from types import FrameType

__all__ = ["INTERRUPTED", "main"]

INTERRUPTED = 130
MESSAGE = "labelferry: interrupted; nothing is lost, run the same command again"
AGAIN_SECONDS = 0.001
"""Less than any command takes between its last import and its end, so none ends with an interrupt unheard."""
IMPORTING = "<frozen importlib._bootstrap>"
GARBAGE = 100_000
"""Objects allocated between two garbage collections: with Python's 700 the collector walks what a command imports again
and again, and finds nothing there."""


def main() -> None:
    """Run the command line."""
    gc.set_threshold(GARBAGE)
    _listen()
    try:
        _run()
    except KeyboardInterrupt:
        _say_and_remember()
        sys.exit(INTERRUPTED)
    finally:
        _stop_listening()


def _run() -> None:
    from labelferry.cli.main import run

    if _was_waiting():
        raise KeyboardInterrupt
    run()


def _say_and_remember() -> None:
    print(MESSAGE, file=sys.stderr, flush=True)  # noqa: T201
    from labelferry.cli.interrupted import remember
    from labelferry.cli.main import app

    try:
        remember(app, sys.argv[1:])
    except KeyboardInterrupt:  # again: it is in a hurry
        return


def _listen() -> None:
    """Handle Ctrl-C, unless the parent process ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        try:
            signal.signal(signal.SIGINT, _interrupt)
            sys.unraisablehook = _repeat_ignored
        except ValueError:  # not the main thread, which gets no signals
            return


def _stop_listening() -> None:
    """Let the exit code stand: Python takes long to shut down, and would be killed by a Ctrl-C meanwhile."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    if signal.getsignal(signal.SIGINT) is _interrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    if _is_importing(frame):
        _come_again()
        return
    raise KeyboardInterrupt


def _come_again() -> None:
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)


def _repeat_ignored(error: "sys.UnraisableHookArgs") -> None:
    """Raise an interrupt again that came where nothing can be raised, and report other errors as Python does."""
    if issubclass(error.exc_type, KeyboardInterrupt):
        _come_again()
    else:
        sys.__unraisablehook__(error)


def _was_waiting() -> bool:
    return signal.setitimer(signal.ITIMER_REAL, 0)[0] > 0


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == IMPORTING:
            return True
        frame = frame.f_back
    return False
