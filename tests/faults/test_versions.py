"""An existing ontology with different content: a readable difference and a stop, or a new version."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import ONTOLOGY, Streets, box
from tests.faults.sweep import KILLED
from tests.faults.world import normalised, requests

GROWN = f"{ONTOLOGY}  - {{tool: BBOX, name: lorry}}\n"
OTHER = "tools:\n  - {tool: BBOX, name: lorry}\n"
LORRY = box("street-1", 5, name="lorry")
NEW = {"on_ontology_change": "new-version"}


def trees(streets: Streets) -> dict[str, dict[str, str]]:
    """The tools of each ontology: name -> featureSchemaId."""
    return {
        row["name"]: {tool["name"]: tool["featureSchemaId"] for tool in orjson.loads(row["normalized"])["tools"]}
        for row in streets.localbox.state()["ontologies"]
    }


def connected(streets: Streets) -> str:
    """The name of the ontology that the project works with."""
    state = streets.localbox.state()
    (project,) = state["projects"]
    return next(row["name"] for row in state["ontologies"] if row["id"] == project["ontology_id"])


def nothing_to_do(streets: Streets) -> None:
    streets.localbox.forget()
    assert streets.run() == (0, "")
    assert streets.localbox.mutations() == []
    assert streets.report()["outcome"] == "nothing to do"


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_a_new_version_is_made_beside_it_and_connected(imported_as: str, streets: Streets) -> None:
    streets.write([box("street-1", 1)], imported_as)
    assert streets.run() == (0, "")
    streets.write([box("street-1", 1), box("street-2", 2, name="lorry")], imported_as, GROWN)
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "tool 'lorry' is missing" in message
    assert "set on_ontology_change: new-version" in message
    assert streets.localbox.mutations() == []
    streets.write([box("street-1", 1), box("street-2", 2, name="lorry")], imported_as, GROWN, **NEW)
    assert streets.run() == (0, "")
    first, second = trees(streets).items()
    assert first[0] == "Streets"
    assert second[0].startswith("Streets (version ")
    assert second[1]["car"] == first[1]["car"]
    assert connected(streets) == second[0]
    nothing_to_do(streets)
    streets.lose_ledger()
    nothing_to_do(streets)
    streets.write([box("street-1", 1), box("street-2", 2, name="lorry")], imported_as, GROWN)
    nothing_to_do(streets)


@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_at_the_requests_of_a_new_version(side: str, every: int, streets: Streets) -> None:
    def versioned(number: int) -> int:
        streets.home = streets.bench.fresh()
        streets.write([box("street-1", 1)])
        assert streets.run() == (0, "")
        streets.write([box("street-1", 1), LORRY], ontology=GROWN, **NEW)
        return streets.kill(number, side)

    assert versioned(0) == 0
    whole, clean = len(requests(streets.home)), normalised(streets.localbox.state())
    for number in range(1, whole + 1, every):
        assert versioned(number) == KILLED
        assert streets.run() == (0, ""), number
        assert normalised(streets.localbox.state()) == clean, number


def test_a_version_that_takes_features_away_from_labels_is_refused(streets: Streets) -> None:
    streets.write([box("street-1", 1)], "ground-truth")
    assert streets.run() == (0, "")
    streets.write([box("street-1", 1), box("street-2", 2)], "ground-truth", **NEW)
    code, message = streets.run()
    assert (code, message) == (0, "")
    streets.write([box("street-3", 5, name="lorry")], "ground-truth", OTHER, **NEW)
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "would remove features from a project that has labels:\n  tool 'car' is missing" in message
    assert streets.localbox.mutations() == []


def asking(kind: str, *options: str) -> str:
    """The ontology with a question."""
    return f"{ONTOLOGY}classifications:\n  - {{class_type: {kind}, name: weather, options: [{', '.join(options)}]}}\n"


def said(row: str, option: str) -> dict[str, Any]:
    return {"dataRow": {"globalKey": row}, "name": "weather", "answer": {"name": option}}


def weather(streets: Streets) -> tuple[str, dict[str, str]]:
    """The schema ids of the question and of its options, in the ontology that the project works with."""
    name = connected(streets)
    (tree,) = [row["normalized"] for row in streets.localbox.state()["ontologies"] if row["name"] == name]
    (question,) = orjson.loads(tree)["classifications"]
    return question["featureSchemaId"], {each["value"]: each["featureSchemaId"] for each in question["options"]}


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_a_new_option_of_a_question(imported_as: str, streets: Streets) -> None:
    """The question and the options that were there stay what they were, so that their labels do too."""
    labels = [said("street-1", "rain"), said("street-2", "snow")]
    streets.write(labels[:1], imported_as, asking("RADIO", "rain", "sun"))
    assert streets.run() == (0, "")
    question, before = weather(streets)
    streets.write(labels, imported_as, asking("RADIO", "rain", "snow", "sun"))
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "option 'snow' of question 'weather' is missing" in message
    assert streets.localbox.mutations() == []
    streets.write(labels, imported_as, asking("RADIO", "rain", "snow", "sun"), **NEW)
    assert streets.run() == (0, "")
    again, after = weather(streets)
    assert again == question
    assert list(after) == ["rain", "snow", "sun"]
    assert {option: after[option] for option in before} == before
    assert after["snow"] not in before.values()
    assert len(streets.localbox.state()["annotations"]) == 2
    nothing_to_do(streets)
    streets.lose_ledger()
    nothing_to_do(streets)


def test_a_question_of_another_kind(streets: Streets) -> None:
    """It is another question: created next to the old one while no label needs that one, and refused when one does."""
    streets.write([box("street-1", 1)], ontology=asking("RADIO", "rain", "sun"))
    assert streets.run() == (0, "")
    question, before = weather(streets)
    streets.write([box("street-1", 1)], ontology=asking("CHECKLIST", "rain", "sun"), **NEW)
    assert streets.run() == (0, "")
    again, after = weather(streets)
    assert again != question
    assert not {*before.values()} & {*after.values()}
    nothing_to_do(streets)


def test_a_question_of_another_kind_that_labels_may_hang_on(streets: Streets) -> None:
    streets.write([said("street-1", "rain")], "ground-truth", asking("RADIO", "rain", "sun"))
    assert streets.run() == (0, "")
    streets.write([box("street-2", 1)], "ground-truth", asking("CHECKLIST", "rain", "sun"), **NEW)
    streets.localbox.forget()
    code, message = streets.run()
    assert code == 4
    assert "remove features" in message
    assert "question 'weather': kind is 'checklist'" in message
    assert "car" not in message
    assert streets.localbox.mutations() == []


def inferred(streets: Streets, labels: list[dict[str, Any]], **policies: str) -> None:
    """The ontology is built from the labels."""
    streets.write(labels, **policies)
    spec = Path(streets.job.specs[0])
    spec.write_text(spec.read_text("utf-8").replace("file: ontology.yaml", "from: labels"), "utf-8")


def test_an_inferred_ontology_grows_from_version_to_version(streets: Streets) -> None:
    """Each includes what the earlier ones had, whether or not the labels still use it."""
    inferred(streets, [box("street-1", 1)])
    assert streets.run() == (0, "")
    for number, name in enumerate(("lorry", "tram", "bus"), 2):
        inferred(streets, [box("street-1", 1), box(f"street-{number}", 1, name=name)], **NEW)
        assert streets.run() == (0, "")
        assert {"car", name} <= trees(streets)[connected(streets)].keys()
        nothing_to_do(streets)
    assert len(trees(streets)) == 4
    assert list(trees(streets)[connected(streets)]) == ["car", "bus", "tram", "lorry"]
    inferred(streets, [box("street-1", 1), box("street-2", 1, name="lorry")])
    nothing_to_do(streets)


def test_a_project_with_an_ontology_of_another_name_is_left_alone(streets: Streets) -> None:
    with streets.client() as client:
        project = client.projects.create("Streets", "VIDEO").id
        tree = {"tools": [], "classifications": []}
        client.projects.connect_ontology(project, client.ontologies.create("Theirs", tree, "VIDEO").id)
    streets.write([box("street-1", 1)], **NEW)
    code, message = streets.run()
    assert code == 4
    assert "uses ontology 'Theirs'" in message
    assert connected(streets) == "Theirs"
