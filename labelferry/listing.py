"""Long lists -> their first items, and how many more there are; numbers of things -> words."""

from collections.abc import Sequence

__all__ = ["counted", "shorten"]


def counted(count: int, thing: str) -> str:
    """Return a number of things: "1 line", "2 lines"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def shorten(texts: Sequence[str], most: int, more: str = "more", *, total: int | None = None) -> list[str]:
    """Return the first ``most`` texts, and after them "and N more" when there are others.

    Args:
        texts: one for each item.
        most: items to show.
        more: what the last text says of the others.
        total: items there are, when ``texts`` is only the head of them.
    """
    shown = list(texts[:most])
    rest = (len(texts) if total is None else total) - len(shown)
    return [*shown, f"and {rest:,} {more}"] if rest else shown
