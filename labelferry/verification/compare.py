"""Sent and held content of one row -> what is equal, missing, extra, moved.

Frames, answers and ranges are exact, ranges after joining those that touch; coordinates agree within a tolerance. A
frame that the service returns without marking it as a keyframe counts where a keyframe was sent, since the shape is
there; where none was sent it is interpolated and ignored.
"""

from collections import Counter
from collections.abc import Sequence

from labelferry.verification.content import AnswerPath, RowAnswer, RowContent
from labelferry.verification.pairing import pair
from labelferry.verification.result import LabelDifference, MismatchKind, RowResult
from labelferry.verification.things import between, unsaid_segments, whole
from labelferry.verification.wording import first_change, said, told_ranges

__all__ = ["TOLERANCE", "compare"]

TOLERANCE = 1e-3
"""Pixels; a 32-bit float represents coordinates of an 8K picture to half of that."""
EQUAL = "equal"
SEGMENTS = "segments of a track"


def compare(row: str, sent: RowContent, held: RowContent, tolerance: float = TOLERANCE) -> RowResult:
    """Compare what was sent for a row with what the service has.

    Args:
        row: global key.
        sent: the expected content.
        held: the actual content.
        tolerance: pixels within which coordinates agree.
    """
    return _Comparison(row, sent, held, tolerance).result()


class _Comparison:
    def __init__(self, row: str, sent: RowContent, held: RowContent, tolerance: float) -> None:
        self.row, self.sent, self.held, self.tolerance = row, sent, held, tolerance
        self.counts: Counter[str] = Counter()
        self.aside = sent.incomparable + held.incomparable
        self.unread = [{name: list(what) for name, what in side.unreadable.items()} for side in (held, sent)]
        self.differences: list[LabelDifference] = []

    def result(self) -> RowResult:
        self._things()
        self._answers()
        for left in self.unread:
            self.aside.update(what for each in left.values() for what in each)
        return RowResult(
            self.row,
            equal=self.counts[EQUAL],
            missing=self.counts[MismatchKind.MISSING],
            extra=self.counts[MismatchKind.EXTRA],
            moved=self.counts[MismatchKind.MOVED],
            not_comparable=dict(self.aside),
            differences=tuple(self.differences),
            unknown=dict(self.held.unknown),
        )

    def _things(self) -> None:
        paired = pair(self.sent.things, self.held.things, self.tolerance)
        for sent, held in paired.pairs:
            differences = list(between(self.row, sent, held, self.tolerance))
            if unsaid_segments(sent, held):
                self.aside[SEGMENTS] += 1
            self._count(MismatchKind.MOVED if differences else EQUAL, differences)
        for thing in paired.missing:
            if not self._excused(thing.name, 0):
                self._count(MismatchKind.MISSING, [whole(MismatchKind.MISSING, self.row, thing)])
        for thing in paired.extra:
            if not self._excused(thing.name, 1):
                self._count(MismatchKind.EXTRA, [whole(MismatchKind.EXTRA, self.row, thing)])

    def _answers(self) -> None:
        for path in dict.fromkeys([*self.sent.answers, *self.held.answers]):
            sent, held = self.sent.answers.get(path), self.held.answers.get(path)
            if (sent is None or held is None) and self._excused(path[0], 0 if held is None else 1):
                continue
            difference = self._answer(path, sent, held)
            self._count(difference.kind if difference else EQUAL, [difference] if difference else [])

    def _excused(self, name: str, side: int) -> bool:
        """Return whether the other side has something unreadable of that name; each such thing excuses one."""
        unread = self.unread[side].get(name)
        if not unread:
            return False
        self.aside[unread.pop()] += 1
        return True

    def _count(self, kind: str, differences: Sequence[LabelDifference]) -> None:
        self.counts[kind] += 1
        self.differences += differences

    def _answer(self, path: AnswerPath, sent: RowAnswer | None, held: RowAnswer | None) -> LabelDifference | None:
        if held is None:
            return None if sent is None else self._told(MismatchKind.MISSING, path, sent)
        if sent is None:
            return self._told(MismatchKind.EXTRA, path, held)
        if not sent.holds_as(held):
            what = f"{told_ranges(held.at_most)} instead of {told_ranges(sent.coverage)}"
            return self._told(MismatchKind.MOVED, path, sent, what, first_change(sent.coverage, held.at_most))
        if sent.copies != held.copies:
            kind = MismatchKind.MISSING if held.copies < sent.copies else MismatchKind.EXTRA
            return self._told(kind, path, sent, f"sent {sent.copies} times, held {held.copies} times")
        return None

    def _told(
        self, kind: MismatchKind, path: AnswerPath, answer: RowAnswer, what: str | None = None, frame: int | None = None
    ) -> LabelDifference:
        coverage = answer.coverage
        first = frame if frame is not None or not coverage else coverage[0].start
        return LabelDifference(
            kind, self.row, said(path), answer.place, what or f"answer, {told_ranges(coverage)}", first
        )
