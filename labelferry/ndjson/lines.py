"""Labelled videos -> the lines of a Labelbox import, one for each track, classification and mask.

The form is that of docs.labelbox.com/reference/import-video-annotations: frames of a classification stand with each
answer, tracks are segments of keyframes, masks are composites with instances by colour.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelferry.model import Answer, Classification, Feature, Geometry, LabelledVideo, Masks, Question, Track
from labelferry.model.frames import Span

__all__ = ["lines_of"]

Json = dict[str, Any]


def track_line(track: Track) -> Json:
    """The segments of a track, with their keyframes."""
    line = _feature(track.feature)
    if track.classifications:
        line["classifications"] = [_nested(each) for each in track.classifications]
    frames, shapes = track.frames.tolist(), SHAPES[track.geometry](track)
    key = str(track.geometry)
    keyframes: list[Json] = [{"frame": frame, key: shape} for frame, shape in zip(frames, shapes, strict=True)]
    for at, answers in track.answers.items():
        keyframes[at]["classifications"] = [_nested(each) for each in answers]
    line["segments"] = [{"keyframes": keyframes[start:end]} for start, end in _bounds(track.segment)]
    return line


def _bounds(segment: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Where each segment starts and ends in a column that does not descend."""
    if segment[0] == segment[-1]:
        return iter([(0, len(segment))])
    cuts = (np.flatnonzero(segment[1:] != segment[:-1]) + 1).tolist()
    return pairwise([0, *cuts, len(segment)])


def _boxes(track: Track) -> list[Json]:
    return [
        {"top": top, "left": left, "height": height, "width": width}
        for left, top, width, height in track.coords.tolist()
    ]


def _points(track: Track) -> list[Json]:
    return [{"x": x, "y": y} for x, y in track.coords.tolist()]


def _lines(track: Track) -> list[list[Json]]:
    points = _points(track)
    ends = [] if track.offsets is None else track.offsets.tolist()
    return [points[start:end] for start, end in pairwise(ends)]


SHAPES: Mapping[Geometry, Callable[[Track], list[Any]]] = {
    Geometry.BOX: _boxes,
    Geometry.POINT: _points,
    Geometry.LINE: _lines,
}


def classification_line(classification: Classification) -> Json:
    """A question and its answers, in the shape that its kind and its frames call for."""
    line = _feature(classification.feature)
    line["answer"] = _answer_value(classification)
    if classification.question is Question.TEXT and not classification.framed:
        line |= _extras(classification.answers[0])
    if classification.confidence is not None:
        line["confidence"] = classification.confidence
    if classification.custom_metrics:
        line["customMetrics"] = [dict(metric) for metric in classification.custom_metrics]
    return line


_nested = classification_line


def _answer_value(classification: Classification) -> object:
    answers = classification.answers
    if classification.question is Question.TEXT and not classification.framed:
        return answers[0].text
    if classification.question is Question.RADIO and len(answers) == 1:
        return _answer(answers[0])
    return [_answer(answer) for answer in answers]


def _answer(answer: Answer) -> Json:
    out: Json = {"value": answer.text} if answer.feature is None else _feature(answer.feature)
    if answer.spans:
        out["frames"] = [_span(span) for span in answer.spans]
    return out | _extras(answer)


def _extras(answer: Answer) -> Json:
    out: Json = {}
    if answer.confidence is not None:
        out["confidence"] = answer.confidence
    if answer.custom_metrics:
        out["customMetrics"] = [dict(metric) for metric in answer.custom_metrics]
    if answer.classifications:
        out["classifications"] = [_nested(each) for each in answer.classifications]
    return out


def _span(span: Span) -> Json:
    return {"start": span.start, "end": span.end}


def mask_line(masks: Masks) -> Json:
    """Composites by frame, and instances by colour."""
    return {
        "masks": {
            "frames": [
                {"index": frame.frame, "imBytes": b64encode(frame.png).decode("ascii")}
                if frame.png is not None
                else {"index": frame.frame, "instanceURI": frame.uri}
                for frame in masks.frames
            ],
            "instances": [
                {"colorRGB": list(instance.colour)}
                | _feature(instance.feature, schema_key="featureSchemaId")
                | (
                    {"classifications": [_nested(each) for each in instance.classifications]}
                    if instance.classifications
                    else {}
                )
                for instance in masks.instances
            ],
        }
    }


def _feature(feature: Feature, schema_key: str = "schemaId") -> Json:
    out: Json = {}
    if feature.name is not None:
        out["name"] = feature.name
    if feature.schema_id is not None:
        out[schema_key] = feature.schema_id
    return out


def lines_of(video: LabelledVideo) -> Iterator[tuple[Track | Classification | Masks, Json]]:
    """Each thing of the video with its line, without ``uuid`` and ``dataRow``."""
    for classification in video.classifications:
        yield classification, classification_line(classification)
    for masks in video.masks:
        yield masks, mask_line(masks)
    for track in video.tracks:
        yield track, track_line(track)
