"""What every command shows: progress on a terminal, and its result for people or as JSON."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

__all__ = ["fail", "print_check", "print_json", "progress", "say", "show"]


def fail(message: str, code: int) -> NoReturn:
    """End with the one message that a command leaves on stderr."""
    print(f"labelferry: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


@contextmanager
def progress(as_json: bool) -> Iterator[None]:
    """Show how far long work is, unless nobody looks or JSON is wanted."""
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


def show(result: Mapping[str, Any], as_json: bool, printer: Callable[[Mapping[str, Any], Any], None]) -> None:
    """Print a result as JSON, or with a printer that knows what it is."""
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
    """Add a line to a result that people read."""
    if not as_json:
        print(f"  {text}")  # noqa: T201


def print_check(result: Mapping[str, Any], console: Any) -> None:
    """Print what a spec holds, and what there is to say about it."""
    counts = result["counts"]
    for warning in result["warnings"]:
        console.print(warning, style="yellow", markup=False, highlight=False)
    console.print(
        f"{counts['rows']} videos, {counts['tracks']} tracks, {counts['keyframes']} keyframes, {counts['masks']} mask "
        f"frames, {counts['classifications']} classifications: {counts['lines']} lines, {counts['bytes']} bytes",
        highlight=False,
    )
    for path in result.get("files", ()):
        console.print(f"wrote {path}", markup=False, highlight=False)
