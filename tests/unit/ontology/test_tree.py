"""The tree: look-ups, the fingerprint, and what tells two ontologies apart."""

from dataclasses import replace

import pytest

from labelferry.errors import SpecError
from labelferry.model import Feature
from labelferry.ontology import (
    DifferenceKind,
    Ids,
    Ontology,
    OntologyDifference,
    Option,
    Question,
    QuestionKind,
    Scope,
    Tool,
    ToolKind,
    diff,
    lacks,
)
from labelferry.ontology.diff import PathStep

RADIO = Question(QuestionKind.RADIO, "state", (Option("on"), Option("off")), Scope.INDEX)
CAR = Tool(ToolKind.BOX, "car", (Question(QuestionKind.TEXT, "plate"),))
ONTOLOGY = Ontology((CAR, Tool(ToolKind.POINT, "ball")), (RADIO,))


def with_ids(ontology: Ontology) -> Ontology:
    normalized = ontology.to_normalized()
    normalized["tools"][0] |= {"featureSchemaId": "F1", "schemaNodeId": "S1"}
    normalized["tools"][0]["classifications"][0]["featureSchemaId"] = "F2"
    return Ontology.from_normalized(normalized)


def test_look_ups_by_name_and_by_schema_id() -> None:
    known = with_ids(ONTOLOGY)
    tool = known.tool(Feature("car"))
    assert tool is not None
    assert tool.ids == Ids("F1", "S1")
    assert known.tool(Feature(schema_id="F1")) is tool
    assert known.tool(Feature("car", "other")) is None
    assert tool.question(Feature(schema_id="F2")) is tool.questions[0]
    assert known.has_ids
    assert not ONTOLOGY.has_ids
    assert ONTOLOGY.tool(Feature("car", "not known here")) is CAR
    assert ONTOLOGY.tool(Feature(schema_id="F1")) is None


def test_an_option_is_found_by_value_before_label() -> None:
    question = Question(QuestionKind.RADIO, "q", (Option("a", "b"), Option("b", "c")))
    assert question.option(Feature("b")) is question.options[1]
    assert question.option(Feature("c")) is question.options[1]


def test_the_fingerprint_forgets_ids_colours_and_order_only() -> None:
    turned = Ontology(ONTOLOGY.tools[::-1], (Question("radio", "state", RADIO.options[::-1], Scope.INDEX),))
    assert with_ids(ONTOLOGY).fingerprint() == ONTOLOGY.fingerprint() == turned.fingerprint()
    assert diff(ONTOLOGY, turned) == []
    for other in OTHERS:
        assert other.fingerprint() != ONTOLOGY.fingerprint()
        assert diff(ONTOLOGY, other)


OTHERS = {
    Ontology(ONTOLOGY.tools[:1], (RADIO,)): "tool 'ball' is superfluous",
    Ontology((*ONTOLOGY.tools, Tool(ToolKind.MASK, "sky")), (RADIO,)): "tool 'sky' is missing",
    Ontology((CAR, Tool(ToolKind.LINE, "ball")), (RADIO,)): "tool 'ball': kind is 'point', expected 'line'",
    Ontology(ONTOLOGY.tools, (Question("radio", "state", RADIO.options),)): (
        "question 'state': scope is 'index', expected 'global'"
    ),
    Ontology(ONTOLOGY.tools, (Question("radio", "state", (*RADIO.options, Option("?")), Scope.INDEX),)): (
        "option '?' of question 'state' is missing"
    ),
    Ontology((Tool("rectangle", "car"), ONTOLOGY.tools[1]), (RADIO,)): "question 'plate' of tool 'car' is superfluous",
    Ontology((Tool("rectangle", "car", CAR.questions, required=True), ONTOLOGY.tools[1]), (RADIO,)): (
        "tool 'car': required is false, expected true"
    ),
    Ontology(ONTOLOGY.tools, (Question("radio", "state", RADIO.options, Scope.INDEX, extra={"uiMode": "hotkey"}),)): (
        "question 'state': uiMode is not set, expected 'hotkey'"
    ),
}


@pytest.mark.parametrize(("want", "line"), OTHERS.items(), ids=OTHERS.values())
def test_diff_says_what_is_different(want: Ontology, line: str) -> None:
    assert list(map(str, diff(ONTOLOGY, want))) == [line]
    assert list(map(str, lacks(ONTOLOGY, want))) == ([] if line.endswith("superfluous") else [line])


