"""Exports in other spellings, of unknown kinds, and hostile ones: read or reported, never raised, never silent."""

from typing import Any

import pytest

from labelferry.verification import Pictures, read_exported
from tests.unit.verification.rendering import PROJECT, Json, exported, fetch, result_of, sent_of

POINT: Json = {"name": "nose", "segments": [{"keyframes": [{"frame": 4, "point": {"x": 1.5, "y": 2.5}}]}]}
LANE: Json = {"name": "lane", "segments": [{"keyframes": [{"frame": 7, "line": [{"x": 1, "y": 1}, {"x": 5, "y": 5}]}]}]}
BOX: Json = {
    "name": "car",
    "segments": [{"keyframes": [{"frame": 1, "bbox": {"left": 1, "top": 2, "width": 3, "height": 4}}]}],
}
LINES = [POINT, LANE, BOX]


def holding(annotations: Any) -> Json:
    return {"projects": {PROJECT: {"labels": [{"id": "l", "annotations": annotations}]}}}


def of(row: Json) -> Json:
    found: Json = row["projects"][PROJECT]["labels"][0]["annotations"]
    return found


@pytest.mark.parametrize("members", [{}, {"line": "polyline"}, {"bbox": "bbox"}])
@pytest.mark.parametrize("map_form", ["list", "object"])
def test_known_spellings(members: Json, map_form: str) -> None:
    result = result_of(LINES, exported(LINES, members=members, map_form=map_form))
    assert (result.equal, result.differences, result.not_comparable) == (3, (), {})


def test_objects_as_a_list_and_no_key_frame_map() -> None:
    row = exported(LINES)
    for page in of(row)["frames"].values():
        page["objects"] = list(page["objects"].values())
    del of(row)["key_frame_feature_map"]
    assert not result_of(LINES, row).differs


def test_the_published_sample(shared: Any) -> None:
    import json

    label = json.loads((shared / "data/labelbox_export/labelbox-python/export_v2_label.json").read_text("utf-8"))
    held = read_exported({"projects": {PROJECT: {"labels": [label]}}}, PROJECT, Pictures())
    (thing,) = held.things
    assert (thing.name, thing.geometry, list(thing.keyframes), list(thing.between)) == ("bbox", "bbox", [13, 19], [18])
    assert thing.ranges == ((13, 13), (18, 19))
    assert thing.answers[13] == {("nested", "radio_option_1")}
    assert (held.unreadable, held.unknown) == ({}, {})


def test_an_unknown_kind_is_not_comparable_and_nothing_else() -> None:
    row = exported(LINES, members={"point": "location"})
    result = result_of(LINES, row)
    assert (result.equal, result.differs) == (2, False)
    assert result.not_comparable == {"VideoPoint": 1}
    assert result.unknown == {"objects.location": 1}


def test_one_that_cannot_be_read_excuses_one_that_is_missing() -> None:
    result = result_of([*LINES, POINT], exported(LINES, members={"point": "location"}))
    assert (result.missing, result.not_comparable) == (1, {"VideoPoint": 1})


def test_segments_that_nobody_tells_are_not_comparable() -> None:
    row = exported(LINES)
    of(row)["segments"] = {}
    result = result_of(LINES, row)
    assert (result.equal, result.differs, result.not_comparable) == (3, False, {"segments of a track": 3})


def test_classifications_of_a_whole_track_are_not_comparable() -> None:
    lines = [{**BOX, "classifications": [{"name": "parked", "answer": {"name": "yes"}}]}]
    result = result_of(lines, exported(lines))
    assert (result.equal, result.not_comparable) == (1, {"classification of a whole track": 1})


