"""Frames, ranges and answers as text."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from labelferry.listing import shorten
from labelferry.model.frames import Span
from labelferry.verification.content import AnswerPath

__all__ = ["first_change", "said", "told_frames", "told_ranges"]

RANGES_SHOWN = 5


def said(path: AnswerPath) -> str:
    """Return a path of questions and answers as text."""
    return " > ".join(path)


def told_frames(frames: Sequence[int]) -> str:
    """Return ascending frames as text."""
    if len(frames) == 1:
        return f"frame {frames[0]}"
    return f"frames {frames[0]} to {frames[-1]} ({len(frames)} of them)" if frames else "no frames"


def told_ranges(spans: Sequence[Span]) -> str:
    """Return ranges as text; none mean the whole video."""
    if not spans:
        return "the whole video"
    told = [f"{span.start}-{span.end}" for span in spans]
    return f"frames {', '.join(shorten(told, RANGES_SHOWN, 'more ranges'))}"


def first_change(sent: Sequence[Span], held: Sequence[Span]) -> int | None:
    """Return the first frame that is in only one of the two."""
    ends = Counter(edge for spans in (sent, held) for span in spans for edge in (span.start, span.end + 1))
    return min((frame for frame, together in groupby(sorted(ends.elements())) if len(list(together)) % 2), default=None)
