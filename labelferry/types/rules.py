"""The checks of the annotation classes at construction."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from labelferry.errors import AnnotationError
from labelferry.model.frames import LARGEST, as_frame

__all__ = [
    "CustomMetrics",
    "called",
    "check_extra",
    "check_frame",
    "check_named",
    "check_scores",
    "classifications_of",
    "colour",
    "list_of",
    "number",
]

CustomMetrics = Sequence[Mapping[str, Any]] | None


def called(annotation: Any) -> str:
    """Return the name of an annotation in messages."""
    name = annotation.name or annotation.feature_schema_id
    return f"{type(annotation).__name__} '{name}'"


def check_named(annotation: Any) -> None:
    """Refuse an annotation with neither name nor schema id."""
    name, schema_id = annotation.name, annotation.feature_schema_id
    given = [each for each in (name, schema_id) if each is not None]
    if not given or not all(isinstance(each, str) and each.strip() for each in given):
        also = "" if schema_id is None else f" and feature_schema_id {schema_id!r}"
        raise AnnotationError(
            f"{type(annotation).__name__}: name is {name!r}{also}; "
            "give the ontology's name for it, or a feature_schema_id"
        )


def check_frame(annotation: Any) -> None:
    """Convert frame and segment index to whole numbers, or refuse them."""
    if type(annotation.frame) is not int or not 0 <= annotation.frame <= LARGEST:
        annotation.frame = as_frame(annotation.frame, called(annotation))
    index = annotation.segment_index
    if index is not None and (type(index) is not int or index < 0):
        try:
            annotation.segment_index = as_frame(index, called(annotation))
        except AnnotationError as error:
            raise AnnotationError(
                f"{called(annotation)}: segment_index is {index!r} at frame {annotation.frame}; "
                "it must be a whole number, 0 or more"
            ) from error


def check_scores(annotation: Any) -> None:
    """Convert confidence and custom metrics to plain numbers; refuse what JSON or Labelbox cannot represent."""
    what = type(annotation).__name__
    if annotation.confidence is not None:
        annotation.confidence = _confidence(annotation.confidence, what)
    if annotation.custom_metrics is not None:
        given = list_of(annotation.custom_metrics, Mapping, f"{what}: custom_metrics")
        annotation.custom_metrics = tuple(_metric(metric, what) for metric in given)


def _confidence(value: Any, what: str) -> float:
    score = _plain(value)
    if score is None or not 0 <= score <= 1:
        raise AnnotationError(f"{what}: confidence is {value!r}; it must be a number between 0 and 1")
    return score


def _metric(metric: Mapping[str, Any], what: str) -> dict[str, Any]:
    value = _plain(metric.get("value"))
    named = set(metric) == {"name", "value"} and isinstance(metric["name"], str) and metric["name"].strip()
    if not named or value is None:
        raise AnnotationError(
            f'{what}: custom metric {dict(metric)!r} is not {{"name": text, "value": number}} with a finite number'
        )
    return {"name": metric["name"], "value": value}


def _plain(value: Any) -> float | None:
    """Return a finite number, numpy's included, as Python's own."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        return None
    plain: float = value.item() if isinstance(value, np.generic) else value
    return plain if math.isfinite(plain) else None


def check_extra(annotation: Any) -> None:
    """Refuse extra members that Labelbox has no place for."""
    extra = annotation.extra
    if extra is None:
        return
    if not isinstance(extra, Mapping):
        raise AnnotationError(f"{type(annotation).__name__}: extra is {extra!r}; give a dict such as {{'uuid': ...}}")
    if "uuid" in extra and not (isinstance(extra["uuid"], (str, UUID)) and str(extra["uuid"]).strip()):
        raise AnnotationError(f"{type(annotation).__name__}: uuid is {extra['uuid']!r}; give some text or leave it out")
    unknown = sorted(set(extra) - {"uuid"})
    if unknown:
        raise AnnotationError(
            f"{type(annotation).__name__}: extra has {', '.join(map(repr, unknown))}, which Labelbox has no place for; "
            "only 'uuid' is written"
        )


def classifications_of(annotation: Any, kind: Any) -> tuple[Any, ...] | None:
    """Return the nested questions, all of the same class; None stays None."""
    given = annotation.classifications
    return None if given is None else list_of(given, kind, f"{_called_or_class(annotation)}: classifications")


def _called_or_class(annotation: Any) -> str:
    return called(annotation) if hasattr(annotation, "name") else type(annotation).__name__


def list_of(value: Any, kind: Any, what: str) -> tuple[Any, ...]:
    """Return the items of a list, all of the same class."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Sequence):
        raise AnnotationError(f"{what} must be a list, not {type(value).__name__}")
    for found in dict.fromkeys(map(type, value)):  # of a hundred thousand items, one or two classes
        if not issubclass(found, kind):
            raise AnnotationError(f"{what} cannot contain a {found.__name__}")
    return tuple(value)


def number(value: Any) -> float:
    """Return a coordinate as a float; booleans and text are refused."""
    usual = type(value) is int or type(value) is float
    if not usual and (isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number))):
        raise AnnotationError(f"{value!r} is not a number; give coordinates in pixels")
    try:
        return float(value)
    except OverflowError as error:
        raise AnnotationError(f"{value!r} is too large for a coordinate; give pixels") from error


def colour(value: Any, what: str) -> tuple[int, int, int]:
    """Return a colour as three channels from 0 to 255."""
    channels = tuple(value) if isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str) else ()
    whole = all(isinstance(c, (int, np.integer)) and not isinstance(c, bool) and 0 <= c <= 255 for c in channels)
    if len(channels) != 3 or not whole:
        raise AnnotationError(f"{what}: color_rgb is {value!r}; give three whole numbers from 0 to 255")
    return int(channels[0]), int(channels[1]), int(channels[2])
