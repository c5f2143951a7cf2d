"""Ranges of answers, beside where an account starts counting frames: it was measured, and takes no others.

An account that counts from 1 refuses a range from 0, and one that counts from 0 a range that ends with the number of
the video's frames. Such a range is sent without the frame that does not exist there; the others keep their numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from labelferry.model import LabelledVideo
from labelferry.model.answers import Answer, Classification
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Span
from labelferry.model.media import Media
from labelferry.model.rules import FrameRule

__all__ = ["Counting"]


class Counting:
    """Fits ranges of answers to an account.

    Args:
        measured: looks up the number of a video's first frame in ranges; None when it is not known, or either is taken.
            Called at most once, when a range needs it.
        note: takes a finding for each range that is sent otherwise.
    """

    def __init__(self, measured: Callable[[], int | None], note: FindingHandler) -> None:
        self._measured, self._note = measured, note

    @cached_property
    def _base(self) -> int | None:
        return self._measured()

    def fitted(self, video: LabelledVideo, media: Mapping[str, Media]) -> LabelledVideo:
        """Return the video with ranges that the account takes.

        Args:
            video: labels of one video.
            media: facts about the videos by global key.
        """
        known = media.get(video.row.global_key or "")
        count = None if known is None else known.frame_count
        fitted = tuple(self._question(each, count) for each in video.classifications)
        return video if fitted == video.classifications else replace(video, classifications=fitted)

    def _question(self, asked: Classification, count: int | None) -> Classification:
        answers = tuple(self._answer(asked, answer, count) for answer in asked.answers)
        return asked if answers == asked.answers else replace(asked, answers=answers)

    def _answer(self, asked: Classification, answer: Answer, count: int | None) -> Answer:
        spans = tuple(self._span(asked, answer, span, count) for span in answer.spans)
        inner = tuple(self._question(each, count) for each in answer.classifications)
        if (spans, inner) == (answer.spans, answer.classifications):
            return answer
        return replace(answer, spans=spans, classifications=inner)

    def _span(self, asked: Classification, answer: Answer, span: Span, count: int | None) -> Span:
        """Return a range without its frame 0, or without the frame after the last when frames count from 0."""
        if (span.start > 0 and span.end != count) or self._base is None:
            return span
        fitted = Span(max(span.start, self._base), span.end - (self._base == 0 and span.end == count))
        if fitted == span or fitted.start > fitted.end:
            return span
        self._note(
            FrameRule.RANGE_CUT.at(
                asked.where,
                frame=span.start,
                answer=answer,
                question=asked.feature,
                frames=f"{span.start}-{span.end}",
                base=self._base,
                sent=f"{fitted.start}-{fitted.end}",
            )
        )
        return fitted
