"""Everything that an ontology can say, at every level: read from a file, and from the normalised form and back."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from labelferry.ontology import Ids, Ontology, Option, Question, QuestionKind, Scope, Tool, ToolKind
from labelferry.ontology.file import read


def ids(of: str) -> dict[str, str]:
    return {"featureSchemaId": f"f-{of}", "schemaNodeId": f"s-{of}"}


def known(of: str) -> Ids:
    return Ids(f"f-{of}", f"s-{of}")


SHOWN = [{"attributeName": "auto-ocr"}]
PLATE = {"type": "text", "name": "plate", "instructions": "As on the car", "required": True, **ids("plate")}
WHY = {"type": "radio", "name": "why", "options": [{"value": "sun"}]}
FULL: dict[str, Any] = {
    "tools": [
        {
            "tool": "rectangle",
            "name": "car",
            "required": True,
            "color": "#102030",
            "classifications": [PLATE],
            **ids("car"),
            "attributes": SHOWN,
        },
        {"tool": "point", "name": "ball"},
    ],
    "classifications": [
        {
            "type": "checklist",
            "name": "seen",
            "instructions": "Whom do you see?",
            "required": True,
            "scope": "index",
            "options": [
                {"value": "dog", "label": "Dog", "position": 3, "options": [WHY], **ids("dog")},
                {"value": "cat"},
            ],
            "attributes": SHOWN,
            "uiMode": "searchable",
            "isLikertScale": True,
            **ids("seen"),
        },
        {"type": "text", "name": "note", "options": [{"type": "text", "name": "more"}]},
    ],
}
TREE = Ontology(
    tools=(
        Tool(
            ToolKind.BOX,
            "car",
            (Question(QuestionKind.TEXT, "plate", required=True, instructions="As on the car", ids=known("plate")),),
            required=True,
            colour="#102030",
            ids=known("car"),
            extra={"attributes": SHOWN},
        ),
        Tool(ToolKind.POINT, "ball"),
    ),
    questions=(
        Question(
            QuestionKind.CHECKLIST,
            "seen",
            (
                Option(
                    "dog",
                    "Dog",
                    (Question(QuestionKind.RADIO, "why", (Option("sun"),)),),
                    ids=known("dog"),
                    extra={"position": 3},
                ),
                Option("cat"),
            ),
            Scope.INDEX,
            required=True,
            instructions="Whom do you see?",
            ids=known("seen"),
            extra={"attributes": SHOWN, "uiMode": "searchable", "isLikertScale": True},
        ),
        Question(QuestionKind.TEXT, "note", questions=(Question(QuestionKind.TEXT, "more"),)),
    ),
)


def plain(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    text = yaml.safe_dump(content) if path.suffix == ".yaml" else orjson.dumps(content).decode()
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ["ontology.yaml", "ontology.json"])
def test_all_that_a_file_says_is_kept(name: str, tmp_path: Path) -> None:
    assert read(plain(tmp_path, name, FULL)) == TREE


SPELLINGS = {"feature_schema_id": "featureSchemaId", "schema_id": "schemaNodeId", "class_type": "type"}


def test_the_official_builders_spellings(tmp_path: Path) -> None:
    text = orjson.dumps(FULL).decode()
    for python, normalised in SPELLINGS.items():
        text = text.replace(f'"{normalised}"', f'"{python}"')
    text = text.replace('"uiMode"', '"ui_mode"').replace('"isLikertScale"', '"is_likert_scale"')
    assert read(plain(tmp_path, "ontology.json", orjson.loads(text))) == TREE


def test_the_normalised_form_keeps_it_too() -> None:
    again = Ontology.from_normalized(orjson.loads(orjson.dumps(TREE.to_normalized())))
    (first, second), questions = again.tools, again.questions
    assert (first, questions) == (TREE.tools[0], TREE.questions)
    assert (second.name, second.colour) == ("ball", "#00ffff")


def test_the_normalised_form_of_everything() -> None:
    tool, ball = TREE.to_normalized()["tools"]
    assert tool.items() >= {"tool": "rectangle", "required": True, "color": "#102030", "attributes": SHOWN}.items()
    assert tool.items() >= ids("car").items()
    (plate,) = tool["classifications"]
    assert plate == PLATE | {"options": [], "attributes": None}
    assert ball == {
        "tool": "point",
        "name": "ball",
        "required": False,
        "color": "#00ffff",
        "classifications": [],
        "featureSchemaId": None,
        "schemaNodeId": None,
        "attributes": None,
    }
    seen, note = TREE.to_normalized()["classifications"]
    assert (seen["scope"], note["scope"]) == ("index", "global")
    assert [option["label"] for option in seen["options"]] == ["Dog", "cat"]
    assert [option.get("position") for option in seen["options"]] == [3, None]
    assert "scope" not in seen["options"][0]["options"][0]
    assert note["options"][0]["instructions"] == "more"


def changed(at: str, **fields: Any) -> Ontology:
    """The tree with one thing in another way."""
    data = orjson.loads(orjson.dumps(TREE.to_normalized()))
    data[at][0] |= fields
    return Ontology.from_normalized(data)


MEANS_ANOTHER = {
    "a name": changed("tools", name="bus"),
    "a kind": changed("tools", tool="line"),
    "required": changed("tools", required=False),
    "instructions": changed("classifications", instructions="Whom?"),
    "a scope": changed("classifications", scope="global"),
    "attributes": changed("tools", attributes=[{"attributeName": "other"}]),
    "how it is shown": changed("classifications", uiMode="hotkey"),
}
MEANS_THE_SAME = {
    "a colour": changed("tools", color="#ffffff"),
    "ids": changed("classifications", featureSchemaId="x", schemaNodeId="y"),
    "another order": Ontology(TREE.tools[::-1], TREE.questions[::-1]),
}


@pytest.mark.parametrize("other", MEANS_ANOTHER.values(), ids=MEANS_ANOTHER)
def test_what_means_another_ontology(other: Ontology) -> None:
    assert other.fingerprint() != TREE.fingerprint()


@pytest.mark.parametrize("other", MEANS_THE_SAME.values(), ids=MEANS_THE_SAME)
def test_what_means_the_same_ontology(other: Ontology) -> None:
    assert other.fingerprint() == TREE.fingerprint()


def test_keys_of_attributes_may_come_in_any_order() -> None:
    one, other = ({"attributes": [dict(pairs)]} for pairs in ([("a", 1), ("b", 2)], [("b", 2), ("a", 1)]))
    trees = [Ontology((Tool(ToolKind.BOX, "car", extra=extra),)) for extra in (one, other)]
    assert trees[0].fingerprint() == trees[1].fingerprint()
