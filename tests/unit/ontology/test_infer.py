"""Ontologies inferred from labels."""

import numpy as np
import pytest

from labelferry.errors import SpecError
from labelferry.model import (
    Answer,
    Classification,
    Feature,
    Geometry,
    LabelledVideo,
    MaskFrame,
    MaskInstance,
    Masks,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model import Question as Asked
from labelferry.ontology import Ontology, Option, Question, QuestionKind, Scope, Tool, ToolKind, infer


def at(line: int) -> Where:
    return Where("labels", line)


def option(name: str, *spans: tuple[int, int], inside: tuple[Classification, ...] = ()) -> Answer:
    return Answer(Feature(name), spans=tuple(Span(*span) for span in spans), classifications=inside)


def asked(name: str, kind: Asked, *answers: Answer, line: int = 1) -> Classification:
    return Classification(Feature(name), kind, answers, at(line))


def text(name: str, *spans: tuple[int, int], inside: tuple[Classification, ...] = ()) -> Classification:
    answer = Answer(text="t", spans=tuple(Span(*span) for span in spans), classifications=inside)
    return Classification(Feature(name), Asked.TEXT, (answer,), at(1))


def video(*classifications: Classification, key: str = "v", tracks: tuple[Track, ...] = ()) -> LabelledVideo:
    return LabelledVideo(RowRef(key), at(1), classifications=classifications, tracks=tracks)


def box(name: str, line: int = 1, *, answers: dict[int, tuple[Classification, ...]] | None = None) -> Track:
    one = np.array([1])
    return Track(Feature(name), Geometry.BOX, one, np.ones((1, 4)), one * 0, at(line), answers=answers or {})


def point(name: str, line: int = 1) -> Track:
    one = np.array([1])
    return Track(Feature(name), Geometry.POINT, one, np.ones((1, 2)), one * 0, at(line))


def test_tools_with_their_questions() -> None:
    sub = asked("colour", Asked.RADIO, option("red", inside=(text("shade"),)))
    masks = Masks((MaskFrame(1, b"png"),), (MaskInstance((1, 2, 3), Feature("sky"), (text("weather"),)),), at(2))
    labels = LabelledVideo(RowRef("v"), at(1), tracks=(box("car", answers={0: (sub,)}), point("ball")), masks=(masks,))
    assert infer([labels]) == Ontology(
        (
            Tool(
                ToolKind.BOX,
                "car",
                (Question(QuestionKind.RADIO, "colour", (Option("red", questions=(Question("text", "shade"),)),)),),
            ),
            Tool(ToolKind.POINT, "ball"),
            Tool(ToolKind.MASK, "sky", (Question(QuestionKind.TEXT, "weather"),)),
        )
    )


def test_scope_and_order() -> None:
    got = infer(
        [
            video(
                asked("b", Asked.CHECKLIST, option("z", (1, 2)), option("a", (1, 2))),
                asked("a", Asked.RADIO, option("x")),
                text("t", (1, 4)),
                text("t"),
            )
        ]
    )
    assert [(question.name, question.kind, question.scope) for question in got.questions] == [
        ("b", QuestionKind.CHECKLIST, Scope.INDEX),
        ("a", QuestionKind.RADIO, Scope.GLOBAL),
        ("t", QuestionKind.TEXT, Scope.INDEX),
    ]
    assert [one.value for one in got.questions[0].options] == ["z", "a"]


TEMPORAL = {
    "apart": ([video(asked("q", Asked.TEMPORAL, option("a", (0, 5)), option("b", (6, 9))))], QuestionKind.RADIO),
    "apart, the later first": (
        [video(asked("q", Asked.TEMPORAL, option("b", (6, 9), (0, 1)), option("a", (10, 12), (2, 5))))],
        QuestionKind.RADIO,
    ),
    "apart, the later line first": (
        [video(asked("q", Asked.TEMPORAL, option(name, span))) for name, span in (("b", (6, 9)), ("a", (0, 5)))],
        QuestionKind.RADIO,
    ),
    "together, the later first": (
        [video(asked("q", Asked.TEMPORAL, option("b", (20, 30), (4, 9)), option("a", (12, 15), (0, 5))))],
        QuestionKind.CHECKLIST,
    ),
    "together": ([video(asked("q", Asked.TEMPORAL, option("a", (0, 5)), option("b", (5, 9))))], QuestionKind.CHECKLIST),
    "inside": (
        [video(asked("q", Asked.TEMPORAL, option("a", (0, 9)), option("b", (1, 2)), option("a", (3, 4))))],
        QuestionKind.CHECKLIST,
    ),
    "same answer": ([video(asked("q", Asked.TEMPORAL, option("a", (0, 5), (3, 9))))], QuestionKind.RADIO),
    "over two lines": (
        [video(asked("q", Asked.TEMPORAL, option(name, (0, 5)))) for name in ("a", "b")],
        QuestionKind.CHECKLIST,
    ),
    "over two rows": (
        [video(asked("q", Asked.TEMPORAL, option(name, (0, 5))), key=name) for name in ("a", "b")],
        QuestionKind.RADIO,
    ),
    "a checklist elsewhere": (
        [
            video(asked("q", Asked.TEMPORAL, option("a", (0, 5)))),
            video(asked("q", Asked.CHECKLIST, option("a", (7, 8)))),
        ],
        QuestionKind.CHECKLIST,
    ),
    "radio and checklist": (
        [video(asked("q", Asked.RADIO, option("a"))), video(asked("q", Asked.CHECKLIST, option("a")), key="w")],
        QuestionKind.CHECKLIST,
    ),
}


@pytest.mark.parametrize(("videos", "kind"), TEMPORAL.values(), ids=TEMPORAL)
def test_what_a_temporal_question_is(videos: list[LabelledVideo], kind: QuestionKind) -> None:
    assert infer(videos).questions[0].kind == kind


def test_questions_nested_to_any_depth() -> None:
    third = asked("third", Asked.TEMPORAL, option("z", (3, 4)))
    second = asked("second", Asked.TEMPORAL, option("y", (2, 5), inside=(third,)))
    got = infer([video(asked("first", Asked.TEMPORAL, option("x", (1, 9), inside=(second,))))])
    deep = got.questions[0].options[0].questions[0].options[0].questions[0]
    assert (deep.name, deep.options) == ("third", (Option("z"),))
    nested_text = infer([video(text("a", (1, 9), inside=(text("b", (2, 3)),)))])
    assert [question.name for question in nested_text.questions[0].questions] == ["b"]


CONTRADICTIONS = {
    "box and point": ([video(tracks=(box("x", 3), point("x", 7)))], "labels:7: 'x' is a point here and a rectangle at"),
    "tool and question": ([video(asked("x", Asked.RADIO, option("a"), line=9), tracks=(box("x", 3),))], "at labels:3"),
    "text and options": (
        [video(text("x"), asked("x", Asked.RADIO, option("a"), line=5))],
        "is a question with",
    ),
    "case": ([video(tracks=(box("Car", 3), box("car", 4)))], "'car' differs from 'Car' (labels:3) only in case"),
    "option case": ([video(asked("q", Asked.CHECKLIST, option("a"), option("A")))], "'A' differs from 'a'"),
    "only an id": (
        [
            video(Classification(Feature(schema_id="F"), Asked.RADIO, (option("a"),), at(2))),
        ],
        "labels:2: question with options with schema id F but no name",
    ),
}


@pytest.mark.parametrize(("videos", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradictions_are_refused_with_both_places(videos: list[LabelledVideo], message: str) -> None:
    with pytest.raises(SpecError) as refused:
        infer(videos)
    assert message in str(refused.value)


def test_many_contradictions_are_counted() -> None:
    with pytest.raises(SpecError, match="and 5 more"):
        infer([video(tracks=(box("x"), *(point("x", line) for line in range(25))))])


@pytest.mark.parametrize(("answers", "kind"), [("a", QuestionKind.RADIO), ("ab", QuestionKind.CHECKLIST)])
def test_a_question_of_frames_that_is_answered_without_frames(answers: str, kind: QuestionKind) -> None:
    """Several answers at once are a checklist's; one may be a radio's."""
    (question,) = infer([video(asked("q", Asked.TEMPORAL, *map(option, answers)))]).questions
    assert (question.kind, [option.value for option in question.options]) == (kind, list(answers))
