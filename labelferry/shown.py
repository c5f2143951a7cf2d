"""Results for people: printed, and shown in a notebook, as on the command line."""

from functools import singledispatch
from html import escape
from io import StringIO
from typing import Any

from labelferry.printable import printable

__all__ = ["Shown", "console", "print_result"]

WIDTH = 120


@singledispatch
def print_result(result: object, console: Any) -> None:
    """Print a result on a rich console; ``labelferry.reports.printing`` registers the printers."""
    console.print(object.__repr__(result), markup=False)


def console(**options: Any) -> Any:
    """Return a rich console that shows control characters in names and messages as symbols."""
    from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
    from rich.segment import Segment

    class Safe:
        """A renderable whose texts are made printable before the console adds its styles."""

        def __init__(self, inside: ConsoleRenderable) -> None:
            self._inside = inside

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            for text, style, control in console.render(self._inside, options):
                yield Segment(text if control else printable(text), style, control)

    class Hook(RenderHook):
        def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
            return [Safe(each) for each in renderables]

    made = Console(**options)
    made.push_render_hook(Hook())
    return made


class Shown:
    """A value whose text is the command line's output."""

    __slots__ = ()

    def __repr__(self) -> str:
        out = StringIO()
        print_result(self, console(file=out, width=WIDTH, color_system=None, soft_wrap=True))
        return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())

    def _repr_html_(self) -> str:
        """Return the same text as HTML for a notebook."""
        return f"<pre>{escape(repr(self))}</pre>"
