"""Label objects -> one LabelledVideo each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from labelferry.assemble.answers import global_classification
from labelferry.assemble.masks import masks
from labelferry.assemble.ranges import frame_classifications
from labelferry.assemble.temporal import temporal_classifications
from labelferry.assemble.tracks import tracks
from labelferry.errors import AnnotationError
from labelferry.listing import shorten
from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.types import (
    ClassificationAnnotation,
    Label,
    VideoClassificationAnnotation,
    VideoMaskAnnotation,
    VideoObjectAnnotation,
)
from labelferry.types.temporal import TemporalAnnotation

__all__ = ["assemble"]

SHOWN = 20


def assemble(labels: Iterable[Label], source: str = "labels") -> Iterator[LabelledVideo]:
    """Turn each Label into a labelled video, after all of them were found valid.

    Args:
        labels: any number of Label objects; none is changed.
        source: name of their origin in messages.

    Raises:
        AnnotationError: with every Label that cannot be written without loss; nothing has been yielded by then.
    """
    videos, problems = [], []
    for number, label in enumerate(labels, start=1):
        try:
            videos.append(_assemble_one(label, Where(source, detail=f"label {number}")))
        except AnnotationError as error:
            problems.append(str(error))
        except RecursionError:
            problems.append(f"{source} (label {number}): questions are nested too deeply; nest less than 100 levels")
    problems += _repeated_uuids(videos)
    if problems:
        raise AnnotationError("\n".join(shorten(problems, SHOWN)))
    yield from videos


def _assemble_one(label: Label, where: Where) -> LabelledVideo:
    if not isinstance(label, Label):
        raise AnnotationError(f"{where}: a {type(label).__name__} is not a Label")
    key = label.data.get("global_key")
    objects: list[VideoObjectAnnotation] = _of(label, VideoObjectAnnotation)
    framed: list[VideoClassificationAnnotation] = _of(label, VideoClassificationAnnotation)
    whole: list[ClassificationAnnotation] = _of(label, ClassificationAnnotation)
    temporal: list[TemporalAnnotation] = _of(label, TemporalAnnotation)
    _check_names(objects, [*framed, *whole, *temporal], where)
    return LabelledVideo(
        row=RowRef(global_key=None if key is None else key.strip(), id=label.data.get("uid")),
        where=where,
        classifications=(
            *(global_classification(annotation, where) for annotation in whole),
            *frame_classifications(framed, where),
            *temporal_classifications(temporal, where),
        ),
        masks=tuple(masks(annotation, where) for annotation in _of(label, VideoMaskAnnotation)),
        tracks=tuple(tracks(objects, where)),
        benchmark=label.is_benchmark_reference,
    )


def _repeated_uuids(videos: Iterable[LabelledVideo]) -> Iterator[str]:
    """Yield what is wrong where two lines would have the same uuid: Labelbox may silently drop one of them."""
    seen: dict[str, Where] = {}
    for labelled in (each for video in videos for each in video.labelled if each.uuid is not None):
        uuid = str(labelled.uuid)
        if uuid in seen:
            yield f"{labelled}: uuid '{uuid}' is also used at {seen[uuid]}; give each line its own, or none at all"
        seen.setdefault(uuid, labelled.where)


def _of(label: Label, kind: Any) -> list[Any]:
    given = _all(label)
    classes = set(map(type, given))
    taken = {each for each in classes if issubclass(each, kind)}
    if taken == classes:
        return list(given)
    return [annotation for annotation in given if type(annotation) in taken] if taken else []


def _all(label: Label) -> Sequence[Any]:
    return label.annotations  # type: ignore[return-value]  # a Label has a sequence once constructed


def _check_names(objects: Iterable[Any], questions: Iterable[Any], where: Where) -> None:
    asked = {annotation.feature_schema_id or annotation.name for annotation in questions}
    for annotation in objects if asked else ():
        if (annotation.feature_schema_id or annotation.name) in asked:
            raise AnnotationError(
                f"{where}: '{annotation.name or annotation.feature_schema_id}' is given as an object and as a "
                "classification; names must differ"
            )
