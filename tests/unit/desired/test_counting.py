"""Ranges of answers, fitted to where an account starts counting."""

from collections.abc import Sequence

import pytest

from labelferry.desired.counting import Counting
from labelferry.model import LabelledVideo, RowRef, Where
from labelferry.model.answers import Answer, AnswerKind, Classification
from labelferry.model.feature import Feature
from labelferry.model.findings import Finding
from labelferry.model.frames import Span
from labelferry.model.media import Media

HERE = Where("labels.ndjson", 1)
MEDIA = {"clip": Media(frame_count=100)}


def asked(spans: Sequence[tuple[int, int]], inner: tuple[Classification, ...] = ()) -> Classification:
    answer = Answer(Feature("fog"), spans=tuple(Span(*span) for span in spans), classifications=inner)
    return Classification(Feature("weather"), AnswerKind.RADIO, (answer,), HERE)


def fitted(base: int | None, question: Classification) -> tuple[Classification, list[Finding]]:
    findings: list[Finding] = []
    video = LabelledVideo(RowRef("clip"), HERE, (question,))
    (found,) = Counting(lambda: base, findings.append).fitted(video, MEDIA).classifications
    return found, findings


@pytest.mark.parametrize(
    ("base", "sent"),
    [
        (None, [(0, 3), (5, 9), (90, 100), (0, 100)]),
        (1, [(1, 3), (5, 9), (90, 100), (1, 100)]),
        (0, [(0, 3), (5, 9), (90, 99), (0, 99)]),
    ],
)
def test_only_the_frame_that_does_not_exist_is_left_out(base: int | None, sent: list[tuple[int, int]]) -> None:
    found, findings = fitted(base, asked([(0, 3), (5, 9), (90, 100), (0, 100)]))
    assert found == asked(sent)
    assert len(findings) == (0 if base is None else 2)


def test_nested_answers_are_fitted_too() -> None:
    found, findings = fitted(1, asked([(0, 9)], (asked([(0, 4)]),)))
    assert found == asked([(1, 9)], (asked([(1, 4)]),))
    assert findings[0].message.startswith("answer 'fog' of 'weather' is for frames 0-9; this account counts from 1")


@pytest.mark.parametrize(("base", "span"), [(1, (0, 0)), (0, (100, 100)), (1, (90, 120))])
def test_what_is_entirely_elsewhere_is_left_to_the_checks(base: int, span: tuple[int, int]) -> None:
    assert fitted(base, asked([span])) == (asked([span]), [])


def test_nobody_is_asked_about_ranges_that_fit_both() -> None:
    def measured() -> int | None:
        raise AssertionError("asked")

    video = LabelledVideo(RowRef("clip"), HERE, (asked([(1, 99)]),))
    assert Counting(measured, lambda _: None).fitted(video, MEDIA) is video
