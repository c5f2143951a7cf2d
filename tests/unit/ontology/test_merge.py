"""A version of an ontology: what both have keeps its ids at every depth; what is of another kind is another feature."""

from itertools import count

import pytest

from labelferry.ontology import Ids, Ontology, Option, Question, Scope, Tool, ToolKind, diff, lacks, merge
from labelferry.ontology.diff import DifferenceKind

OLD = Ontology(
    tools=(
        Tool(ToolKind.BOX, "car", (Question("radio", "colour", (Option("red"), Option("blue"))),), colour="#112233"),
        Tool(ToolKind.POINT, "lamp"),
    ),
    questions=(
        Question("radio", "weather", (Option("dry", questions=(Question("text", "why"),)), Option("wet")), Scope.INDEX),
    ),
)


def known(ontology: Ontology) -> Ontology:
    """The same as the service would answer it: every feature with ids of its own."""
    numbers = count()

    def named(node: dict) -> dict:  # type: ignore[type-arg]
        inner = {key: [named(item) for item in value] for key, value in node.items() if isinstance(value, list)}
        number = next(numbers)
        return {**node, **inner, "featureSchemaId": f"F{number}", "schemaNodeId": f"S{number}"}

    tree = ontology.to_normalized()
    return Ontology.from_normalized({key: [named(item) for item in items] for key, items in tree.items()})


def ids(ontology: Ontology) -> dict[str, Ids]:
    """The ids of every feature, by its name (and kind, of which an option has none)."""
    return {f"{getattr(item, 'kind', 'option')} {item.names[0]}": item.ids for item in ontology.walk()}


def test_a_new_option_is_new_and_the_others_stay_what_they_were() -> None:
    colours = Question("radio", "colour", (Option("green"), Option("red"), Option("blue")))
    new = Ontology((Tool(ToolKind.BOX, "car", (colours,)), *OLD.tools[1:]), OLD.questions)
    version = merge(known(OLD), new, grown=False)
    assert ids(version) == {**ids(known(OLD)), "option green": Ids()}
    assert diff(version, new) == []
    assert [option.value for option in version.tools[0].questions[0].options] == ["green", "red", "blue"]


def test_a_new_option_under_a_nested_question() -> None:
    dry = Option("dry", questions=(Question("radio", "since", (Option("hours"),)), Question("text", "why")))
    new = Ontology(OLD.tools, (Question("radio", "weather", (dry, Option("wet")), Scope.INDEX),))
    version = merge(known(OLD), new, grown=False)
    assert ids(version) == {**ids(known(OLD)), "radio since": Ids(), "option hours": Ids()}


@pytest.mark.parametrize("grown", [False, True])
def test_what_is_of_another_kind_is_another_feature(grown: bool) -> None:
    """With everything in it: an answer of a radio is not an answer of a checklist."""
    weather = Question("checklist", "weather", OLD.questions[0].options, Scope.INDEX)
    new = Ontology((Tool(ToolKind.LINE, "car", OLD.tools[0].questions), OLD.tools[1]), (weather,))
    version = merge(known(OLD), new, grown=grown)
    assert {name for name, found in ids(version).items() if found != Ids()} == {"point lamp"}
    assert [(each.kind, each.path[-1].name, each.held, each.wanted) for each in lacks(version, OLD)] == [
        (DifferenceKind.KIND, "car", "line", "rectangle"),
        (DifferenceKind.KIND, "weather", "checklist", "radio"),
    ]
    assert diff(version, new) == []


NEW_ONLY = ["sky", "car", "colour", "black", "red"]
GROWN = ["sky", "car", "colour", "black", "red", "blue", "lamp", "weather", "dry", "why", "wet"]


@pytest.mark.parametrize(("grown", "names"), [(False, NEW_ONLY), (True, GROWN)])
def test_only_one_that_grows_keeps_what_the_new_one_no_longer_has(grown: bool, names: list[str]) -> None:
    car = Tool(ToolKind.BOX, "car", (Question("radio", "colour", (Option("black"), Option("red"))),))
    version = merge(known(OLD), Ontology((Tool(ToolKind.MASK, "sky"), car)), grown=grown)
    assert [item.names[0] for item in version.walk()] == names
    assert {name for name, found in ids(version).items() if found == Ids()} == {
        "raster-segmentation sky",
        "option black",
    }


def test_colours_stay_unless_they_are_chosen_anew() -> None:
    car, lamp = Tool(ToolKind.BOX, "car"), Tool(ToolKind.POINT, "lamp", colour="#ff0000")
    version = merge(known(OLD), Ontology((car, lamp)), grown=False)
    assert [tool.colour for tool in version.tools] == ["#112233", "#ff0000"]
