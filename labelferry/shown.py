"""Results for people: printed, and shown in a notebook, as on the command line."""

from functools import singledispatch
from html import escape
from io import StringIO
from typing import Any

__all__ = ["Shown", "print_result"]

WIDTH = 120


@singledispatch
def print_result(result: object, console: Any) -> None:
    """Print a result on a rich console; ``labelferry.reports`` and ``labelferry.api`` register the printers."""
    console.print(object.__repr__(result), markup=False)


class Shown:
    """A value whose text is the command line's output."""

    __slots__ = ()

    def __repr__(self) -> str:
        from rich.console import Console

        out = StringIO()
        print_result(self, Console(file=out, width=WIDTH, color_system=None, soft_wrap=True))
        return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())

    def _repr_html_(self) -> str:
        """Return the same text as HTML for a notebook."""
        return f"<pre>{escape(repr(self))}</pre>"
