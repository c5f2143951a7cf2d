"""Sent and held content of one row -> what is equal, missing, extra, moved.

Frames, answers and ranges are exact, ranges after joining those that touch; coordinates agree within a tolerance. A
frame that the service shows without marking it as a keyframe counts where a keyframe was sent, since the shape is
there; where none was sent it is interpolation and says nothing.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from labelferry.model.frames import Span
from labelferry.verification.content import Answered, Content, Path, Thing
from labelferry.verification.geometry import distance
from labelferry.verification.pairing import pair
from labelferry.verification.result import Difference, Kind, RowResult

__all__ = ["TOLERANCE", "compare"]

TOLERANCE = 1e-3
"""Pixels; a 32-bit float holds coordinates of an 8K picture to half of that."""
EQUAL = "equal"
SEGMENTS = "segments of a track"
WORDS = {"bbox": "box", "point": "point", "line": "line", "mask": "mask"}


def compare(row: str, sent: Content, held: Content, tolerance: float = TOLERANCE) -> RowResult:
    """Compare what was sent for a row with what the service holds.

    Args:
        row: global key.
        sent: what should be there.
        held: what is there.
        tolerance: pixels within which coordinates agree.
    """
    return _Comparison(row, sent, held, tolerance).result()


class _Comparison:
    def __init__(self, row: str, sent: Content, held: Content, tolerance: float) -> None:
        self.row, self.sent, self.held, self.tolerance = row, sent, held, tolerance
        self.counts: Counter[str] = Counter()
        self.aside = sent.incomparable + held.incomparable
        self.unread = [{name: list(what) for name, what in side.unreadable.items()} for side in (held, sent)]
        self.differences: list[Difference] = []

    def result(self) -> RowResult:
        self._things()
        self._answers()
        for left in self.unread:
            self.aside.update(what for each in left.values() for what in each)
        return RowResult(
            self.row,
            equal=self.counts[EQUAL],
            missing=self.counts[Kind.MISSING],
            extra=self.counts[Kind.EXTRA],
            moved=self.counts[Kind.MOVED],
            not_comparable=dict(self.aside),
            differences=tuple(self.differences),
            unknown=dict(self.held.unknown),
        )

    def _things(self) -> None:
        paired = pair(self.sent.things, self.held.things, self.tolerance)
        for sent, held in paired.pairs:
            differences = list(self._between(sent, held))
            self._count(Kind.MOVED if differences else EQUAL, differences)
        for thing in paired.missing:
            if not self._excused(thing.name, 0):
                self._count(Kind.MISSING, [self._whole(Kind.MISSING, thing)])
        for thing in paired.extra:
            if not self._excused(thing.name, 1):
                self._count(Kind.EXTRA, [self._whole(Kind.EXTRA, thing)])

    def _answers(self) -> None:
        for path in dict.fromkeys([*self.sent.answers, *self.held.answers]):
            sent, held = self.sent.answers.get(path), self.held.answers.get(path)
            if (sent is None or held is None) and self._excused(path[0], 0 if held is None else 1):
                continue
            difference = self._answer(path, sent, held)
            self._count(difference.kind if difference else EQUAL, [difference] if difference else [])

    def _excused(self, name: str, side: int) -> bool:
        """Whether the other side has something of that name that cannot be read; each such thing excuses one."""
        unread = self.unread[side].get(name)
        if not unread:
            return False
        self.aside[unread.pop()] += 1
        return True

    def _count(self, kind: str, differences: Sequence[Difference]) -> None:
        self.counts[kind] += 1
        self.differences += differences

    def _whole(self, kind: Kind, thing: Thing) -> Difference:
        frames = sorted(thing.keyframes)
        what = f"{WORDS[thing.geometry]} with {len(frames)} keyframes, {_frames(frames)}"
        return self._of(kind, thing, what, frames[0] if frames else None)

    def _between(self, sent: Thing, held: Thing) -> Iterator[Difference]:
        apart = {frame: self._apart(sent, held, frame) for frame in sent.keyframes}
        yield from self._moved(sent, apart)
        lost = [frame for frame, pixels in apart.items() if pixels is None]
        yield from self._keyframes(Kind.MISSING, sent, lost)
        yield from self._keyframes(Kind.EXTRA, sent, [frame for frame in held.keyframes if frame not in apart])
        yield from self._segments(sent, held)
        yield from self._sub_answers(sent, held, set(lost))

    def _apart(self, sent: Thing, held: Thing, frame: int) -> float | None:
        there = held.shape(frame)
        return None if there is None else distance(sent.keyframes[frame], there)

    def _moved(self, sent: Thing, apart: dict[int, float | None]) -> Iterator[Difference]:
        moved = {frame: pixels for frame, pixels in apart.items() if pixels is not None and pixels > self.tolerance}
        if not moved:
            return
        far = max(moved.values())
        by = f"by {'up to ' if len(moved) > 1 else ''}{far:.4g} px" if math.isfinite(far) else "into another shape"
        pixels = far if math.isfinite(far) else None
        yield self._of(Kind.MOVED, sent, f"{_frames(sorted(moved))} {by}", min(moved), pixels)

    def _keyframes(self, kind: Kind, sent: Thing, frames: list[int]) -> Iterator[Difference]:
        if frames:
            yield self._of(kind, sent, f"keyframe at {_frames(sorted(frames))}", min(frames))

    def _segments(self, sent: Thing, held: Thing) -> Iterator[Difference]:
        if sent.ranges is None or sent.ranges == held.ranges:
            return
        if held.ranges is None:
            self.aside[SEGMENTS] += 1
            return
        what = f"segments {_ranges(held.ranges)} instead of {_ranges(sent.ranges)}"
        yield self._of(Kind.MOVED, sent, what, _first_change(sent.ranges, held.ranges))

    def _sub_answers(self, sent: Thing, held: Thing, lost: set[int]) -> Iterator[Difference]:
        none: frozenset[Path] = frozenset()
        for frame in sorted(sent.keyframes.keys() & (sent.answers.keys() | held.answers.keys()) - lost):
            wanted, there = sent.answers.get(frame, none), held.answers.get(frame, none)
            for kind, paths in ((Kind.MISSING, wanted - there), (Kind.EXTRA, there - wanted)):
                for path in sorted(paths):
                    yield self._of(kind, sent, f"answer {_said(path)} at frame {frame}", frame)

    def _of(self, kind: Kind, sent: Thing, what: str, frame: int | None, pixels: float | None = None) -> Difference:
        return Difference(kind, self.row, sent.name, sent.place, what, frame, pixels)

    def _answer(self, path: Path, sent: Answered | None, held: Answered | None) -> Difference | None:
        if held is None:
            return None if sent is None else self._told(Kind.MISSING, path, sent)
        if sent is None:
            return self._told(Kind.EXTRA, path, held)
        if sent.coverage != held.coverage:
            what = f"{_ranges(held.coverage)} instead of {_ranges(sent.coverage)}"
            return self._told(Kind.MOVED, path, sent, what, _first_change(sent.coverage, held.coverage))
        if sent.copies != held.copies:
            kind = Kind.MISSING if held.copies < sent.copies else Kind.EXTRA
            return self._told(kind, path, sent, f"sent {sent.copies} times, held {held.copies} times")
        return None

    def _told(
        self, kind: Kind, path: Path, answer: Answered, what: str | None = None, frame: int | None = None
    ) -> Difference:
        coverage = answer.coverage
        first = frame if frame is not None or not coverage else coverage[0].start
        return Difference(kind, self.row, _said(path), answer.place, what or f"answer, {_ranges(coverage)}", first)


def _said(path: Path) -> str:
    return " > ".join(path)


def _frames(frames: Sequence[int]) -> str:
    if len(frames) == 1:
        return f"frame {frames[0]}"
    return f"frames {frames[0]} to {frames[-1]} ({len(frames)} of them)" if frames else "no frames"


def _ranges(spans: Sequence[Span]) -> str:
    if not spans:
        return "the whole video"
    told = ", ".join(f"{span.start}-{span.end}" for span in spans[:5])
    return f"frames {told}" + (f" and {len(spans) - 5} ranges more" if len(spans) > 5 else "")


def _first_change(sent: Sequence[Span], held: Sequence[Span]) -> int | None:
    """The first frame that is in only one of the two."""
    ends = Counter(edge for spans in (sent, held) for span in spans for edge in (span.start, span.end + 1))
    return min((frame for frame, together in groupby(sorted(ends.elements())) if len(list(together)) % 2), default=None)
