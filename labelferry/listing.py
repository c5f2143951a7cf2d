"""Long lists -> their first items and the number of the others; long names -> both ends; counts -> text."""

from collections.abc import Sequence

__all__ = ["brief", "counted", "shorten"]

LONGEST, LAST = 200, 40


def counted(count: int, thing: str) -> str:
    """Return a count with its noun: "1 line", "2 lines"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def brief(name: str) -> str:
    """Return a path or another name, without its middle when it is too long to read."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - LAST]}...{name[-LAST:]}"


def shorten(texts: Sequence[str], most: int, more: str = "more", *, total: int | None = None) -> list[str]:
    """Return the first ``most`` texts, followed by "and N more" if there are others.

    Args:
        texts: one for each item.
        most: items to show.
        more: the noun after the number of the others.
        total: number of items, when ``texts`` is only the head of them.
    """
    shown = list(texts[:most])
    rest = (len(texts) if total is None else total) - len(shown)
    return [*shown, f"and {rest:,} {more}"] if rest else shown
