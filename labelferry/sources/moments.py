"""Seconds of a video -> ranges of its frames, by the video's exact rate.

A range ``[start, end)`` in seconds holds for the frames that begin before its end and end after its start: from
``floor(start * fps)`` to ``ceil(end * fps) - 1``, counted from 0.
"""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from labelferry.model import Answer, AnswerKind, Classification, Feature, Where
from labelferry.model.frames import FIRST_FRAME, LARGEST, Span

__all__ = ["Ranges", "exact", "question", "seconds_of", "span_of"]

Ranges = dict[str, dict[str, list[Span]]]
"""The ranges of each answer to each question."""
LONGEST = 10**7
"""Seconds of a range: four months; more are not seconds."""
CLOSE = 0.005
NTSC = Fraction(1001, 1000)


def exact(fps: float) -> Fraction:
    """Return a rate as the fraction that it stands for: 29.97 is 30000/1001."""
    whole = round(fps)
    near = Fraction(whole) / NTSC
    return (
        near if whole and abs(fps - float(near)) < 0.005 and fps != whole else Fraction(fps).limit_denominator(100_000)
    )


def span_of(start: float, end: float, rate: Fraction, last: int | None = None) -> Span | None:
    """Return the frames of a range in seconds, counted from 1 and both included; None when there is none.

    Args:
        start: seconds.
        end: seconds.
        rate: frames a second.
        last: frames of the video, when that is known: a range is cut there.
    """
    if not (math.isfinite(start) and math.isfinite(end) and 0 <= start <= end <= LONGEST):
        return None
    first = math.floor(Fraction(str(start)) * rate)
    final = max(first, math.ceil(Fraction(str(end)) * rate) - 1)
    most = LARGEST if last is None else last
    return Span(first + FIRST_FRAME, min(final + FIRST_FRAME, most)) if first + FIRST_FRAME <= most else None


def seconds_of(text: str) -> float:
    """Return seconds of a number or a time such as 00:01:02.5.

    Raises:
        ValueError: when it is neither.
    """
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"{text!r} is not a time")
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + float(part)
    if not math.isfinite(seconds):
        raise ValueError(f"{text!r} is not a time")
    return seconds


def question(name: str, answers: Mapping[str, Iterable[Span]], where: Where) -> Classification:
    """Return answers that hold for ranges of frames; whether a radio or a checklist shows in whether they overlap."""
    options = tuple(Answer(Feature(option), spans=tuple(sorted(spans))) for option, spans in answers.items())
    return Classification(Feature(name), AnswerKind.TEMPORAL, options, where)
