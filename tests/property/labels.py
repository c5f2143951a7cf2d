"""Labels of every kind that the model takes, for Hypothesis."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Composite,
    Feature,
    Geometry,
    Labelled,
    LabelledVideo,
    MaskObject,
    Masks,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model.frames import LARGEST

HERE = Where("made.ndjson")
TEXTS = st.text(min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
KEYS = st.from_regex(r"[A-Za-z0-9!_.*'()&$@=;/:+,?-](?:[A-Za-z0-9 '.-]{0,9}[A-Za-z0-9?])?", fullmatch=True)
ROWS = st.builds(RowRef, KEYS) | st.builds(RowRef, st.none(), TEXTS | KEYS)
NAMED = st.builds(Feature, TEXTS)
FEATURES = NAMED | st.builds(Feature, st.none(), TEXTS) | st.builds(Feature, TEXTS, TEXTS)
FRAMES = st.integers(0, 900) | st.integers(0, LARGEST)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.none() | NUMBERS | st.integers(-9, 9)
METRICS = st.lists(st.fixed_dictionaries({"name": TEXTS, "value": NUMBERS | st.integers(-9, 9)}), max_size=2).map(tuple)
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
SPANS = st.lists(st.tuples(FRAMES, FRAMES).map(lambda ends: Span(min(ends), max(ends))), min_size=1, max_size=3)

Features = st.SearchStrategy[Feature]


@st.composite
def classifications(draw: st.DrawFn, features: Features = FEATURES, depth: int = 2) -> Classification:
    """A question of any kind, for the whole video or for frames, with questions nested in its answers."""
    kind, framed = draw(st.sampled_from(AnswerKind)), draw(st.booleans())
    most = 3 if framed or kind in (AnswerKind.CHECKLIST, AnswerKind.TEMPORAL) else 1
    made = answers(features, kind, framed, depth)
    return Classification(
        feature=draw(features),
        question=kind,
        answers=tuple(draw(st.lists(made, min_size=1, max_size=most))),
        where=HERE,
        confidence=draw(SCORES),
        custom_metrics=draw(METRICS),
    )


@st.composite
def answers(draw: st.DrawFn, features: Features, kind: AnswerKind, framed: bool, depth: int) -> Answer:
    """An answer; a text without frames has no scores of its own."""
    text = kind is AnswerKind.TEXT
    scored = framed or not text
    return Answer(
        feature=None if text else draw(features),
        text=draw(TEXTS) if text else None,
        spans=tuple(draw(SPANS)) if framed else (),
        classifications=draw(nested(features, depth - 1)) if depth else (),
        confidence=draw(SCORES) if scored else None,
        custom_metrics=draw(METRICS) if scored else (),
    )


def nested(features: Features, depth: int = 1) -> st.SearchStrategy[tuple[Classification, ...]]:
    """Questions nested in something."""
    return st.lists(classifications(features, depth), max_size=2).map(tuple)


@st.composite
def tracks(draw: st.DrawFn, features: Features = FEATURES, numbers: st.SearchStrategy[float] = NUMBERS) -> Track:
    """A track of boxes, points or lines, in segments, with questions of the whole and of keyframes."""
    frames = np.array(sorted(draw(st.sets(FRAMES, min_size=1, max_size=9))), dtype=np.int64)
    geometry, n = draw(st.sampled_from(Geometry)), len(frames)
    hops = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    lengths = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)) if geometry is Geometry.LINE else [1] * n
    width = 4 if geometry is Geometry.BOX else 2
    size = sum(lengths) * width
    return Track(
        feature=draw(features),
        geometry=geometry,
        frames=frames,
        coords=np.array(draw(st.lists(numbers, min_size=size, max_size=size))).reshape(-1, width),
        segment=np.cumsum(hops),
        where=HERE,
        offsets=np.cumsum([0, *lengths]) if geometry is Geometry.LINE else None,
        answers=draw(st.dictionaries(st.integers(0, n - 1), nested(features), max_size=2)),
        classifications=draw(nested(features)),
        instance=draw(st.none() | TEXTS),
    )


@st.composite
def masks(draw: st.DrawFn) -> Masks:
    """Composites by bytes and by URL, and instances by colour."""
    pictures: Any = st.fixed_dictionaries({"png": st.binary(min_size=1, max_size=9)}) | st.fixed_dictionaries(
        {"uri": TEXTS}
    )
    frames = draw(st.dictionaries(FRAMES, pictures, min_size=1, max_size=3))
    instances = st.builds(MaskObject, COLOURS, FEATURES, nested(FEATURES))
    return Masks(
        tuple(Composite(frame, **picture) for frame, picture in frames.items()),
        tuple(draw(st.lists(instances, min_size=1, max_size=2))),
        HERE,
    )


@st.composite
def videos(draw: st.DrawFn, labelled: st.SearchStrategy[Labelled]) -> LabelledVideo:
    """A video of one thing, with an id of the caller's or without, as a benchmark or not."""
    one, row, benchmark = draw(labelled), draw(ROWS), draw(st.booleans())
    group = {Classification: "classifications", Masks: "masks", Track: "tracks"}[type(one)]
    return LabelledVideo(row, HERE, benchmark=benchmark, **{group: (one,)})
