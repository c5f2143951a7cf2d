"""What every entry of a spec's ``labels`` has, and what a reader is."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from labelferry.files.reach import Reach
from labelferry.model.findings import Finding
from labelferry.model.video import LabelledVideo

__all__ = ["LabelsEntry", "Note", "Reader"]

Note = Callable[[Finding], None]
"""Where a reader leaves its findings."""


class LabelsEntry(BaseModel):
    """One entry of ``labels`` in a spec; each format adds its own options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="File, relative to the spec; a pattern such as labels/*.txt takes all that match")
    format: str


Entry_contra = TypeVar("Entry_contra", bound=LabelsEntry, contravariant=True)


class Reader(Protocol[Entry_contra]):
    """Reads one file into labelled videos, in the order of the file, with findings left through ``note``."""

    def __call__(self, entry: Entry_contra, reach: Reach, note: Note) -> Iterator[LabelledVideo]:
        """Read ``entry``'s file, which ``reach`` finds."""
        ...
