"""A label: the annotations of one data row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labelferry.errors import AnnotationError
from labelferry.model.keys import wrong_key
from labelferry.types.answers import ClassificationAnnotation
from labelferry.types.masks import VideoMaskAnnotation
from labelferry.types.rules import list_of
from labelferry.types.strict import Strict
from labelferry.types.temporal import Temporal
from labelferry.types.video import VideoClassificationAnnotation, VideoObjectAnnotation

__all__ = ["Annotation", "Label"]

Annotation = (
    ClassificationAnnotation | VideoClassificationAnnotation | VideoObjectAnnotation | VideoMaskAnnotation | Temporal
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
        data = self.data if isinstance(self.data, Mapping) else {}
        given = {key: value for key, value in data.items() if value is not None}
        texts = all(isinstance(value, str) and value.strip() for value in given.values())
        if len(given) != 1 or not given.keys() <= {"global_key", "uid"} or not texts:
            raise AnnotationError(
                f"Label: data is {self.data!r}; give exactly one of global_key and uid (the data row's id)"
            )
        key = given.get("global_key")
        if key is not None and (wrong := wrong_key(key.strip())):
            raise AnnotationError(f"Label: {wrong}")
        self.data = given
        if isinstance(self.annotations, Annotation):
            self.annotations = (self.annotations,)
        self.annotations = list_of(self.annotations, Annotation, "Label: annotations")
