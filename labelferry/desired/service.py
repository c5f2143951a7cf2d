"""What a spec may need from Labelbox before its labels can be read and checked. Nothing is changed there."""

from collections.abc import Iterable
from typing import Protocol

from labelferry.ontology import Ontology
from labelferry.sources.existing_rows import HeldRow
from labelferry.spec import ExistingRows, Reference

__all__ = ["Service"]


class Service(Protocol):
    """Labelbox, as far as a desired state depends on what it has."""

    def ontology(self, wanted: Reference) -> Ontology:
        """Return an existing ontology.

        Raises:
            NotFoundError: when there is none with that id or name.
            ConflictError: when several have its name.
        """
        ...

    def first_frame(self) -> int | None:
        """Return the number of a video's first frame in ranges of answers, as the self-test measured it.

        None when it has not been measured, or the account takes either.
        """
        ...

    def rows(self, place: ExistingRows) -> Iterable[HeldRow]:
        """Return the data rows of a project or dataset.

        Raises:
            NotFoundError: when it does not exist.
            ConflictError: when several have its name.
        """
        ...
