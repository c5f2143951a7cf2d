"""An ontology as a file to edit: read back, it is the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from labelferry.desired.build import build
from labelferry.desired.classes import editable_ontology
from labelferry.ontology import Ontology, Option, Question, Tool
from labelferry.ontology.file import read
from labelferry.ontology.kinds import Scope
from labelferry.ontology.text import as_yaml
from labelferry.spec.load import load_spec

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("car", "yes", "007", "a: b #c", "- x", "'\"\\", "1e3", "~", "\u00e9\u2028x", "true", "[x]", "null", "_")
COLOUR = Question("radio", "colour", (Option("red"), Option("blue", questions=(Question("text", "shade"),))))


def same(one: Ontology, folder: Path) -> bool:
    (folder / "ontology.yaml").write_text(as_yaml(one, {"car": "3 lines\n- tool: evil"}), "utf-8")
    return read(folder / "ontology.yaml") == one


def test_tools_and_questions_in_every_depth(tmp_path: Path) -> None:
    weather = Question("checklist", "weather", (Option("rain"), Option("sun")), scope=Scope.INDEX, required=True)
    weather = replace(weather, instructions="What is it like?")
    tools = (Tool("rectangle", "car", (COLOUR,), required=True), Tool("raster-segmentation", "road"))
    assert same(Ontology(tools, (weather, Question("text", "note"))), tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_any_name(tmp_path: Path, name: str) -> None:
    assert same(Ontology((Tool("point", name),), (Question("radio", f"{name}?", (Option(name),)),)), tmp_path)


def test_the_ontology_of_labels_with_counts(tmp_path: Path) -> None:
    desired = build(load_spec(ROOT / "config/examples/guide/prelabels.yaml"), tmp_path)
    text = editable_ontology(desired)
    assert "  # 3 lines in 1 video\n  - tool: rectangle\n    name: bbox_video\n" in text
    (tmp_path / "ontology.yaml").write_text(text, "utf-8")
    names = [each.names for each in read(tmp_path / "ontology.yaml").walk()]
    assert names == [each.names for each in Ontology.from_normalized(desired.ontology() or {}).walk()]
