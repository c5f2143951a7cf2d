"""A label: the annotations of one data row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelferry.errors import AnnotationError
from labelferry.model.keys import wrong_key
from labelferry.types.answers import ClassificationAnnotation
from labelferry.types.masks import VideoMaskAnnotation
from labelferry.types.rules import list_of
from labelferry.types.strict import Strict
from labelferry.types.temporal import TemporalAnnotation
from labelferry.types.video import VideoClassificationAnnotation, VideoObjectAnnotation

__all__ = ["Annotation", "Label"]

Annotation = (
    ClassificationAnnotation
    | VideoClassificationAnnotation
    | VideoObjectAnnotation
    | VideoMaskAnnotation
    | TemporalAnnotation
)


@dataclass(slots=True)
class Label(Strict):
    """Annotations of one data row; a bare annotation counts as a list of one.

    Args:
        data: ``{"global_key": ...}`` or ``{"uid": <data row id>}``.
        annotations: any of the classes above.
        is_benchmark_reference: ground truth only: the label becomes a benchmark.
    """

    data: Mapping[str, str]
    annotations: Sequence[Annotation] | Annotation = ()
    is_benchmark_reference: bool = False

    def __post_init__(self) -> None:
        self.data = _reference(self.data)
        if isinstance(self.annotations, Annotation):
            self.annotations = (self.annotations,)
        self.annotations = list_of(self.annotations, Annotation, "Label: annotations")


def _reference(data: Any) -> dict[str, str]:
    """Return the one key that names the data row; keys without a value are ignored."""
    given = {key: value for key, value in data.items() if value is not None} if isinstance(data, Mapping) else {}
    if len(given) != 1 or not all(_names_row(key, value) for key, value in given.items()):
        raise AnnotationError(f"Label: data is {data!r}; give exactly one of global_key and uid (the data row's id)")
    key = given.get("global_key")
    if key is not None and (wrong := wrong_key(key.strip())):
        raise AnnotationError(f"Label: {wrong}")
    return given


def _names_row(key: str, value: Any) -> bool:
    return key in {"global_key", "uid"} and isinstance(value, str) and bool(value.strip())
