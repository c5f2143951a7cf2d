"""The output of every command: progress on a terminal, and its result for people or as JSON."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from labelferry.printable import masked, printable
from labelferry.shown import console

ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
"""C1 control characters, which JSON may contain and a terminal may obey."""

__all__ = ["fail", "print_json", "progress", "say", "show", "warnings_shown"]


def fail(message: str, code: int) -> NoReturn:
    """Exit with one message on stderr."""
    print(printable(f"labelferry: {message}"), file=sys.stderr)  # noqa: T201
    sys.exit(code)


@contextmanager
def progress(as_json: bool) -> Iterator[None]:
    """Show the progress of long work, on a terminal and without --json."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from labelferry.progress import watching

    terminal = console(stderr=True)
    if as_json or not terminal.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=terminal, transient=True) as bars:
        bar = bars.add_task("starting", total=None)
        with watching(
            lambda what, done, total: bars.update(bar, description=printable(what), completed=done, total=total)
        ):
            yield


class Warnings(logging.Handler):
    """A handler that prints what happens during a long wait, such as a retried request."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record on stderr."""
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        print(printable(f"{at} {record.levelname} {masked(record.getMessage())}"), file=sys.stderr)  # noqa: T201


@contextmanager
def warnings_shown() -> Iterator[None]:
    """Show our own warnings inside the block."""
    log, handler = logging.getLogger("labelferry"), Warnings(logging.WARNING)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


def show(result: Mapping[str, Any], as_json: bool, printer: Callable[[Mapping[str, Any], Any], None]) -> None:
    """Print a result as JSON, or with its printer."""
    if as_json:
        print_json(result)
        return
    printer(result, console(soft_wrap=True))


def print_json(result: Mapping[str, Any]) -> None:
    """Print a result for programs."""
    import orjson

    sys.stdout.flush()
    text = orjson.dumps(result, option=orjson.OPT_INDENT_2, default=str).decode()
    sys.stdout.buffer.write(text.translate(ESCAPED).encode() + b"\n")


def say(text: str, as_json: bool) -> None:
    """Add a line to a printed result."""
    if not as_json:
        print(printable(f"  {text}"))  # noqa: T201
