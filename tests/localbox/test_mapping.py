"""Lines of one ontology turned into lines of another."""

from typing import Any

import pytest

from labelferry.localbox.validation import features
from labelferry.localbox.validation.mapping import mapped

WHY = {
    "type": "radio",
    "name": "why",
    "featureSchemaId": "why",
    "options": [{"value": "fog", "featureSchemaId": "fog"}],
}
YES = {"value": "yes", "featureSchemaId": "yes", "options": [WHY]}
LIT = {"type": "checklist", "name": "lit", "featureSchemaId": "lit", "options": [YES]}
ONTOLOGY = features.read(
    {
        "tools": [
            {"tool": "rectangle", "name": "car", "featureSchemaId": "car", "classifications": [LIT]},
            {"tool": "raster-segmentation", "name": "road", "featureSchemaId": "road"},
            {"tool": "raster-segmentation", "name": "sky", "featureSchemaId": "sky"},
        ],
        "classifications": [LIT, {"type": "text", "name": "note", "featureSchemaId": "note"}],
    }
)
ALL = {name: name.upper() for name in ("why", "fog", "yes", "lit", "car", "road", "sky", "note")}
ANSWER = {"name": "yes", "classifications": [{"name": "why", "answer": {"name": "fog"}}]}
MAPPED = {"schemaId": "YES", "classifications": [{"schemaId": "WHY", "answer": {"schemaId": "FOG"}}]}
ROW = {"dataRow": {"globalKey": "k"}}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"name": "note", "answer": "x"}, {"schemaId": "NOTE", "answer": "x"}),
        ({"featureSchemaId": "lit", "answers": [ANSWER]}, {"schemaId": "LIT", "answers": [MAPPED]}),
        (
            {
                "name": "car",
                "segments": [{"keyframes": [{"frame": 1, "classifications": [{"name": "lit", "answer": [ANSWER]}]}]}],
            },
            {
                "schemaId": "CAR",
                "segments": [
                    {"keyframes": [{"frame": 1, "classifications": [{"schemaId": "LIT", "answer": [MAPPED]}]}]}
                ],
            },
        ),
        (
            {"name": "sky", "masks": {"frames": [], "instances": [{"name": "road"}, {"schemaId": "sky"}]}},
            {"name": "sky", "masks": {"frames": [], "instances": [{"schemaId": "ROAD"}, {"schemaId": "SKY"}]}},
        ),
    ],
    ids=["text", "nested", "track", "masks"],
)
def test_features_become_their_successors(line: dict[str, Any], expected: dict[str, Any]) -> None:
    assert mapped(line | ROW, ONTOLOGY, ALL) == expected | ROW


@pytest.mark.parametrize("missing", ["car", "sky"])
def test_a_line_whose_feature_has_none_stays_behind(missing: str) -> None:
    mapping = {name: value for name, value in ALL.items() if name != missing}
    lines = {
        "car": {"name": "car", "segments": []},
        "sky": {"masks": {"instances": [{"name": "road"}, {"name": "sky"}]}},
    }
    assert mapped(lines[missing], ONTOLOGY, mapping) is None


def test_what_is_nested_keeps_its_name() -> None:
    line = {"name": "lit", "answer": [ANSWER]}
    assert mapped(line, ONTOLOGY, {"lit": "LIT"}) == {"schemaId": "LIT", "answer": [ANSWER]}
