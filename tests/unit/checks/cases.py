"""Labels that a rule is about, and what it says of them."""

from collections.abc import Mapping
from dataclasses import replace

from labelferry.model import Feature, MaskObject
from labelferry.model.rules import AnswerRule, LineRule, NameRule
from labelferry.ontology import Ids, Ontology, Tool, ToolKind
from tests.unit.checks.labels import (
    CHECKLIST,
    RADIO,
    RED,
    TEMPORAL,
    TEXT,
    Case,
    asked,
    box,
    masks,
    option,
    picture,
    point,
    video,
    words,
)
from tests.unit.checks.space_and_time import CASES as CASES_OF_SPACE_AND_TIME

TWO_CARS = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")), Tool(ToolKind.POINT, "car", ids=Ids("F2"))))

CASES: Mapping[str, Case] = {
    **CASES_OF_SPACE_AND_TIME,
    # names
    "tool": Case(
        NameRule.NAME_MISSPELLED, video(box("cra")), "error: the ontology has no tool 'cra'; did you mean 'car'?"
    ),
    "tool, far off": Case(NameRule.NAME_UNKNOWN, video(box("zebra")), "(it has: 'car', 'ball', 'lane', 'sky')"),
    "tool, case": Case(NameRule.NAME_MISSPELLED, video(box("Car")), "did you mean 'car'? Names must match exactly"),
    "tool, capitals": Case(NameRule.NAME_MISSPELLED, video(box("LANE")), "did you mean 'lane'?"),
    "tool is a question": Case(NameRule.NAME_OF_OTHER_KIND, video(box("note")), "'note' is a question in it"),
    "question is a tool": Case(
        NameRule.NAME_OF_OTHER_KIND, video(asked("car", TEXT, words("x"))), "'car' is a tool in it"
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
        video(replace(masks(picture(RED)), instances=(MaskObject(RED, Feature("sea")),))),
        "error: the ontology has no tool 'sea'",
    ),
    "tool kind": Case(
        NameRule.TOOL_KIND,
        video(point("car")),
        "error: 'car' is a point here and a rectangle in the ontology",
    ),
    "mask kind": Case(
        NameRule.TOOL_KIND,
        video(replace(masks(picture(RED)), instances=(MaskObject(RED, Feature("car")),))),
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
        "warning: 'weather' is answered for frames but has scope global",
    ),
    "framed text on global": Case(
        AnswerRule.SCOPE_GLOBAL,
        video(asked("note", TEXT, words("x", (1, 2)))),
        "warning: 'note' is answered for frames",
    ),
    "nested in an answer on keyframes": Case(
        AnswerRule.NESTED_UNDER_KEYFRAME,
        video(
            box(
                instance="4",
                answers={
                    0: (asked("colour", RADIO, option("red")),),
                    1: (asked("colour", RADIO, option("blue", inside=(asked("why", RADIO, option("sun")),) * 2)),),
                },
            )
        ),
        "warning: 2 questions nested in an answer on a keyframe, first 'car' frame 2 > 'colour' > 'blue' > 'why'",
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
        video(asked("light", TEMPORAL, option("off", (9, 12)), option("on", (2, 3), (0, 50)))),
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
    # lines
    "row": Case(
        LineRule.ROW_UNKNOWN,
        video(box(), key="other.mp4"),
        "error: labels for the global key 'other.mp4', which is not among",
    ),
    "row, nearly": Case(
        LineRule.ROW_MISSPELLED, video(box(), key="clip"), "not among the videos; did you mean 'clip.mp4'?"
    ),
    "tool, in other letters": Case(
        NameRule.NAME_LOOKS_ALIKE, video(box("ca\u200br")), "it has 'car', which looks the same and differs in U+200B"
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