def test_masks_whose_pictures_are_not_to_be_had() -> None:
    masks = {
        "frames": [{"index": 2, "instanceURI": "https://gone"}],
        "instances": [{"colorRGB": [1, 2, 3], "name": "road"}],
    }
    image = {"url": "https://gone", "color_rgb": [1, 2, 3]}
    road = {"feature_id": "m", "name": "road", "annotation_kind": "VideoSegmentationMask", "composite_mask": image}
    held = holding({"frames": {"2": {"objects": {"m": road}}}})
    result = result_of([{"masks": masks}], held)
    assert (result.differs, set(result.not_comparable)) == (False, {"mask", "VideoSegmentationMask"})


def test_answers_that_stand_on_frames() -> None:
    def page(said: str) -> Json:
        return {"classifications": [{"feature_id": "w", "name": "weather", "radio_answer": {"name": said}}]}

    steady = holding({"frames": {"3": page("rain"), "9": page("rain")}, "segments": {"w": [[3, 9]]}})
    lines = [{"name": "weather", "answer": {"name": "rain"}, "frames": [{"start": 3, "end": 9}]}]
    assert not result_of(lines, steady).differs
    changing = holding(
        {"frames": {"3": page("rain"), "4": page("rain"), "5": page("sun")}, "segments": {"w": [[3, 5]]}}
    )
    spans = {"rain": [{"start": 3, "end": 4}], "sun": [{"start": 5, "end": 5}]}
    lines = [{"name": "weather", "answer": [{"name": name, "frames": frames} for name, frames in spans.items()]}]
    assert not result_of(lines, changing).differs


def on_frames(standing: dict[str, list[int]], segments: list[list[int]] | None) -> Json:
    """A checklist as the official SDK's tests read it back: answers on the ends of their ranges, listed separately."""
    frames: Json = {}
    for said, where in standing.items():
        for frame in where:
            empty = {"feature_id": "s", "name": "signs", "checklist_answers": []}
            page = frames.setdefault(str(frame), {"classifications": [empty]})
            page["classifications"][0]["checklist_answers"].append({"feature_id": f"s {said}", "name": said})
    beside = {} if segments is None else {"s": segments}
    marks = sorted({frame for each in standing.values() for frame in each})
    return holding({"frames": frames, "segments": beside, "key_frame_feature_map": {"s": marks}, "classifications": []})


def asked(**ranges: list[tuple[int, int]]) -> list[Json]:
    answers = [
        {"name": name, "frames": [{"start": start, "end": end} for start, end in spans]}
        for name, spans in ranges.items()
    ]
    return [{"name": "signs", "answer": answers}]


GAP = {"a": [7, 13, 18, 19]}
HIDDEN = {"a": [7, 8, 10, 13], "b": [7, 8, 10, 13]}
EDGES: dict[str, tuple[Json, dict[str, list[tuple[int, int]]], bool]] = {
    "the ends of two ranges": (on_frames(GAP, [[7, 13], [18, 19]]), {"a": [(7, 13), (18, 19)]}, True),
    "joined": (on_frames(GAP, [[7, 13], [18, 19]]), {"a": [(7, 19)]}, False),
    "one range, asked for two": (on_frames({"a": [7, 19]}, [[7, 19]]), {"a": [(7, 13), (18, 19)]}, False),
    "one frame later": (on_frames({"a": [8, 14]}, [[8, 14]]), {"a": [(7, 13)]}, False),
    "two answers": (on_frames({"a": [7, 9], "b": [10, 13]}, [[7, 13]]), {"a": [(7, 9)], "b": [(10, 13)]}, True),
    "two answers, touching at another frame": (
        on_frames({"a": [7, 9], "b": [10, 13]}, [[7, 13]]),
        {"a": [(7, 8)], "b": [(9, 13)]},
        False,
    ),
    "a gap that another answer hides": (on_frames(HIDDEN, [[7, 13]]), {"a": [(7, 8), (10, 13)], "b": [(7, 13)]}, True),
    "and is not there": (on_frames(HIDDEN, [[7, 13]]), {"a": [(7, 13)], "b": [(7, 13)]}, True),
    "no ranges beside": (on_frames(GAP, None), {"a": [(7, 13), (18, 19)]}, True),
    "no ranges beside, an end elsewhere": (on_frames(GAP, None), {"a": [(7, 13), (17, 19)]}, True),
    "no ranges beside, beyond the last": (on_frames(GAP, None), {"a": [(7, 13), (18, 20)]}, False),
    "every frame": (on_frames({"a": [*range(7, 14)]}, [[7, 13]]), {"a": [(7, 13)]}, True),
    "every frame, no ranges beside": (on_frames({"a": [*range(7, 14)]}, None), {"a": [(7, 12)]}, False),
}


