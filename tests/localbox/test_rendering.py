"""Lines turned into what an export shows."""

from typing import Any

import pytest

from labelferry.localbox.rendering.label import annotations
from labelferry.localbox.rendering.sheet import Style
from labelferry.localbox.rendering.tracks import between
from labelferry.localbox.validation import features

ONTOLOGY = features.read(
    {
        "tools": [{"tool": "rectangle", "name": "box", "featureSchemaId": "f", "classifications": []}],
        "classifications": [
            {
                "type": "radio",
                "name": "light",
                "featureSchemaId": "g",
                "scope": "index",
                "options": [{"value": "red", "featureSchemaId": "r"}, {"value": "green", "featureSchemaId": "n"}],
            },
            {
                "type": "checklist",
                "name": "signs",
                "instructions": "Which signs?",
                "featureSchemaId": "h",
                "scope": "index",
                "options": [{"value": "a"}, {"value": "b", "label": "Big sign"}],
            },
        ],
    }
)


def box(left: float) -> dict[str, float]:
    return {"top": 0, "left": left, "height": 1, "width": 1}


def shown(*lines: dict[str, Any], interpolated: bool = False, **style: str) -> dict[str, Any]:
    return annotations(lines, ONTOLOGY, interpolated=interpolated, url=str, style=Style(**style))


def test_keyframes_only_unless_asked() -> None:
    keyframes = [{"frame": 3, "bbox": box(8)}, {"frame": 1, "bbox": box(0)}]
    line = {"id": "t", "name": "box", "segments": [{"keyframes": keyframes}]}
    sparse, full = shown(line), shown(line, interpolated=True)
    assert list(sparse["frames"]) == ["1", "3"]
    assert list(full["frames"]) == ["1", "2", "3"]
    assert full["frames"]["2"]["objects"]["t"]["bounding_box"]["left"] == pytest.approx(4)
    assert sparse["segments"] == full["segments"] == {"t": [[1, 3]]}
    assert full["key_frame_feature_map"] == {"t": [1, 3]}


def test_nothing_between_segments() -> None:
    segments = [{"keyframes": [{"frame": frame, "bbox": box(0)}]} for frame in (1, 5)]
    found = shown({"id": "t", "name": "box", "segments": segments}, interpolated=True)
    assert list(found["frames"]) == ["1", "5"]
    assert found["segments"]["t"] == [[1, 1], [5, 5]]


def test_answers_at_different_times_are_entries_of_their_own() -> None:
    answers = [
        {"name": "red", "frames": [{"start": 0, "end": 4}]},
        {"name": "green", "frames": [{"start": 5, "end": 9}]},
    ]
    found = shown({"id": "c", "name": "light", "answer": answers}, framed="classifications")
    assert [each["radio_answer"]["name"] for each in found["classifications"]] == ["red", "green"]
    assert list(found["segments"].values()) == [[[0, 4]], [[5, 9]]]
    assert found["frames"] == {}


SIGNS = [
    {"name": "a", "frames": [{"start": 7, "end": 13}, {"start": 18, "end": 19}]},
    {"name": "b", "frames": [{"start": 10, "end": 13}]},
]


def test_answers_for_frames_stand_on_the_first_and_last_of_each_range() -> None:
    found = shown({"id": "c", "name": "signs", "answer": SIGNS})
    on = {
        frame: [[answer["value"] for answer in each["checklist_answers"]] for each in page["classifications"]]
        for frame, page in found["frames"].items()
    }
    assert on == {"7": [["a"]], "10": [["a", "b"]], "13": [["a", "b"]], "18": [["a"]], "19": [["a"]]}
    assert (found["classifications"], found["key_frame_feature_map"]) == ([], {"c": [7, 10, 13, 18, 19]})
    assert found["segments"] == {"c": [[7, 13], [18, 19]]}


def test_ranges_under_the_id_of_each_answer_or_none() -> None:
    found = shown({"id": "c", "name": "signs", "answer": SIGNS}, segments="answer")
    answers = [
        answer for page in found["frames"].values() for answer in page["classifications"][0]["checklist_answers"]
    ]
    ids = {answer["feature_id"]: answer["value"] for answer in answers}
    assert {ids[key]: ranges for key, ranges in found["segments"].items()} == {
        "a": [[7, 13], [18, 19]],
        "b": [[10, 13]],
    }
    assert shown({"id": "c", "name": "signs", "answer": SIGNS}, segments="none")["segments"] == {}


def test_the_name_of_an_option_is_its_label() -> None:
    (found,) = shown({"id": "c", "name": "signs", "answer": [{"name": "b"}]})["classifications"]
    (answer,) = found["checklist_answers"]
    assert (answer["name"], answer["value"]) == ("Big sign", "b")
    assert (found["name"], found["value"]) == ("signs", "signs")


def test_lines_of_unlike_length_hold_still() -> None:
    one = {"frame": 1, "line": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]}
    other = {"frame": 3, "line": [{"x": 9, "y": 9}, {"x": 1, "y": 1}, {"x": 2, "y": 2}]}
    assert between(one, other, "line") == [(2, one["line"])]


def test_ids_are_the_same_at_every_export() -> None:
    line = {"id": "c", "name": "light", "answer": {"name": "red"}}
    assert shown(line) == shown(line)
