"""The output of every command: progress on a terminal, and its result for people or as JSON."""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

__all__ = ["fail", "print_json", "progress", "say", "show", "warnings_shown"]


def fail(message: str, code: int) -> NoReturn:
    """Exit with one message on stderr."""
    print(f"labelferry: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


@contextmanager
def progress(as_json: bool) -> Iterator[None]:
    """Show the progress of long work, on a terminal and without --json."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from labelferry.progress import watching

    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("starting", total=None)
        with watching(lambda what, done, total: bars.update(bar, description=what, completed=done, total=total)):
            yield


class Warnings(logging.Handler):
    """A handler that prints what happens during a long wait, such as a retried request."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record on stderr."""
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        print(f"{at} {record.levelname} {record.getMessage()}", file=sys.stderr)  # noqa: T201


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
    from rich.console import Console

    printer(result, Console(soft_wrap=True))


def print_json(result: Mapping[str, Any]) -> None:
    """Print a result for programs."""
    import orjson

    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(result, option=orjson.OPT_INDENT_2, default=str) + b"\n")


def say(text: str, as_json: bool) -> None:
    """Add a line to a printed result."""
    if not as_json:
        print(f"  {text}")  # noqa: T201