KINDS = DifferenceKind
PLATE = (PathStep("tool", "car"), PathStep("question", "plate"))
DIFFERENCES = {
    Ontology(ONTOLOGY.tools[:1], (RADIO,)): OntologyDifference(KINDS.SUPERFLUOUS, (PathStep("tool", "ball"),)),
    Ontology((Tool(ToolKind.BOX, "car"), ONTOLOGY.tools[1]), (RADIO,)): OntologyDifference(KINDS.SUPERFLUOUS, PLATE),
    Ontology((*ONTOLOGY.tools, Tool(ToolKind.MASK, "sky")), (RADIO,)): OntologyDifference(
        KINDS.MISSING, (PathStep("tool", "sky"),)
    ),
    Ontology((CAR, Tool(ToolKind.LINE, "ball")), (RADIO,)): OntologyDifference(
        KINDS.KIND, (PathStep("tool", "ball"),), ToolKind.POINT, ToolKind.LINE
    ),
    Ontology((replace(CAR, questions=(replace(CAR.questions[0], required=True),)), ONTOLOGY.tools[1]), (RADIO,)): (
        OntologyDifference(KINDS.REQUIRED, PLATE, False, True)
    ),
    Ontology(ONTOLOGY.tools, (replace(RADIO, instructions="say"),)): OntologyDifference(
        KINDS.INSTRUCTIONS, (PathStep("question", "state"),), "state", "say"
    ),
    Ontology(ONTOLOGY.tools, (replace(RADIO, scope=Scope.GLOBAL),)): OntologyDifference(
        KINDS.SCOPE, (PathStep("question", "state"),), Scope.INDEX, Scope.GLOBAL
    ),
    Ontology(ONTOLOGY.tools, (replace(RADIO, options=(Option("on", "On"), Option("off"))),)): OntologyDifference(
        KINDS.LABEL, (PathStep("question", "state"), PathStep("option", "on")), "on", "On"
    ),
    Ontology(ONTOLOGY.tools, (replace(RADIO, extra={"uiMode": "hotkey"}),)): OntologyDifference(
        KINDS.EXTRA, (PathStep("question", "state"),), None, "hotkey", "uiMode"
    ),
}


@pytest.mark.parametrize(("want", "difference"), DIFFERENCES.items(), ids=map(str, DIFFERENCES.values()))
def test_a_difference_is_data(want: Ontology, difference: OntologyDifference) -> None:
    assert diff(ONTOLOGY, want) == [difference]


def test_every_kind_of_difference_is_found() -> None:
    assert {each.kind for each in DIFFERENCES.values()} == set(DifferenceKind)


def test_the_position_of_an_option_does_not_count() -> None:
    moved = replace(RADIO, options=(Option("on", extra={"position": 1}), Option("off", extra={"position": 0})))
    assert diff(ONTOLOGY, Ontology(ONTOLOGY.tools, (moved,))) == []


def test_the_scope_of_a_nested_question_does_not_count() -> None:
    plate = replace(CAR.questions[0], scope=Scope.INDEX)
    assert diff(ONTOLOGY, Ontology((replace(CAR, questions=(plate,)), ONTOLOGY.tools[1]), (RADIO,))) == []


def test_the_service_may_have_kinds_that_video_imports_do_not_take() -> None:
    normalized = {"tools": [{"tool": "polygon", "name": "p", "color": "#fff"}], "classifications": []}
    assert Ontology.from_normalized(normalized).tools == (Tool("polygon", "p", colour="#fff"),)


@pytest.mark.parametrize("wrong", [{}, {"tools": [], "classifications": [{}]}, {"tools": 1}, {"tools": ["a"]}])
def test_what_is_not_normalised_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SpecError, match="not a normalised ontology"):
        Ontology.from_normalized(wrong)


def test_walk_meets_every_feature() -> None:
    assert [item.names[0] for item in ONTOLOGY.walk()] == ["car", "plate", "ball", "state", "on", "off"]


def test_the_fingerprint_forgets_the_order_of_what_labelbox_keeps_for_itself() -> None:
    one, other = (
        Tool(ToolKind.BOX, "car", extra={"attributes": kept}) for kept in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    )
    assert Ontology((one,)).fingerprint() == Ontology((other,)).fingerprint()
