"""Labels that a rule is about, and what it says of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from labelferry.model import Feature, LabelledVideo, MaskInstance
from labelferry.model.rule import Rule
from labelferry.model.rules import AnswerRule, FrameRule, LineRule, MaskRule, NameRule, ShapeRule
from labelferry.ontology import Ids, Ontology, Tool, ToolKind
from tests.unit.checks.labels import (
    BLUE,
    CHECKLIST,
    ONTOLOGY,
    RADIO,
    RED,
    TEMPORAL,
    TEXT,
    asked,
    box,
    line,
    masks,
    option,
    other_mode,
    picture,
    point,
    video,
    words,
)


class Case(NamedTuple):
    """Labels, the rule that they break, and what it says."""

    rule: Rule
    labels: LabelledVideo
    says: str
    ontology: Ontology = ONTOLOGY


TWO_CARS = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")), Tool(ToolKind.POINT, "car", ids=Ids("F2"))))

CASES: Mapping[str, Case] = {
    # names
    "tool": Case(
        NameRule.NAME_MISSPELLED, video(box("cra")), "error: the ontology has no tool 'cra'; did you mean 'car'?"
    ),
    "tool, far off": Case(NameRule.NAME_UNKNOWN, video(box("zebra")), "(there: 'car', 'ball', 'lane', 'sky')"),
    "tool, case": Case(
        NameRule.NAME_MISSPELLED, video(box("Car")), "did you mean 'car'? Names are matched to the letter"
    ),
    "tool is a question": Case(NameRule.NAME_OF_OTHER_KIND, video(box("note")), "'note' is a question there"),
    "question is a tool": Case(
        NameRule.NAME_OF_OTHER_KIND, video(asked("car", TEXT, words("x"))), "'car' is a tool there"
    ),
    "question": Case(
        NameRule.NAME_MISSPELLED,
        video(asked("nothing", RADIO, option("on"))),
        "error: the ontology has no question 'nothing'",
    ),
    "option": Case(
        NameRule.NAME_MISSPELLED,
        video(asked("weather", RADIO, option("wett"))),
        "error: the ontology has no option 'wett' of question 'weather'; did you mean 'wet'?",
    ),
    "nested in a tool": Case(
        NameRule.NAME_UNKNOWN,
        video(box(answers={0: (asked("weather", RADIO, option("wet")),)})),
        "error: the ontology has no question 'weather' of tool 'car'",
    ),
    "nested in a whole track": Case(
        NameRule.NAME_UNKNOWN,
        video(box(classifications=(asked("x", RADIO, option("wet")),))),
        "error: the ontology has no question 'x' of tool 'car'",
    ),
    "nested in an option": Case(
        NameRule.NAME_UNKNOWN,
        video(asked("weather", RADIO, option("wet", inside=(asked("why", RADIO, option("rain")),)))),
        "error: the ontology has no question 'why' of option 'wet' of question 'weather'",
    ),
    "mask tool": Case(
        NameRule.NAME_UNKNOWN,
        video(replace(masks(picture(RED)), instances=(MaskInstance(RED, Feature("sea")),))),
        "error: the ontology has no tool 'sea'",
    ),
    "tool kind": Case(
        NameRule.TOOL_KIND,
        video(point("car")),
        "error: 'car' is a point here and a rectangle in the ontology",
    ),
    "mask kind": Case(
        NameRule.TOOL_KIND,
        video(replace(masks(picture(RED)), instances=(MaskInstance(RED, Feature("car")),))),
        "error: 'car' is a raster-segmentation here and a rectangle in the ontology",
    ),
    "text for options": Case(
        NameRule.QUESTION_KIND,
        video(asked("weather", TEXT, words("wet"))),
        "is answered with a text but is a radio",
    ),
    "options for text": Case(
        NameRule.QUESTION_KIND,
        video(asked("note", RADIO, option("wet"))),
        "is answered with options but is a text",
    ),
    # scopes
    "framed on global": Case(
        AnswerRule.SCOPE_GLOBAL,
        video(asked("weather", RADIO, option("wet", (1, 2)))),
        "error: 'weather' is answered for frames but has scope global",
    ),
    "framed text on global": Case(
        AnswerRule.SCOPE_GLOBAL_TEXT,
        video(asked("note", TEXT, words("x", (1, 2)))),
        "warning: 'note' is answered for frames",
    ),
    "global on index": Case(
        AnswerRule.SCOPE_INDEX,
        video(asked("light", RADIO, option("on"))),
        "warning: 'light' is answered for the whole video",
    ),
    "confidence": Case(
        AnswerRule.CONFIDENCE_IGNORED,
        video(asked("weather", RADIO, option("wet", confidence=0.5))),
        "warning: 1 classification of clip.mp4 with a confidence, which Labelbox ignores, first 'weather'",
    ),
    # answers
    "radio with two": Case(
        AnswerRule.RADIO_SEVERAL_ANSWERS,
        video(asked("weather", CHECKLIST, option("dry"), option("wet"))),
        "error: 'weather' is a radio and has 2 answers: 'dry', 'wet'",
    ),
    "radio at one frame": Case(
        AnswerRule.RADIO_OVERLAP,
        video(asked("light", TEMPORAL, option("on", (0, 9)), option("off", (9, 12)))),
        "error: 'light' is a radio and has two answers at frame 9: 'on' (labels.ndjson:7) and 'off'",
    ),
    "radio inside a range": Case(
        AnswerRule.RADIO_OVERLAP,
        video(asked("light", TEMPORAL, option("on", (0, 50), (2, 3)), option("off", (9, 12)))),
        "two answers at frame 9",
    ),
    "radio over two lines": Case(
        AnswerRule.RADIO_OVERLAP,
        video(asked("light", RADIO, option("on", (1, 5))), asked("light", RADIO, option("off", (5, 9)))),
        "two answers at frame 5",
    ),
    "nested radio at one frame": Case(
        AnswerRule.RADIO_OVERLAP,
        video(
            asked(
                "light",
                TEMPORAL,
                option("on", (0, 9), inside=(asked("why", TEMPORAL, option("sun", (0, 5)), option("rain", (4, 9))),)),
            )
        ),
        "error: 'light' > 'on' > 'why' is a radio and has two answers at frame 4",
    ),
    "radio in a keyframe": Case(
        AnswerRule.RADIO_SEVERAL_ANSWERS,
        video(box(answers={1: (asked("colour", CHECKLIST, option("red"), option("blue")),)})),
        "error: 'car' frame 2 > 'colour' is a radio and has 2 answers",
    ),
    "contradiction": Case(
        AnswerRule.ANSWERED_DIFFERENTLY,
        video(asked("weather", RADIO, option("dry")), asked("weather", RADIO, option("wet"))),
        "error: 'weather' is already answered at labels.ndjson:7, with 'wet' here and 'dry' there",
    ),
    "same answer twice": Case(
        AnswerRule.ANSWERED_TWICE,
        video(asked("weather", RADIO, option("dry")), asked("weather", RADIO, option("dry"))),
        "error: 'weather' is already answered at labels.ndjson:7; keep one",
    ),
    "keyframe answered twice": Case(
        AnswerRule.ANSWERED_DIFFERENTLY,
        video(box(answers={0: (asked("plate", TEXT, words("A")), asked("plate", TEXT, words("B")))})),
        "error: 'car' frame 1 > 'plate' is already answered",
    ),
    # frames
    "frame 0": Case(
        FrameRule.FRAME_BEFORE_FIRST,
        video(box(frames=(0, 1))),
        "error: 'car' has frame 0; the first frame of a video is 1",
    ),
    "frame 101": Case(
        FrameRule.FRAME_BEYOND_END,
        video(box(frames=(99, 101, 102), instance="4")),
        "error: 'car' (track 4) has 2 frames beyond the video's end, up to 102; the video has 100",
    ),
    "mask frame 0": Case(
        FrameRule.FRAME_BEFORE_FIRST, video(masks(picture(RED), first=0)), "error: the mask has frame 0"
    ),
    "mask frame 101": Case(
        FrameRule.FRAME_BEYOND_END,
        video(masks(picture(RED), first=101)),
        "error: the mask has 1 frame beyond the video's end",
    ),
    "range after the video": Case(
        FrameRule.RANGE_OUTSIDE_VIDEO,
        video(asked("light", TEMPORAL, option("on", (90, 100)))),
        "error: answer 'on' of 'light' holds for frames 90-100; ranges go from 0 to 99 (temporal_base is 0)",
    ),
    "child partly outside": Case(
        FrameRule.RANGE_OUTSIDE_PARENT,
        video(
            asked("light", TEMPORAL, option("on", (0, 10), inside=(asked("why", TEMPORAL, option("sun", (5, 15))),)))
        ),
        "error: answer 'sun' of 'light' > 'on' > 'why' holds for frames 5-15, but the answer above it has frames 0-10",
    ),
    "child without parent frames": Case(
        FrameRule.RANGE_OUTSIDE_PARENT,
        video(asked("weather", RADIO, option("wet", inside=(asked("x", TEMPORAL, option("y", (1, 2))),)))),
        "but the answer above it has no frames of its own",
    ),
    "sparse": Case(
        FrameRule.SEGMENTS_SINGLE,
        video(box(frames=(1, 10, 20), segment=np.array([0, 1, 2]))),
        "warning: 'car' has 3 segments of one frame each",
    ),
    # geometry
    "no width": Case(
        ShapeRule.BOX_WITHOUT_AREA,
        video(box(rows=[[4, 4, 8, 8], [4, 4, 0, 8]])),
        "warning: 'car' has 1 box without area, first at",
    ),
    "negative": Case(
        ShapeRule.BOX_WITHOUT_AREA,
        video(box(rows=[[4, 4, -2, 8], [4, 4, 8, -1]])),
        "warning: 'car' has 2 boxes without area",
    ),
    "outside": Case(
        ShapeRule.SHAPE_OUTSIDE,
        video(box(rows=[[4, 4, 8, 8], [65, 4, 8, 8]])),
        "warning: 'car' lies wholly outside the picture (64x48) at 1 keyframe, first at frame 2",
    ),
    "partly outside": Case(
        ShapeRule.SHAPE_PARTLY_OUTSIDE,
        video(box(rows=[[60, 4, 8, 8], [4, -1, 8, 8]])),
        "warning: 2 shapes in 1 track partly outside the picture (64x48), first 'car' at frame 1",
    ),
    "point outside": Case(
        ShapeRule.SHAPE_OUTSIDE, video(point(x=80)), "warning: 'ball' lies wholly outside the picture"
    ),
    "line partly outside": Case(
        ShapeRule.SHAPE_PARTLY_OUTSIDE,
        video(line((1, 1), (80, 5))),
        "warning: 1 shape in 1 track partly outside",
    ),
    # masks
    "no png": Case(MaskRule.MASK_NOT_PNG, video(masks(b"hello")), "error: the mask of frame 1 is not a PNG"),
    "broken png": Case(
        MaskRule.MASK_NOT_PNG,
        video(masks(picture(RED)[:-30])),
        "error: the mask of frame 1 is a broken PNG",
    ),
    "rgba": Case(
        MaskRule.MASK_NOT_RGB,
        video(masks(other_mode("RGBA"))),
        "error: the mask of frame 1 is RGBA of 8 bits, not 3-channel RGB",
    ),
    "palette": Case(MaskRule.MASK_NOT_RGB, video(masks(other_mode("P"))), "is a palette of 8 bits, not"),
    "grey": Case(MaskRule.MASK_NOT_RGB, video(masks(other_mode("L"))), "is greyscale of 8 bits, not"),
    "colour absent": Case(
        MaskRule.MASK_COLOUR_ABSENT,
        video(masks(picture(RED), colours=(RED, BLUE))),
        "error: no mask has the colour (0, 0, 255) of 'sky'; give the colour as it is drawn (there: (255, 0, 0))",
    ),
    "colour twice": Case(
        MaskRule.MASK_COLOUR_TWICE,
        video(masks(picture(RED), colours=(RED, RED))),
        "error: the colour (255, 0, 0) belongs to",
    ),
    "black": Case(
        MaskRule.MASK_COLOUR_BLACK,
        video(masks(picture(RED), colours=(RED, (0, 0, 0)))),
        "error: an instance of 'sky' is black",
    ),
    "no colour": Case(
        MaskRule.MASK_COLOUR_RANGE,
        video(masks(picture(RED), colours=(RED, (300, -1, 0)))),
        "error: (300, -1, 0) of 'sky' is not an RGB",
    ),
    "other size": Case(
        MaskRule.MASK_SIZE_NOT_VIDEO,
        video(masks(picture(RED, size=(24, 32)))),
        "error: the mask of frame 1 has 32x24 pixels and the video 64x48",
    ),
    "sizes differ": Case(
        MaskRule.MASK_SIZES_DIFFER,
        video(masks(picture(RED), picture(RED, size=(24, 32)))),
        "error: the masks have different sizes: 64x48 at frame 1, 32x24 at frame 2",
    ),
    "colour unclaimed": Case(
        MaskRule.MASK_COLOUR_UNCLAIMED,
        video(masks(picture(RED, BLUE))),
        "warning: 1 colour in the masks without an instance ((0, 0, 255)); their pixels are ignored",
    ),
    "frame in two lines": Case(
        MaskRule.MASK_FRAME_TWICE,
        video(masks(picture(RED)), masks(picture(RED))),
        "error: frame 1 of clip.mp4 already has a composite mask",
    ),
    "by URL": Case(MaskRule.MASK_BY_URL, video(masks("https://x/y.png")), "warning: 1 composite mask is given by URL"),
    # lines
    "row": Case(
        LineRule.ROW_UNKNOWN,
        video(box(), key="other.mp4"),
        "error: labels for the global key 'other.mp4', which is not among",
    ),
    "uuid": Case(
        LineRule.UUID_TWICE,
        video(box(uuid="u"), point(), masks(picture(RED), uuid="u")),
        "error: the uuid u is also used at",
    ),
    "lines": Case(
        LineRule.LINES_TOO_MANY,
        video(*[point()] * 5_001),
        "error: 5,001 annotations of 'ball' on clip.mp4; an import takes 5,000 per row",
    ),
    "schema id, no ids": Case(
        NameRule.SCHEMA_ID_UNCHECKED,
        video(replace(box(), feature=Feature(schema_id="F1"))),
        "warning: the tool is given by schema id F1 and the ontology has no ids, so it cannot be checked",
    ),
    "schema id": Case(
        NameRule.SCHEMA_ID_UNKNOWN,
        video(replace(box(), feature=Feature(schema_id="F2"))),
        "error: the ontology has no tool with the schema id F2; correct the id, or give only the name",
        Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")),)),
    ),
    "name twice": Case(
        NameRule.NAME_AMBIGUOUS,
        video(box()),
        "error: the ontology has several features called 'car'",
        TWO_CARS,
    ),
}
