"""A labelled video: the output of every source and the input of every later station."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labelferry.errors import AnnotationError
from labelferry.model.answers import Classification
from labelferry.model.feature import Where, refuse_blank
from labelferry.model.keys import identity, wrong_key
from labelferry.model.masks import Masks
from labelferry.model.tracks import Track

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Labelled", "LabelledVideo", "RowRef"]

Labelled = Classification | Masks | Track
"""An item that becomes one line."""

ID_MARK = "#"
"""First character of the key of a row named by its id; no global key can contain it."""


@dataclass(frozen=True, slots=True)
class RowRef:
    """The data row of labels: by global key, or by Labelbox's own id.

    Raises:
        AnnotationError: when it is named in both ways or neither, or the global key is invalid.
    """

    global_key: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if bool(self.global_key) == bool(self.id):
            raise AnnotationError("a label needs exactly one of global_key and data row id (uid)")
        refuse_blank(self.id, "id", "data row")
        if self.global_key and (wrong := wrong_key(self.global_key)):
            raise AnnotationError(wrong)

    def __str__(self) -> str:
        return self.global_key or f"data row {self.id}"

    @property
    def key(self) -> str:
        """The row's key in everything that outlives a run; ``from_key`` reads it back."""
        return self.global_key or f"{ID_MARK}{self.id}"

    @property
    def identity(self) -> str:
        """The row's identity, the same for every spelling of its global key; ids have one spelling."""
        return identity(self.global_key) if self.global_key else self.key

    @classmethod
    def from_key(cls, key: str) -> "RowRef":
        """Return the row with a key."""
        return cls(id=key.removeprefix(ID_MARK)) if key.startswith(ID_MARK) else cls(global_key=key)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVideo:
    """The labels of one video from one source; a video may come in several."""

    row: RowRef
    where: Where
    classifications: tuple[Classification, ...] = ()
    masks: tuple[Masks, ...] = ()
    tracks: tuple[Track, ...] = ()
    benchmark: bool = False

    @property
    def labelled(self) -> tuple[Labelled, ...]:
        """Everything that becomes a line, in the order of the lines."""
        return (*self.classifications, *self.masks, *self.tracks)

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the labels as a table: one row a keyframe, mask instance on a frame, or range of an answer.

        Returns:
            The columns global_key, kind (box, point, line, mask or classification), feature, track, frame, segment,
            left, top, width, height, x, y, points, area, question, answer, start, end; frames count from 1.
        """
        from labelferry.dataframe import to_dataframe

        return to_dataframe([self])
