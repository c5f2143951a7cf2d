"""Ontology files: both shapes are read, and every mistake is refused with its place."""

import json
import os
from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.ontology import Ontology, Option, Question, QuestionKind, Scope, Tool, ToolKind
from labelferry.ontology.file import read

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("LABELFERRY_SHARED", HERE.parents[2] / "shared"))


def write(folder: Path, text: str, name: str = "ontology.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_guides_ontology_is_normalised_as_the_sdk_does() -> None:
    golden = SHARED / "goldens" / "seed_ontology.json"
    if not golden.is_file():
        pytest.skip(f"{golden} is not there; set LABELFERRY_SHARED")
    expected = json.loads(golden.read_text("utf-8"))
    normalized = read(HERE / "guide.yaml").to_normalized()
    assert [tool["color"] for tool in normalized["tools"]] == expected["raw_colors"]
    for tool in normalized["tools"]:
        tool["color"] = "<color>"
    # As texts, so that the order of keys counts too.
    assert json.dumps(normalized) == json.dumps(expected["normalised"])


def test_the_normalised_form_is_a_file_format_too(tmp_path: Path) -> None:
    guide = read(HERE / "guide.yaml")
    path = write(tmp_path, json.dumps(guide.to_normalized()), "exported.json")
    assert read(path).to_normalized() == guide.to_normalized()
    assert read(path).fingerprint() == guide.fingerprint()


def test_spellings_and_short_options(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        tools: [{tool: raster_segmentation, name: m}, {tool: Rectangle, name: b}, {tool: polyline, name: l}]
        classifications:
          - {type: radio, name: q, scope: index, options: [1, {value: two, label: Two}]}
        """,
    )
    assert read(path) == Ontology(
        tools=(Tool(ToolKind.MASK, "m"), Tool(ToolKind.BOX, "b"), Tool(ToolKind.LINE, "l")),
        questions=(Question(QuestionKind.RADIO, "q", (Option("1"), Option("two", "Two")), Scope.INDEX),),
    )


def test_a_question_nested_in_a_text(tmp_path: Path) -> None:
    path = write(tmp_path, "classifications: [{class_type: TEXT, name: a, options: [{class_type: TEXT, name: b}]}]")
    ontology = read(path)
    assert ontology.questions[0].questions == (Question(QuestionKind.TEXT, "b"),)
    assert Ontology.from_normalized(ontology.to_normalized()) == ontology


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        classifications:
          - &q {class_type: RADIO, name: a, options: &o [x, y]}
          - {<<: *q, name: b}
          - {class_type: CHECKLIST, name: c, options: *o}
        """,
    )
    assert [question.name for question in read(path).questions] == ["a", "b", "c"]


BOX = "tools: [{tool: BBOX, name: car}"

WRONG = {
    "unknown key": ("tools:\n- tool: BBOX\n  nmae: x", ":3: unknown key 'nmae' in a tool; did you mean 'name'?"),
    "unknown root key": ("tool: []", ":1: unknown key 'tool' in an ontology; did you mean 'tools'?"),
    "polygon": (
        "tools:\n- name: x\n  tool: POLYGON",
        ":3: tool 'POLYGON' is not for video imports; Labelbox cannot import polygons on video",
    ),
    "superpixel": ("tools: [{name: x, tool: superpixel}]", "on video, masks need RASTER_SEGMENTATION"),
    "unknown tool": ("tools: [{name: x, tool: cube}]", "use one of BBOX, POINT, LINE, RASTER_SEGMENTATION"),
    "unknown question": ("classifications: [{name: x, type: dropdown}]", "use one of RADIO, CHECKLIST, TEXT"),
    "twice at the top": (f"{BOX}, {{tool: POINT, name: car}}]", "'car' is used twice at the top level (first at "),
    "tool and question": (f"{BOX}]\nclassifications: [{{type: text, name: car}}]", "'car' is used twice"),
    "case variant": (f"{BOX}]\nclassifications: [{{type: text, name: Car}}]", ":2: 'Car' differs from 'car' only in"),
    "options twice": (
        "classifications: [{type: radio, name: q, options: [a, b, a]}]",
        "'a' is used twice in cl",
    ),
    "nested twice": (
        "tools: [{tool: BBOX, name: t, classifications: [{type: text, name: q}, {type: text, name: q}]}]",
        "'q' is used twice in tool 't'",
    ),
    "no options": ("classifications:\n- type: radio\n  name: q", ":2: classification 'q' has no options"),
    "options on text": ("classifications: [{type: text, name: q, options: [a]}]", "is a text and takes no options"),
    "empty name": (f"{BOX}, {{tool: BBOX, name: '  '}}]", "name of a tool is empty"),
    "no name": ("tools: [{tool: BBOX}]", "a tool has no name"),
    "no kind": ("tools: [{name: x}]", "tool 'x' has no tool"),
    "yaml truth": ("classifications: [{type: radio, name: q, options: [yes, no]}]", "must be a text, not true; put it"),
    "bad scope": ("classifications: [{type: text, name: q, scope: frame}]", "scope 'frame' of classification 'q'; use"),
    "bad flag": ("tools: [{tool: BBOX, name: x, required: 1}]", "required of tool 'x' must be true or false, not 1"),
    "two spellings": ("classifications: [{type: text, class_type: text, name: q}]", "has 'class_type' twice"),
    "key twice": ("tools: []\ntools: []", "'tools' is given 2 times"),
    "a day that is none": (
        "tools:\n- tool: BBOX\n  name: 2026-13-45",
        ":3: a value that cannot be read; put it in quotes",
    ),
    "a merge of a text": ("tools:\n- {<<: car, tool: BBOX, name: car}", ":2: << takes a mapping"),
    "a merge of a list of texts": ("tools:\n- {<<: [car], tool: BBOX, name: car}", ":2: << takes a mapping"),
    "a list for a key": (f"{BOX}]\n? [a, b]\n: c", ":2: a key must be"),
    "not a list": ("tools: {}", "tools of an ontology must be a list, not a mapping"),
    "not a mapping": ("tools: [car]", "a tool must be a mapping with tool, name"),
    "empty": ("", "not an ontology; it must be a mapping"),
    "nothing in it": ("tools: []", "without tools and classifications"),
    "not yaml": ("tools: [", ":1: not YAML"),
    "recursive": ("tools: &a [*a]", "nested too deeply"),
    "endless aliases": (
        "\n".join(
            ["tools: []", "a0: &a0 [x]", *(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))]
        ),
        "too large",
    ),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_mistakes_are_refused_with_their_place(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SpecError) as refused:
        read(path)
    assert message in str(refused.value)
    assert str(refused.value).startswith(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"tools": [],}', "ontology.json:1: not JSON"),
        ('{"tools": [{"tool": "rectangle", "name": "a", "name": "b"}]}', "'name' is given twice"),
        ("[" * 100_000, "nested too deeply"),
        (f'{{"tools": [{"9" * 5_000}]}}', "too many digits"),
    ],
)
def test_broken_json_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(write(tmp_path, text, "ontology.json"))
    assert message in str(refused.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        read(tmp_path / "absent.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("tools: [{tool: BBOX, name: Fußgänger}]".encode("latin-1"))
    with pytest.raises(SpecError, match="not UTF-8"):
        read(latin)


def test_null_is_an_empty_list_and_what_labelbox_keeps_for_itself_is_kept(tmp_path: Path) -> None:
    attributes = {"attributes": [{"attributeName": "auto", "deep": {"on": True}}]}
    text = json.dumps(
        {"tools": [{"tool": "BBOX", "name": "car", "color": "#123456", **attributes}], "classifications": None}
    )
    ontology = read(write(tmp_path, text, "o.json"))
    assert ontology == Ontology((Tool(ToolKind.BOX, "car", colour="#123456", extra=attributes),))
    assert Ontology.from_normalized(ontology.to_normalized()) == ontology
