"""Labelled videos as sent -> what the service should have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from labelferry.model import Answer, Classification, Composite, Feature, LabelledVideo, MaskObject, Masks, Span, Track
from labelferry.model.frames import coalesce
from labelferry.verification.content import AnswerPath, FrameShape, MaskArea, RowContent, Thing
from labelferry.verification.pictures import Pictures, area_of, pixels_of

__all__ = ["WHOLE_TRACK", "read_sent"]

WHOLE_TRACK = "classification of a whole track"
"""Exports of video contain sub-classifications of keyframes only."""

AnswerSpans = Iterator[tuple[AnswerPath, tuple[Span, ...]]]


def read_sent(videos: Iterable[LabelledVideo], names: Mapping[str, str], pictures: Pictures) -> RowContent:
    """Return the expected content of one row.

    Args:
        videos: the content of each line.
        names: schema ids and values -> the names that the service uses.
        pictures: reads the composites that lines only name by URL.
    """
    content, reader = RowContent(), _Reader(names)
    for video in videos:
        for track in video.tracks:
            content.things.append(reader.track(track))
            if track.classifications:
                content.incomparable[WHOLE_TRACK] += len(track.classifications)
        for masks in video.masks:
            content.things += reader.masks(masks, pictures, content)
        for asked in video.classifications:
            for path, spans in reader.answers(asked, (), ()):
                content.answer(path, spans, str(asked.where))
    return content


class _Reader:
    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def name(self, feature: Feature) -> str:
        given = feature.name or feature.schema_id or ""
        return self.names.get(given, given)

    def track(self, track: Track) -> Thing:
        frames = track.frames.tolist()
        return Thing(
            name=self.name(track.feature),
            geometry=track.geometry,
            keyframes=dict(zip(frames, _shapes(track), strict=True)),
            place=str(track.where),
            ranges=coalesce(_ranges(frames, track.segment.tolist())),
            answers={frames[at]: self._paths(asked) for at, asked in track.answers.items() if asked},
        )

    def masks(self, masks: Masks, pictures: Pictures, content: RowContent) -> Iterator[Thing]:
        areas: list[dict[int, FrameShape]] = [{} for _ in masks.shown]
        for frame in masks.frames:
            found = _areas(frame, masks.shown, pictures)
            if found is None:
                for instance in masks.shown:
                    content.cannot_read(self.name(instance.feature), "mask")
                return
            for shapes, area in zip(areas, found, strict=True):
                if area.pixels:
                    shapes[frame.frame] = area
        for shapes, instance in zip(areas, masks.shown, strict=True):
            if shapes:
                yield self._instance(instance, shapes, str(masks.where))

    def _instance(self, instance: MaskObject, shapes: Mapping[int, FrameShape], place: str) -> Thing:
        answers = self._paths(instance.classifications)
        by_frame = dict.fromkeys(shapes, answers) if answers else {}
        return Thing(self.name(instance.feature), "mask", shapes, place, answers=by_frame)

    def _paths(self, asked: Iterable[Classification]) -> frozenset[AnswerPath]:
        return frozenset(path for each in asked for path, _ in self.answers(each, (), ()))

    def answers(self, asked: Classification, within: tuple[Span, ...], above: AnswerPath) -> AnswerSpans:
        """Return every answer of a question and of those nested in it; a nested one without frames has its parent's."""
        question = (*above, self.name(asked.feature))
        for answer in asked.answers:
            spans, path = answer.spans or within, (*question, self._said(answer))
            yield path, spans
            for nested in answer.classifications:
                yield from self.answers(nested, spans, path)

    def _said(self, answer: Answer) -> str:
        return self.name(answer.feature) if answer.feature else answer.text or ""


def _shapes(track: Track) -> Iterator[FrameShape]:
    """Return the shape of each keyframe: that of a line is x and y of every point in turn."""
    if track.offsets is None:
        return map(tuple, track.coords.tolist())
    points, ends = track.coords.ravel().tolist(), (track.offsets * 2).tolist()
    return (tuple(points[start:end]) for start, end in pairwise(ends))


def _ranges(frames: Sequence[int], segment: Sequence[int]) -> Iterator[Span]:
    """Return the first and last frame of each segment; both columns ascend."""
    edges: dict[int, list[int]] = {}
    for frame, number in zip(frames, segment, strict=True):
        edges.setdefault(number, []).append(frame)
    return (Span(each[0], each[-1]) for each in edges.values())


def _areas(frame: Composite, instances: Sequence[MaskObject], pictures: Pictures) -> list[MaskArea] | None:
    """Return the area of each instance on a frame; None when the composite cannot be read."""
    picture = pictures.pixels_at(frame.uri or "") if frame.png is None else pixels_of(frame.png)
    return None if picture is None else [area_of(picture, instance.colour) for instance in instances]
