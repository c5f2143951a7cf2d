"""ActivityNet's JSON of actions in seconds, and Kinetics' and THUMOS' in its shape -> LabelledVideo.

``database`` or the top level has a video by name with ``annotations`` of ``segment`` and ``label``; a result has
``results``; captions are ``timestamps`` and ``sentences``. The end is exclusive. Actions may overlap, so they become
one question whose kind follows from that. Facts: https://github.com/activitynet/ActivityNet/tree/master/Evaluation.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.model.frames import Span
from labelferry.model.keys import legal
from labelferry.sources.documents import Node, document_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.moments import exact, question, span_of
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty

__all__ = ["READER", "ActivityNetLabels", "read"]

LABELS = ("label", "sentence", "caption", "action", "class", "label_id", "class_id", "id")
"""What says what is to be seen in a segment, the surest first."""


class ActivityNetLabels(LabelsEntry):
    """Actions in seconds by the name of a video, as ActivityNet and Kinetics have them."""

    format: Literal["activitynet"]
    question: str = Field(default="action", min_length=1, description="Name of the question that the actions answer")
    ending: str = Field(default="", description="Added to the name of a video for its global key, such as .mp4")


def read(source: Source[ActivityNetLabels]) -> Iterator[LabelledVideo]:
    """Read the videos of a file, one after another.

    Raises:
        SourceError: when a segment is not two numbers, or the rate of a video is not known.
    """
    found = False
    for name, video in _videos(document_of(source)):
        if answers := _answers(name, video, source):
            found = True
            where = Where(source.file, detail=name)
            yield LabelledVideo(RowRef(_key(name, source)), where, (question(source.entry.question, answers, where),))
    if not found:
        raise empty(source.file, "no segments")


def _key(name: str, source: Source[ActivityNetLabels]) -> str:
    return legal(name + source.entry.ending)


def _videos(document: Node) -> Iterator[tuple[str, Node]]:
    for part in ("database", "results"):
        if isinstance(document.get(part).value, dict):
            yield from document.get(part).members()
            return
    yield from document.members()


def _answers(name: str, video: Node, source: Source[ActivityNetLabels]) -> dict[str, list[Span]]:
    held: dict[str, list[Span]] = {}
    segments = list(_segments(video))
    if not segments:
        return held
    key = _key(name, source)
    rate = exact(_rate(video) or source.rate(key))
    for node in segments:
        start, end = node.get("segment").numbers(2)
        span = span_of(start, end, rate, source.media_of(key).frame_count)
        if span is None:
            raise node.fault(f"segment {node.get('segment').shown} is not a range of the video, in seconds")
        held.setdefault(node.first(*LABELS).text(), []).append(span)
    return held


def _rate(video: Node) -> float | None:
    """The frames per second that a file tells of a video."""
    told, frames, seconds = (video.get(name).value for name in ("fps", "duration_frame", "duration_second"))
    if isinstance(told, (int, float)) and told > 0:
        return float(told)
    if isinstance(frames, (int, float)) and isinstance(seconds, (int, float)) and frames > 0 and seconds > 0:
        return frames / seconds
    return None


def _segments(video: Node) -> Iterator[Node]:
    """The annotations of a video: a list, one object (Kinetics), the list itself (results), or times and sentences."""
    for time, said in zip(video.get("timestamps").items(), video.get("sentences").items(), strict=False):
        yield Node({"segment": time.value, "sentence": said.value}, time.file, time.path)
    holder = video.get("annotations") if isinstance(video.value, dict) else video
    nodes = list(holder.items()) if isinstance(holder.value, list) else [holder]
    yield from (node for node in nodes if isinstance(node.get("segment").value, list))


def _recognise(look: Glance) -> Guess | None:
    if not isinstance(look.json, dict):
        return None
    for _, video in zip(range(20), _videos(Node(look.json, look.name)), strict=False):
        if next(_segments(video[1]), None) is not None:
            return Guess(CERTAIN, "videos by name, with segment and label")
    return None


READER = Reader(
    ActivityNetLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON with videos by name, each with segment (two numbers of seconds) and label",
    takes="actions as answers for ranges of frames",
    leaves="score, subset, url",
)
