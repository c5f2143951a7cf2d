"""The content of a data row, in one form for what was sent and for what the service has.

Names are the only identity that both sides share: an export has ids of its own and not the import's uuids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from labelferry.model.frames import Span, coalesce

__all__ = ["AnswerPath", "FrameShape", "MaskArea", "RowAnswer", "RowContent", "Thing"]

AnswerPath = tuple[str, ...]
"""Question, option, question nested in it, option ... as names, with a text in place of an option."""


@dataclass(frozen=True, slots=True)
class MaskArea:
    """The pixels of a mask's instance on one frame, whatever its colour.

    Args:
        box: left, top, width, height.
        pixels: how many.
        digest: of all of them.
    """

    box: tuple[float, float, float, float]
    pixels: int
    digest: bytes


FrameShape = tuple[float, ...] | MaskArea
"""Box: left, top, width, height. Point: x, y. Line: x, y of every point. Mask: its area."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A track, or an instance of masks.

    Args:
        name: of the tool.
        geometry: bbox, point, line or mask.
        keyframes: shape by frame.
        place: in the user's files, or the label and feature at the service.
        ranges: frames of the segments, coalesced; None when unknown.
        answers: sub-classifications by keyframe.
        between: shapes that the service returns on frames not marked as keyframes.
    """

    name: str
    geometry: str
    keyframes: Mapping[int, FrameShape]
    place: str
    ranges: tuple[Span, ...] | None = None
    answers: Mapping[int, frozenset[AnswerPath]] = field(default_factory=dict)
    between: Mapping[int, FrameShape] = field(default_factory=dict)

    def shape(self, frame: int) -> FrameShape | None:
        """Return the shape on a frame, keyframe or not."""
        found = self.keyframes.get(frame)
        return found if found is not None else self.between.get(frame)


@dataclass(slots=True)
class RowAnswer:
    """One answer of a row: how often it was given, and for which frames; no spans mean the whole video.

    Args:
        place: in the user's files, or the label and feature at the service.
        times: how often it was given.
        spans: the frames to which it applies.
        unsure: frames to which it may apply.
    """

    place: str
    times: int = 0
    spans: list[Span] = field(default_factory=list)
    unsure: list[Span] = field(default_factory=list)

    def add(self, spans: Iterable[Span], unsure: Iterable[Span] = ()) -> None:
        """Count the answer once more, for these frames."""
        self.times += 1
        self.spans += coalesce(spans)
        self.unsure += unsure

    def holds_as(self, other: "RowAnswer") -> bool:
        """Return whether it applies to the same frames as another, as far as both are sure."""
        unsure = [*self.unsure, *other.unsure]
        return _without(self.coverage, unsure) == _without(other.coverage, unsure)

    @property
    def coverage(self) -> tuple[Span, ...]:
        """The frames to which it applies, in as few ranges as possible."""
        return coalesce(self.spans)

    @property
    def at_most(self) -> tuple[Span, ...]:
        """The frames to which it applies or may apply."""
        return coalesce([*self.spans, *self.unsure])

    @property
    def copies(self) -> int:
        """How often it is given for the same frames."""
        if not self.spans:
            return self.times
        steps = sorted([(span.start, 1) for span in self.spans] + [(span.end + 1, -1) for span in self.spans])
        deepest = depth = 0
        for _, step in steps:
            depth += step
            deepest = max(deepest, depth)
        return deepest


@dataclass(slots=True)
class RowContent:
    """All labels of one row.

    Args:
        things: tracks and instances of masks.
        answers: classifications, flattened.
        unreadable: by name of a tool or question: content that could not be read, one entry each.
        incomparable: kinds of content that only one side can have, with their number.
        unknown: unknown keys of an export.
        names: schema ids and values of an export -> the names that it uses.
    """

    things: list[Thing] = field(default_factory=list)
    answers: dict[AnswerPath, RowAnswer] = field(default_factory=dict)
    unreadable: dict[str, list[str]] = field(default_factory=dict)
    incomparable: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)

    def answer(self, path: AnswerPath, spans: Iterable[Span], place: str, unsure: Iterable[Span] = ()) -> None:
        """Add an answer."""
        self.answers.setdefault(path, RowAnswer(place)).add(spans, unsure)

    def cannot_read(self, name: str, what: str) -> None:
        """Record that something of that name cannot be read."""
        self.unreadable.setdefault(name, []).append(what)


def _without(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans without the holes, in ascending order."""
    left = list(spans)
    for hole in holes:
        before = (Span(span.start, min(span.end, hole.start - 1)) for span in left)
        after = (Span(max(span.start, hole.end + 1), span.end) for span in left)
        left = [span for span in dict.fromkeys([*before, *after]) if span.start <= span.end]
    return coalesce(left)
