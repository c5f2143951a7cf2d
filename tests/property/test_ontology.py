"""Ontologies: the normalised form loses nothing, and an inferred ontology takes the labels that it came from."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelferry.checks import check
from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Feature,
    Geometry,
    LabelledVideo,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model.findings import Severity
from labelferry.ontology import (
    Ids,
    Ontology,
    Option,
    Question,
    QuestionKind,
    Scope,
    Tool,
    ToolKind,
    diff,
    infer,
    lacks,
    merge,
)

HERE = Where("here")
names = st.text(min_size=1, max_size=6).filter(str.strip)
ids = st.builds(Ids, st.none() | names, st.none() | names)
colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def several(strategy: st.SearchStrategy[Any], at_least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, min_size=at_least, max_size=3, unique_by=lambda item: item.names[0]).map(tuple)


def questions(depth: int, scope: st.SearchStrategy[Scope]) -> st.SearchStrategy[Question]:
    inside = several(questions(depth - 1, st.just(Scope.GLOBAL))) if depth else st.just(())
    options = several(st.builds(Option, names, names, inside, ids, st.sampled_from([{}, {"position": 2}])), 1)
    chosen = st.builds(
        Question,
        st.sampled_from([QuestionKind.RADIO, QuestionKind.CHECKLIST]),
        names,
        options,
        scope,
        st.booleans(),
        names,
        ids=ids,
    )
    text = st.builds(
        Question, st.just(QuestionKind.TEXT), names, scope=scope, required=st.booleans(), questions=inside, ids=ids
    )
    return chosen | text


tools = st.builds(
    Tool,
    st.sampled_from(ToolKind),
    names,
    several(questions(1, st.just(Scope.GLOBAL))),
    st.booleans(),
    colours,
    ids,
)
ontologies = st.builds(Ontology, several(tools), several(questions(1, st.sampled_from(Scope))))


@settings(max_examples=40)
@given(ontologies)
def test_the_normalised_form_loses_nothing(ontology: Ontology) -> None:
    again = Ontology.from_normalized(ontology.to_normalized())
    assert again == ontology
    assert again.fingerprint() == ontology.fingerprint()


@settings(max_examples=40)
@given(ontologies, ontologies)
def test_fingerprints_and_differences_agree(one: Ontology, other: Ontology) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (diff(one, other) == [])
    assert lacks(one, one) == []


@settings(max_examples=40)
@given(ontologies, ontologies, st.booleans())
def test_every_version_takes_the_labels_of_the_new_one(old: Ontology, new: Ontology, grown: bool) -> None:
    version = merge(old, new, grown=grown)
    assert lacks(version, new) == []
    assert merge(version, new, grown=grown) == version
    assert merge(old, old, grown=grown) == old


# Labels that make sense: one kind for each name, answers of a radio one after another, children inside their parents.

Ask = Callable[[int, int], st.SearchStrategy[Classification]]
letters = st.sampled_from("abcd")
keys = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,4}[A-Za-z0-9])?", fullmatch=True)


def asked(kind: AnswerKind, depth: int, start: int, end: int) -> st.SearchStrategy[Classification]:
    """A question named by its kind and depth, whose answers share out start..end."""
    name = f"{kind}{depth}"
    middle = (start + end) // 2
    nests = depth > 0 and end - start > 4
    inside = asked(kind, depth - 1, start, middle - 1).map(lambda one: (one,)) if nests else st.just(())
    if kind is AnswerKind.TEXT:
        answers = st.builds(Answer, text=letters, spans=st.just((Span(start, end),)), classifications=inside)
        return answers.map(lambda answer: Classification(Feature(name), kind, (answer,), HERE))
    if kind is AnswerKind.CHECKLIST:
        several_ = st.lists(letters, min_size=1, max_size=3, unique=True)
        return several_.map(
            lambda chosen: Classification(
                Feature(name), kind, tuple(Answer(Feature(one), spans=(Span(start, end),)) for one in chosen), HERE
            )
        )
    first = st.builds(
        Answer, st.builds(Feature, letters), spans=st.just((Span(start, middle),)), classifications=inside
    )
    second = st.builds(Answer, st.builds(Feature, letters), spans=st.just((Span(middle + 1, end + 1),)))
    return st.tuples(first, second).map(lambda pair: Classification(Feature(name), kind, pair, HERE))


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    geometry = draw(st.sampled_from([Geometry.BOX, Geometry.POINT]))
    frames = np.array(sorted(draw(st.sets(st.integers(1, 50), min_size=1, max_size=5))))
    coords = np.ones((len(frames), 4 if geometry is Geometry.BOX else 2))
    chosen = Classification(Feature("sub"), AnswerKind.CHECKLIST, (Answer(Feature(draw(letters))),), HERE)
    return Track(Feature(f"{geometry} tool"), geometry, frames, coords, frames * 0, HERE, answers={0: (chosen,)})


@st.composite
def videos(draw: st.DrawFn) -> LabelledVideo:
    kinds = draw(st.lists(st.sampled_from(AnswerKind), unique=True))
    start = draw(st.integers(0, 20))
    whole = draw(st.lists(st.sampled_from("xyz"), unique=True))
    return LabelledVideo(
        RowRef(draw(keys)),
        HERE,
        classifications=(
            *(draw(asked(kind, 2, start, start + draw(st.integers(1, 30)))) for kind in kinds),
            *(Classification(Feature(one), AnswerKind.RADIO, (Answer(Feature(draw(letters))),), HERE) for one in whole),
        ),
        tracks=tuple(draw(st.lists(tracks(), max_size=3))),
    )


@given(st.lists(videos(), max_size=3, unique_by=lambda video: str(video.row).strip().casefold()))
def test_an_inferred_ontology_takes_its_own_labels(labels: list[LabelledVideo]) -> None:
    ontology = infer(labels)
    wrong = [one for one in check(labels, ontology=ontology, media={}) if one.severity is Severity.ERROR]
    assert wrong == []
    assert infer(labels) == ontology
