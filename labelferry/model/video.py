"""A labelled video: what every source yields and every later station takes."""

from dataclasses import dataclass

from labelferry.errors import AnnotationError
from labelferry.model.answers import Classification
from labelferry.model.feature import Where
from labelferry.model.masks import Masks
from labelferry.model.tracks import Track

__all__ = ["LabelledVideo", "RowRef"]


@dataclass(frozen=True, slots=True)
class RowRef:
    """The data row that labels hang on: by global key, or by Labelbox's own id."""

    global_key: str | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if bool(self.global_key) == bool(self.id):
            raise AnnotationError("a label needs exactly one of global_key and data row id (uid)")

    def __str__(self) -> str:
        return self.global_key or f"data row {self.id}"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledVideo:
    """The labels of one video as one source gave them; a video may come in several.

    Each track, classification and mask becomes one NDJSON line.
    """

    row: RowRef
    where: Where
    classifications: tuple[Classification, ...] = ()
    masks: tuple[Masks, ...] = ()
    tracks: tuple[Track, ...] = ()
    benchmark: bool = False
