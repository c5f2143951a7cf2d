"""Paged lists as iterators: by offset, and by cursor."""

from collections.abc import Callable, Iterator

from labelferry.labelbox.call import JsonDict

__all__ = ["Nodes", "at_cursor", "by_cursor", "by_offset", "page_at"]

Nodes = list[JsonDict]

OFFSET_PAGE = 100


def page_at(document: str, skip: int) -> str:
    """Return a document that asks for the page at ``skip``: a literal number, as the official SDK sends it."""
    return document.replace("skip: 0", f"skip: {skip}")


def by_offset(fetch: Callable[[int], Nodes]) -> Iterator[JsonDict]:
    """Yield the nodes of all pages.

    Args:
        fetch: the page that starts at a number; a page of fewer than 100 nodes is the last.
    """
    skip = 0
    while nodes := fetch(skip):
        yield from nodes
        if len(nodes) < OFFSET_PAGE:
            return
        skip += OFFSET_PAGE


def at_cursor(cursor: str | None, first: int) -> JsonDict:
    """Return the variables that ask for the ``first`` nodes at a cursor."""
    return {"from": cursor, "first": first}


def by_cursor(fetch: Callable[[str | None], tuple[Nodes, str | None]]) -> Iterator[JsonDict]:
    """Yield the nodes of all pages.

    Args:
        fetch: the page at a cursor (None for the first) and the next cursor; no cursor or an empty page ends the list.
    """
    cursor: str | None = None
    while True:
        nodes, cursor = fetch(cursor)
        yield from nodes
        if not nodes or not cursor:
            return
