"""Labels by hand, each with as little as a rule needs."""

import io
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from labelferry.masks import encode_png
from labelferry.model import (
    Answer,
    AnswerKind,
    Classification,
    Composite,
    Feature,
    Geometry,
    LabelledVideo,
    MaskObject,
    Masks,
    RowRef,
    Span,
    Track,
    Where,
)
from labelferry.model.media import Media
from labelferry.model.rule import Rule
from labelferry.ontology import Ontology, Option, Question, Scope, Tool, ToolKind

HERE = Where("labels.ndjson", 7)
MEDIA = {"clip.mp4": Media(width=64, height=48, fps=25.0, frame_count=100)}
RED, BLUE = (255, 0, 0), (0, 0, 255)


def options(*names: str, inside: tuple[Question, ...] = ()) -> tuple[Option, ...]:
    return tuple(Option(name, questions=inside) for name in names)


NESTED = Question("radio", "why", options("sun", "rain"))
ONTOLOGY = Ontology(
    tools=(
        Tool(ToolKind.BOX, "car", (Question("radio", "colour", options("red", "blue")), Question("text", "plate"))),
        Tool(ToolKind.POINT, "ball"),
        Tool(ToolKind.LINE, "lane"),
        Tool(ToolKind.MASK, "sky"),
    ),
    questions=(
        Question("radio", "light", options("on", "off", inside=(NESTED,)), Scope.INDEX),
        Question("checklist", "things", options("dog", "cat"), Scope.INDEX),
        Question("radio", "weather", options("dry", "wet")),
        Question("checklist", "seen", options("dog", "cat")),
        Question("text", "note"),
    ),
)


def option(name: str, *spans: tuple[int, int], inside: tuple[Classification, ...] = (), **more: Any) -> Answer:
    return Answer(Feature(name), spans=tuple(Span(*span) for span in spans), classifications=inside, **more)


def words(value: str, *spans: tuple[int, int]) -> Answer:
    return Answer(text=value, spans=tuple(Span(*span) for span in spans))


def asked(name: str, kind: AnswerKind, *answers: Answer, **more: Any) -> Classification:
    return Classification(Feature(name), kind, answers, HERE, **more)


def box(name: str = "car", frames: tuple[int, ...] = (1, 2), rows: Any = None, **more: Any) -> Track:
    number = np.array(frames)
    coords = np.tile([4.0, 4, 8, 8], (len(frames), 1)) if rows is None else np.array(rows, dtype=float)
    more = {"segment": number * 0, "instance": "7"} | more
    return Track(Feature(name), Geometry.BOX, number, coords, where=HERE, **more)


def point(name: str = "ball", x: float = 5, y: float = 5) -> Track:
    one = np.array([1])
    return Track(Feature(name), Geometry.POINT, one, np.array([[x, y]]), one * 0, HERE)


def line(*points: tuple[float, float]) -> Track:
    coords, one = np.array(points, dtype=float), np.array([1])
    return Track(Feature("lane"), Geometry.LINE, one, coords, one * 0, HERE, offsets=np.array([0, len(points)]))


def picture(*colours: tuple[int, int, int], size: tuple[int, int] = (48, 64)) -> bytes:
    rgb = np.zeros((*size, 3), dtype=np.uint8)
    for row, colour in enumerate(colours):
        rgb[row] = colour
    return encode_png(rgb)


def other_mode(mode: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), RED).convert(mode).save(out, "PNG")
    return out.getvalue()


def masks(*pngs: bytes | str, colours: tuple[Any, ...] = (RED,), first: int = 1, **more: Any) -> Masks:
    frames = tuple(
        Composite(first + i, uri=png) if isinstance(png, str) else Composite(first + i, png=png)
        for i, png in enumerate(pngs)
    )
    return Masks(frames, tuple(MaskObject(colour, Feature("sky")) for colour in colours), HERE, **more)


def video(*parts: Classification | Track | Masks, key: str = "clip.mp4") -> LabelledVideo:
    return LabelledVideo(
        RowRef(key),
        HERE,
        classifications=tuple(part for part in parts if isinstance(part, Classification)),
        masks=tuple(part for part in parts if isinstance(part, Masks)),
        tracks=tuple(part for part in parts if isinstance(part, Track)),
    )


RADIO, CHECKLIST, TEXT, TEMPORAL = AnswerKind.RADIO, AnswerKind.CHECKLIST, AnswerKind.TEXT, AnswerKind.TEMPORAL


class Case(NamedTuple):
    """Labels, the rule that they break, and what it says."""

    rule: Rule
    labels: LabelledVideo
    says: str
    ontology: Ontology = ONTOLOGY
