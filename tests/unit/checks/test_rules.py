"""One case for each rule, and its neighbour that must stay silent."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labelferry import checks
from labelferry.checks import check
from labelferry.checks.scene import Scene
from labelferry.masks import encode_png
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
from labelferry.model.media import Media
from labelferry.ontology import Ids, Ontology, Option, Question, Scope, Tool, ToolKind

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


def asked(name: str, kind: Asked, *answers: Answer, **more: Any) -> Classification:
    return Classification(Feature(name), kind, answers, HERE, **more)


def box(name: str = "car", frames: tuple[int, ...] = (1, 2), rows: Any = None, **more: Any) -> Track:
    number = np.array(frames)
    coords = np.tile([4.0, 4, 8, 8], (len(frames), 1)) if rows is None else np.array(rows, dtype=float)
    more.setdefault("segment", number * 0)
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
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 48), RED).convert(mode).save(out, "PNG")
    return out.getvalue()


def masks(*pngs: bytes | str, colours: tuple[Any, ...] = (RED,), first: int = 1, **more: Any) -> Masks:
    frames = tuple(
        MaskFrame(first + i, uri=png) if isinstance(png, str) else MaskFrame(first + i, png=png)
        for i, png in enumerate(pngs)
    )
    return Masks(frames, tuple(MaskInstance(colour, Feature("sky")) for colour in colours), HERE, **more)


def video(*parts: Classification | Track | Masks, key: str = "clip.mp4") -> LabelledVideo:
    return LabelledVideo(
        RowRef(key),
        HERE,
        classifications=tuple(part for part in parts if isinstance(part, Classification)),
        masks=tuple(part for part in parts if isinstance(part, Masks)),
        tracks=tuple(part for part in parts if isinstance(part, Track)),
    )


def found(*videos: LabelledVideo, **more: Any) -> list[str]:
    settings: dict[str, Any] = {"ontology": ONTOLOGY, "media": MEDIA, **more}
    findings = check(videos, **settings)
    assert all(finding.remedy and finding.where for finding in findings)
    return [f"{finding.severity}: {finding.what}; {finding.remedy}" for finding in findings]


RADIO, CHECKLIST, TEXT, TEMPORAL = Asked.RADIO, Asked.CHECKLIST, Asked.TEXT, Asked.TEMPORAL
LIGHT = asked("light", TEMPORAL, option("on", (0, 9)), option("off", (10, 99)))

SILENT: Mapping[str, LabelledVideo] = {
    "box": video(box(answers={0: (asked("colour", RADIO, option("red")), asked("plate", TEXT, words("A 1")))})),
    "point": video(point()),
    "line": video(line((0, 0), (64, 48))),
    "a list of one for a radio": video(box(answers={1: (asked("colour", CHECKLIST, option("red")),)})),
    "one option for a checklist": video(asked("seen", RADIO, option("dog"))),
    "another answer in each keyframe": video(
        box(answers={0: (asked("colour", RADIO, option("red")),), 1: (asked("colour", RADIO, option("blue")),)})
    ),
    "temporal radio": video(LIGHT),
    "radio answers one after another, the later first": video(
        asked("light", TEMPORAL, option("off", (10, 99)), option("on", (5, 9), (0, 4)))
    ),
    "the same radio answer twice": video(asked("light", TEMPORAL, option("on", (0, 9), (5, 20)))),
    "checklist answers together": video(asked("things", TEMPORAL, option("dog", (0, 9)), option("cat", (3, 12)))),
    "frames of one question in two lines": video(
        asked("light", RADIO, option("on", (1, 2))), asked("light", RADIO, option("off", (3, 4)))
    ),
    "nested over touching parents": video(
        asked(
            "light",
            TEMPORAL,
            option("on", (0, 10), (11, 20), inside=(asked("why", TEMPORAL, option("sun", (5, 15))),)),
        )
    ),
    "nested without frames": video(
        asked("light", RADIO, option("on", (1, 9), inside=(asked("why", RADIO, option("sun")),))),
        asked("light", RADIO, option("on", (20, 29), inside=(asked("why", RADIO, option("rain")),))),
    ),
    "global answers": video(
        asked("weather", RADIO, option("wet")), asked("seen", CHECKLIST, option("dog"), option("cat"))
    ),
    "masks": video(masks(picture(RED), picture(RED, BLUE), colours=(RED, BLUE))),
    "two segments": video(box(frames=(1, 5, 9), segment=np.array([0, 0, 1]))),
    "last frame": video(box(frames=(1, 100))),
}


@pytest.mark.parametrize("labels", SILENT.values(), ids=SILENT)
def test_right_labels_raise_nothing(labels: LabelledVideo) -> None:
    assert found(labels, rows=["CLIP.mp4 "]) == []


RAISED: Mapping[str, tuple[LabelledVideo, str]] = {
    # names
    "tool": (video(box("cra")), "error: the ontology has no tool 'cra'; did you mean 'car'?"),
    "tool, far off": (video(box("zebra")), "(there: 'car', 'ball', 'lane', 'sky')"),
    "tool, case": (video(box("Car")), "did you mean 'car'? Names are matched to the letter"),
    "tool is a question": (video(box("note")), "'note' is a question there"),
    "question is a tool": (video(asked("car", TEXT, words("x"))), "'car' is a tool there"),
    "question": (video(asked("nothing", RADIO, option("on"))), "error: the ontology has no question 'nothing'"),
    "option": (
        video(asked("weather", RADIO, option("wett"))),
        "error: the ontology has no option 'wett' of question 'weather'; did you mean 'wet'?",
    ),
    "nested in a tool": (
        video(box(answers={0: (asked("weather", RADIO, option("wet")),)})),
        "error: the ontology has no question 'weather' of tool 'car'",
    ),
    "nested in a whole track": (
        video(box(classifications=(asked("x", RADIO, option("wet")),))),
        "error: the ontology has no question 'x' of tool 'car'",
    ),
    "nested in an option": (
        video(asked("weather", RADIO, option("wet", inside=(asked("why", RADIO, option("rain")),)))),
        "error: the ontology has no question 'why' of option 'wet' of question 'weather'",
    ),
    "mask tool": (
        video(replace(masks(picture(RED)), instances=(MaskInstance(RED, Feature("sea")),))),
        "error: the ontology has no tool 'sea'",
    ),
    "tool kind": (video(point("car")), "error: 'car' is a point here and a rectangle in the ontology"),
    "mask kind": (
        video(replace(masks(picture(RED)), instances=(MaskInstance(RED, Feature("car")),))),
        "error: 'car' is a raster-segmentation here and a rectangle in the ontology",
    ),
    "text for options": (video(asked("weather", TEXT, words("wet"))), "is answered with a text but is a radio"),
    "options for text": (video(asked("note", RADIO, option("wet"))), "is answered with options but is a text"),
    # scopes
    "framed on global": (
        video(asked("weather", RADIO, option("wet", (1, 2)))),
        "error: 'weather' is answered for frames but has scope global",
    ),
    "framed text on global": (video(asked("note", TEXT, words("x", (1, 2)))), "warning: 'note' is answered for frames"),
    "global on index": (video(asked("light", RADIO, option("on"))), "warning: 'light' is answered for the whole video"),
    "confidence": (
        video(asked("weather", RADIO, option("wet", confidence=0.5))),
        "warning: 1 classifications of clip.mp4 carry a confidence",
    ),
    # answers
    "radio with two": (
        video(asked("weather", CHECKLIST, option("dry"), option("wet"))),
        "error: 'weather' is a radio and has 2 answers: 'dry', 'wet'",
    ),
    "radio at one frame": (
        video(asked("light", TEMPORAL, option("on", (0, 9)), option("off", (9, 12)))),
        "error: 'light' is a radio and has two answers at frame 9: 'on' (labels.ndjson:7) and 'off'",
    ),
    "radio inside a range": (
        video(asked("light", TEMPORAL, option("off", (9, 12)), option("on", (2, 3), (0, 50)))),
        "two answers at frame 9",
    ),
    "radio over two lines": (
        video(asked("light", RADIO, option("on", (1, 5))), asked("light", RADIO, option("off", (5, 9)))),
        "two answers at frame 5",
    ),
    "nested radio at one frame": (
        video(
            asked(
                "light",
                TEMPORAL,
                option("on", (0, 9), inside=(asked("why", TEMPORAL, option("sun", (0, 5)), option("rain", (4, 9))),)),
            )
        ),
        "error: 'light' > 'on' > 'why' is a radio and has two answers at frame 4",
    ),
    "radio in a keyframe": (
        video(box(answers={1: (asked("colour", CHECKLIST, option("red"), option("blue")),)})),
        "error: 'car' frame 2 > 'colour' is a radio and has 2 answers",
    ),
    "contradiction": (
        video(asked("weather", RADIO, option("dry")), asked("weather", RADIO, option("wet"))),
        "error: 'weather' is already answered at labels.ndjson:7, with 'wet' here and 'dry' there",
    ),
    "same answer twice": (
        video(asked("weather", RADIO, option("dry")), asked("weather", RADIO, option("dry"))),
        "error: 'weather' is already answered at labels.ndjson:7; keep one",
    ),
    "keyframe answered twice": (
        video(box(answers={0: (asked("plate", TEXT, words("A")), asked("plate", TEXT, words("B")))})),
        "error: 'car' frame 1 > 'plate' is already answered",
    ),
    # frames
    "frame 0": (video(box(frames=(0, 1))), "error: 'car' has frame 0; the first frame of a video is 1"),
    "frame 101": (
        video(box(frames=(99, 101, 102), instance="4")),
        "(track 4) has 2 frames after the last one",
    ),
    "mask frame 0": (video(masks(picture(RED), first=0)), "error: the mask has frame 0"),
    "mask frame 101": (video(masks(picture(RED), first=101)), "error: the mask has 1 frames after the last one"),
    "range after the video": (
        video(asked("light", TEMPORAL, option("on", (90, 100)))),
        "error: answer 'on' of 'light' holds for frames 90-100; ranges go from 0 to 99 (temporal_base is 0)",
    ),
    "child partly outside": (
        video(
            asked("light", TEMPORAL, option("on", (0, 10), inside=(asked("why", TEMPORAL, option("sun", (5, 15))),)))
        ),
        "error: answer 'sun' of 'light' > 'on' > 'why' holds for frames 5-15, but the answer above it has frames 0-10",
    ),
    "child without parent frames": (
        video(asked("weather", RADIO, option("wet", inside=(asked("x", TEMPORAL, option("y", (1, 2))),)))),
        "but the answer above it has no frames of its own",
    ),
    "sparse": (
        video(box(frames=(1, 10, 20), segment=np.array([0, 1, 2]))),
        "warning: 'car' has 3 segments of one frame each",
    ),
    # geometry
    "no width": (
        video(box(rows=[[4, 4, 8, 8], [4, 4, 0, 8]])),
        "warning: 'car' has 1 box without area, first at",
    ),
    "negative": (video(box(rows=[[4, 4, -2, 8], [4, 4, 8, -1]])), "warning: 'car' has 2 boxes without area"),
    "outside": (
        video(box(rows=[[4, 4, 8, 8], [65, 4, 8, 8]])),
        "warning: 'car' lies wholly outside the picture (64x48) at 1 keyframe, first at frame 2",
    ),
    "partly outside": (
        video(box(rows=[[60, 4, 8, 8], [4, -1, 8, 8]])),
        "warning: 2 keyframes in 1 tracks reach beyond the picture (64x48), first 'car' at frame 1",
    ),
    "point outside": (video(point(x=80)), "warning: 'ball' lies wholly outside the picture"),
    "line partly outside": (video(line((1, 1), (80, 5))), "warning: 1 keyframes in 1 tracks reach beyond"),
    # masks
    "no png": (video(masks(b"hello")), "error: the mask of frame 1 is not a PNG"),
    "broken png": (video(masks(picture(RED)[:-30])), "error: the mask of frame 1 is a broken PNG"),
    "rgba": (video(masks(other_mode("RGBA"))), "error: the mask of frame 1 is RGBA of 8 bits, not 3-channel RGB"),
    "palette": (video(masks(other_mode("P"))), "is a palette of 8 bits, not"),
    "grey": (video(masks(other_mode("L"))), "is greyscale of 8 bits, not"),
    "colour absent": (
        video(masks(picture(RED), colours=(RED, BLUE))),
        "error: no mask has the colour (0, 0, 255) of 'sky'; give the colour as it is drawn (there: (255, 0, 0))",
    ),
    "colour twice": (
        video(masks(picture(RED), colours=(RED, RED))),
        "error: the colour (255, 0, 0) belongs to",
    ),
    "black": (video(masks(picture(RED), colours=(RED, (0, 0, 0)))), "error: an instance of 'sky' is black"),
    "no colour": (video(masks(picture(RED), colours=(RED, (300, -1, 0)))), "error: (300, -1, 0) of 'sky' is no RGB"),
    "other size": (
        video(masks(picture(RED, size=(24, 32)))),
        "error: the mask of frame 1 has 32x24 pixels and the video 64x48",
    ),
    "sizes differ": (
        video(masks(picture(RED), picture(RED, size=(24, 32)))),
        "error: the masks have different sizes: 64x48 at frame 1, 32x24 at frame 2",
    ),
    "colour unclaimed": (
        video(masks(picture(RED, BLUE))),
        "warning: 1 colours in the masks belong to no instance ((0, 0, 255)); their pixels are ignored",
    ),
    "frame in two lines": (
        video(masks(picture(RED)), masks(picture(RED))),
        "error: frame 1 of clip.mp4 already has a composite mask",
    ),
    "by address": (video(masks("https://x/y.png")), "warning: 1 composite masks are given by address"),
    # lines
    "row": (
        video(box(), key="other.mp4"),
        "error: labels for the global key 'other.mp4', which is not among",
    ),
    "uuid": (video(box(uuid="u"), point(), masks(picture(RED), uuid="u")), "error: the uuid u is also used at"),
}


@pytest.mark.parametrize(("labels", "message"), RAISED.values(), ids=RAISED)
def test_each_rule(labels: LabelledVideo, message: str) -> None:
    findings = found(labels, rows=["clip.mp4"])
    assert any(message in finding for finding in findings), findings


def test_rules_hold_over_several_videos_of_one_row() -> None:
    first, second = video(asked("weather", RADIO, option("dry"))), video(asked("weather", RADIO, option("wet")))
    assert len(found(first, replace(second, row=RowRef("CLIP.MP4")))) == 1
    assert found(first, replace(second, row=RowRef("clip2.mp4"))) == []


def test_too_many_lines_of_one_name() -> None:
    def raised(count: int) -> list[str]:
        return [str(one.finding) for one in checks.lines.check(Scene([video(*[point()] * count)], None, {}))]

    assert raised(5_000) == []
    assert "5,001 annotations of 'ball' on clip.mp4" in raised(5_001)[0]


def test_the_base_of_temporal_ranges() -> None:
    labels = video(asked("light", TEMPORAL, option("on", (0, 100))))
    assert "ranges go from 1 to 100" in found(labels, temporal_base=1)[0]
    last = video(asked("light", TEMPORAL, option("on", (1, 100))))
    assert found(last, temporal_base=1) == []
    assert "ranges go from 1 (temp" in found(labels, temporal_base=1, media={})[0]


def test_what_is_not_known_is_not_checked() -> None:
    labels = video(box("zebra", frames=(500,), rows=[[900, 900, 5, 5]]), masks(picture(RED, size=(24, 32))))
    assert found(labels, ontology=None, media={}) == []
    unknown_row = LabelledVideo(RowRef(id="c" * 25), HERE, tracks=(box(frames=(500,)),))
    assert found(unknown_row, rows=[]) == []


def test_schema_ids() -> None:
    labels = video(replace(box(), feature=Feature(schema_id="F1")))
    (only,) = found(labels)
    assert only.startswith("warning: the tool is given by schema id F1 and the ontology has no ids, so it cannot be")
    known = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")),))
    assert found(labels, ontology=known) == []
    assert (
        "error: the ontology has no tool with the schema id F2"
        in found(video(replace(box(), feature=Feature(schema_id="F2"))), ontology=known)[0]
    )


def test_a_name_beside_a_wrong_schema_id_is_not_suggested_again() -> None:
    known = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")),))
    assert found(video(replace(box(), feature=Feature("car", "F2"))), ontology=known) == [
        "error: the ontology has no tool with the schema id F2; correct the id, or give only the name"
    ]


def test_a_name_that_the_ontology_has_twice() -> None:
    known = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")), Tool(ToolKind.POINT, "car", ids=Ids("F2"))))
    assert "error: the ontology has several features called 'car'" in found(video(box()), ontology=known)[0]
    assert found(video(replace(box(), feature=Feature("car", "F1"))), ontology=known) == []


def test_long_lists_are_cut_and_counted() -> None:
    findings = found(video(*[box(f"zebra {number}") for number in range(25)], box(frames=(0,))))
    assert len(findings) == 22
    assert findings[20].startswith("error: 'car' has frame 0")
    assert "5 more findings of the rule 'tool-unknown' are not listed, the first of them: the ontol" in findings[21]


def test_what_is_the_same_at_many_places_is_said_once() -> None:
    findings = found(video(*[box("zebra")] * 25))
    assert len(findings) == 1
    assert "'zebra' (and at 24 more places)" in findings[0]


def test_every_rule_has_a_case() -> None:
    source = "\n".join(path.read_text("utf-8") for path in Path(checks.__file__).parent.glob("*.py"))
    rules = set(re.findall(r'(?:error|warning|grave)\(\s*"([a-z-]+)"', source))
    rules |= {f"{sort}-unknown" for sort in re.findall(r'self\.unknown\("(\w+)"', source)}
    scenes = [
        Scene([labels], ONTOLOGY, {"clip.mp4": MEDIA["clip.mp4"]}, rows=frozenset({"clip.mp4"}))
        for labels, _ in RAISED.values()
    ]
    raised = {one.rule for scene in scenes for family in checks.FAMILIES for one in family(scene)}
    assert rules - raised == {"lines-too-many", "schema-id-unchecked", "name-ambiguous"}, (
        "these have tests of their own"
    )
    assert len(rules) > 25


def test_the_order_of_findings_is_fixed() -> None:
    labels = video(box("zebra", frames=(0,)), asked("weather", RADIO, option("x", (1, 2))), masks(b"hello"))
    assert found(labels) == found(labels)