@pytest.mark.parametrize(("row", "ranges", "equal"), EDGES.values(), ids=EDGES)
def test_answers_on_the_ends_of_their_ranges(row: Json, ranges: dict[str, list[tuple[int, int]]], equal: bool) -> None:
    result = result_of(asked(**ranges), row)
    assert (not result.differs, result.not_comparable) == (equal, {})


def test_ranges_under_the_id_of_each_answer() -> None:
    row = on_frames(GAP, None)
    of(row)["segments"] = {"s a": [[7, 13], [18, 19]]}
    assert not result_of(asked(a=[(7, 13), (18, 19)]), row).differs
    assert result_of(asked(a=[(7, 19)]), row).differs


def test_a_nested_answer_on_some_frames_of_the_one_above() -> None:
    def page(*nested: str) -> Json:
        below = [{"feature_id": "n", "name": "why", "checklist_answers": [{"name": each} for each in nested]}]
        above = {"name": "a", "classifications": below if nested else []}
        return {"classifications": [{"feature_id": "s", "name": "signs", "radio_answer": above}]}

    frames = {"1": page("x"), "3": page("x"), "6": page("x"), "9": page()}
    row = holding({"frames": frames, "segments": {"s": [[1, 9]]}})

    def sent(*spans: tuple[int, int]) -> list[Json]:
        why = {"name": "why", "answer": asked(x=[*spans])[0]["answer"]}
        return [{"name": "signs", "answer": asked(a=[(1, 9)])[0]["answer"][0] | {"classifications": [why]}}]

    assert not result_of(sent((1, 3), (6, 6)), row).differs
    assert result_of(sent((1, 3), (6, 7)), row).differs


DEEP: Json = {"name": "q"}
for _ in range(300):
    DEEP = {"feature_id": "q", "name": "q", "radio_answer": {"name": "o", "classifications": [DEEP]}}

HOSTILE = {
    "nothing": {},
    "projects are a list": {"projects": []},
    "labels are null": {"projects": {PROJECT: {"labels": None}}},
    "annotations are text": holding("none"),
    "all members null": holding(dict.fromkeys(("frames", "segments", "key_frame_feature_map", "classifications"))),
    "all members lists": holding({"frames": [], "segments": [], "key_frame_feature_map": [], "classifications": {}}),
    "a frame without number": holding({"frames": {"first": {"objects": {}}, "-1": {}, "9" * 40: {}}}),
    "an object without members": holding({"frames": {"1": {"objects": {"a": {}}}}}),
    "coordinates that are none": holding(
        {"frames": {"1": {"objects": {"a": {"name": "car", "bounding_box": {"left": "x", "top": None}}}}}}
    ),
    "coordinates without end": holding(
        {"frames": {"1": {"objects": {"a": {"name": "car", "point": {"x": 1e999, "y": True}}}}}}
    ),
    "two geometries in one feature": holding(
        {
            "frames": {
                "1": {"objects": {"a": {"name": "car", "point": {"x": 1, "y": 2}}}},
                "2": {"objects": {"a": {"name": "car", "line": [{"x": 1, "y": 2}]}}},
            }
        }
    ),
    "a mask without address": holding(
        {"frames": {"1": {"objects": {"a": {"name": "road", "mask": {"color_rgb": "red"}}}}}}
    ),
    "a mask that is no picture": holding(
        {"frames": {"1": {"objects": {"a": {"name": "road", "mask": {"url": "data:AAAA"}}}}}}
    ),
    "a question without answer": holding({"classifications": [{"name": "q"}, {"name": "q", "radio_answer": 7}]}),
    "ranges that are none": holding(
        {
            "segments": {"q": [[5, 1], ["a", "b"], 7, [1, 2, 3], {"start": None}]},
            "classifications": [{"feature_id": "q", "name": "q", "radio_answer": {"name": "a"}}],
        }
    ),
    "nested without end": holding({"classifications": [DEEP]}),
    "key frames that are none": holding(
        {
            "frames": {"1": {"objects": {"a": {"name": "car", "point": {"x": 1, "y": 2}}}}},
            "key_frame_feature_map": {"a": [None, {}, "x", 1.5, True]},
        }
    ),
}


