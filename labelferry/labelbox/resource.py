"""What all resources share: the wire, and the error for something that does not exist."""

from typing import Any

from labelferry.errors import NotFoundError
from labelferry.labelbox.call import Json
from labelferry.labelbox.transport import Wire

__all__ = ["Resource", "present"]


class Resource:
    """A group of calls that describes itself to the wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire


def present(node: Any, what: str) -> Json:
    """Return a node of an answer that must be there.

    Raises:
        NotFoundError: it is null.
    """
    if not isinstance(node, dict):
        raise NotFoundError(f"{what} is not there; it may have been deleted, or the id is wrong")
    return node
