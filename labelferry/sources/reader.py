"""What a format of labels is to the rest: how it is recognised, and how it is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from labelferry.model.video import LabelledVideo
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.source import Source

__all__ = ["CERTAIN", "LIKELY", "POSSIBLE", "Guess", "Reader"]

FormatEntryT = TypeVar("FormatEntryT", bound=LabelsEntry)

CERTAIN = 1.0
"""It has what no other format has."""
LIKELY = 0.7
"""It looks like this format; another one could look alike."""
POSSIBLE = 0.4
"""Nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """How a file or folder could be read.

    Args:
        certainty: from 0 to 1.
        why: what it was recognised by.
        options: of the entry, as far as the file shows them.
        doubt: what speaks for other options, in words; empty where nothing does.
    """

    certainty: float
    why: str
    options: Mapping[str, Any] = field(default_factory=dict)
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Reader(Generic[FormatEntryT]):
    """A format.

    Args:
        entry: what a spec may say about its files.
        read: the labels of one source, lazily.
        recognise: how a file or folder could be read as this; None when it could not.
        endings: of its files, as ``.json``.
        signs: what it is recognised by, in words.
        takes: what is read, in words.
        leaves: what an import cannot hold or the reader leaves out, in words.
    """

    entry: type[FormatEntryT]
    read: Callable[[Source[FormatEntryT]], Iterator[LabelledVideo]]
    recognise: Callable[[Glance], Guess | None]
    endings: tuple[str, ...]
    signs: str
    takes: str
    leaves: str

    @property
    def format(self) -> str:
        """The name of the format in a spec."""
        name: str = self.entry.model_fields["format"].annotation.__args__[0]  # type: ignore[union-attr]
        return name