@pytest.mark.parametrize("row", HOSTILE.values(), ids=HOSTILE)
def test_hostile_lines_do_not_raise_and_never_make_anything_equal(row: Json) -> None:
    result = result_of(LINES, row)
    assert result.equal == 0
    assert result.missing + sum(result.not_comparable.values()) >= 3


def test_unknown_keys_are_told_with_their_place() -> None:
    row = exported([*LINES, {"name": "title", "answer": "x"}])
    of(row)["relationships"] = []
    of(row)["frames"]["4"]["hidden"] = 1
    of(row)["frames"]["4"]["objects"]["f0"]["confidence"] = 0.5
    of(row)["classifications"][0]["note"] = of(row)["classifications"][0]["text_answer"]["lang"] = "en"
    wanted = {
        "annotations.relationships",
        "frames.hidden",
        "objects.confidence",
        "classifications.note",
        "answers.lang",
    }
    assert set(result_of(LINES, row).unknown) == wanted


def test_pictures_are_read_once_for_all_instances() -> None:
    asked: list[str] = []

    def counting(url: str) -> bytes | None:
        asked.append(url)
        return fetch(url)

    pictures = Pictures(counting)
    for colour in ([1, 2, 3], [4, 5, 6], None):
        assert pictures.area_at("data:AAAA", colour) is None
    assert len(asked) == 1


def test_sent_forms() -> None:
    """Frames next to the answer or in it, one option or a list of one: the same content."""
    span = {"start": 2, "end": 4}
    forms: list[Json] = [
        {"name": "q", "answer": {"name": "a", "frames": [span]}},
        {"name": "q", "answer": [{"name": "a"}], "frames": [span]},
        {"name": "q", "answer": {"name": "a"}, "frames": [span]},
    ]
    assert {tuple((path, each.coverage) for path, each in sent_of([form]).answers.items()) for form in forms} == {
        ((("q", "a"), ((2, 4),)),)
    }


def test_frame_numbers_that_are_whole_floats() -> None:
    row = exported(LINES)
    of(row)["key_frame_feature_map"] = {
        feature: [float(frame) for frame in frames] for feature, frames in of(row)["key_frame_feature_map"].items()
    }
    of(row)["segments"] = {
        feature: [[float(start), float(end)] for start, end in spans] for feature, spans in of(row)["segments"].items()
    }
    result = result_of(LINES, row)
    assert (result.equal, result.differs, result.not_comparable) == (3, False, {})


@pytest.mark.parametrize("points", ["1,1 5,5", [], [{"x": 1}], [None]])
def test_a_line_without_points_is_told(points: Any) -> None:
    row = exported([LANE])
    for page in of(row)["frames"].values():
        for thing in page["objects"].values():
            thing["line"] = points
    result = result_of([LANE], row)
    assert (result.equal, result.not_comparable) == (0, {"VideoPolyline": 1})


def test_a_picture_is_read_once_while_it_is_one_of_the_last_four() -> None:
    read: list[str] = []
    pictures = Pictures(read.append)
    for url in ("a", "a", "b", "c", "d", "a", "e", "a"):
        assert pictures.area_at(url, [1, 2, 3]) is None
    assert read == ["a", "b", "c", "d", "e", "a"]
