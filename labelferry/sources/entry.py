"""What every entry of a spec's ``labels`` has, and what a reader is."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from labelferry.errors import SourceError
from labelferry.model.findings import Finding
from labelferry.model.video import LabelledVideo

__all__ = ["LabelsEntry", "Note", "Reader"]

Note = Callable[[Finding], None]
"""Where a reader leaves its findings."""


class LabelsEntry(BaseModel):
    """One entry of ``labels`` in a spec; each format adds its own options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="File, relative to the spec; a pattern such as labels/*.txt takes all that match")

    def file(self, base: Path) -> Path:
        """The file meant, relative to the folder of the spec.

        Raises:
            SourceError: when it is not there.
        """
        path = base / self.path
        if not path.is_file():
            raise SourceError(f"{self.path}: no such file under {base}; paths are relative to the spec")
        return path


Entry_contra = TypeVar("Entry_contra", bound=LabelsEntry, contravariant=True)


class Reader(Protocol[Entry_contra]):
    """Reads one file into labelled videos, in the order of the file, with findings left through ``note``."""

    def __call__(self, entry: Entry_contra, base: Path, note: Note) -> Iterator[LabelledVideo]:
        """Read ``entry``'s file, relative to ``base``, the folder of the spec."""
        ...
