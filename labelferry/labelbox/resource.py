"""The base of all resources: the wire, and the error for something that does not exist."""

from typing import Any

from labelferry.errors import NotFoundError
from labelferry.labelbox.call import JsonDict
from labelferry.labelbox.transport import Wire

__all__ = ["Resource", "present"]


class Resource:
    """A group of calls that describes itself to the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire


def present(node: Any, what: str) -> JsonDict:
    """Return a required node of an answer.

    Raises:
        NotFoundError: it is null.
    """
    if not isinstance(node, dict):
        raise NotFoundError(f"{what} does not exist; it may have been deleted, or the id is wrong")
    return node
