"""Two matched tracks or mask instances -> every way in which they differ."""

import math
from collections.abc import Iterator

from labelferry.listing import counted
from labelferry.verification.content import AnswerPath, Thing
from labelferry.verification.geometry import distance
from labelferry.verification.result import LabelDifference, MismatchKind
from labelferry.verification.wording import first_change, said, told_frames, told_ranges

__all__ = ["between", "unsaid_segments", "whole"]

WORDS = {"bbox": "box", "point": "point", "line": "line", "mask": "mask"}


def whole(kind: MismatchKind, row: str, thing: Thing) -> LabelDifference:
    """Return the difference of a thing that is missing or extra as a whole."""
    frames = sorted(thing.keyframes)
    what = f"{WORDS[thing.geometry]} with {counted(len(frames), 'keyframe')}, {told_frames(frames)}"
    return LabelDifference(kind, row, thing.name, thing.place, what, frames[0] if frames else None)


def unsaid_segments(sent: Thing, held: Thing) -> bool:
    """Return whether segments were sent and the service does not return any."""
    return sent.ranges is not None and held.ranges is None


def between(row: str, sent: Thing, held: Thing, tolerance: float) -> Iterator[LabelDifference]:
    """Yield what differs between a sent and a held thing; moved keyframes are reported together.

    Args:
        row: global key.
        sent: the expected thing.
        held: the actual thing.
        tolerance: pixels within which coordinates agree.
    """
    apart: dict[int, float] = {}
    lost: list[int] = []
    for frame, shape in sent.keyframes.items():
        there = held.shape(frame)
        if there is None:
            lost.append(frame)
        elif (pixels := distance(shape, there)) > tolerance:
            apart[frame] = pixels
    told = _Told(row, sent)
    yield from told.moved(apart)
    yield from told.keyframes(MismatchKind.MISSING, lost)
    yield from told.keyframes(MismatchKind.EXTRA, [frame for frame in held.keyframes if frame not in sent.keyframes])
    yield from told.segments(held)
    yield from told.answers(held, set(lost))


class _Told:
    def __init__(self, row: str, sent: Thing) -> None:
        self.row, self.sent = row, sent

    def moved(self, apart: dict[int, float]) -> Iterator[LabelDifference]:
        if not apart:
            return
        far = max(apart.values())
        by = f"by {'up to ' if len(apart) > 1 else ''}{far:.4g} px" if math.isfinite(far) else "into another shape"
        pixels = far if math.isfinite(far) else None
        yield self._of(MismatchKind.MOVED, f"{told_frames(sorted(apart))} {by}", min(apart), pixels)

    def keyframes(self, kind: MismatchKind, frames: list[int]) -> Iterator[LabelDifference]:
        if frames:
            yield self._of(kind, f"keyframe at {told_frames(sorted(frames))}", min(frames))

    def segments(self, held: Thing) -> Iterator[LabelDifference]:
        wanted, there = self.sent.ranges, held.ranges
        if wanted is not None and there is not None and wanted != there:
            what = f"segments {told_ranges(there)} instead of {told_ranges(wanted)}"
            yield self._of(MismatchKind.MOVED, what, first_change(wanted, there))

    def answers(self, held: Thing, lost: set[int]) -> Iterator[LabelDifference]:
        none: frozenset[AnswerPath] = frozenset()
        asked = (self.sent.answers.keys() | held.answers.keys()) & self.sent.keyframes.keys()
        for frame in sorted(asked - lost):
            wanted, there = self.sent.answers.get(frame, none), held.answers.get(frame, none)
            for kind, paths in ((MismatchKind.MISSING, wanted - there), (MismatchKind.EXTRA, there - wanted)):
                for path in sorted(paths):
                    yield self._of(kind, f"answer {said(path)} at frame {frame}", frame)

    def _of(self, kind: MismatchKind, what: str, frame: int | None, pixels: float | None = None) -> LabelDifference:
        return LabelDifference(kind, self.row, self.sent.name, self.sent.place, what, frame, pixels)
