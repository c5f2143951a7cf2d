"""Results that people look at: they print, and show in a notebook, as the command line shows them."""

from functools import singledispatch
from html import escape
from io import StringIO
from typing import Any

__all__ = ["Shown", "print_result"]

WIDTH = 120


@singledispatch
def print_result(result: object, console: Any) -> None:
    """Print a result on a rich console; ``labelferry.reports`` and ``labelferry.api`` say how each kind is printed."""
    console.print(object.__repr__(result), markup=False)


class Shown:
    """A value whose text is what the command line prints of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        from rich.console import Console

        out = StringIO()
        print_result(self, Console(file=out, width=WIDTH, color_system=None, soft_wrap=True))
        return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())

    def _repr_html_(self) -> str:
        """The same for a notebook's cell."""
        return f"<pre>{escape(repr(self))}</pre>"
