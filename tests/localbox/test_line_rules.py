"""The rules for lines of an import: what passes, and what is said of what does not."""

from typing import Any

import pytest

from labelferry.localbox.validation import features
from labelferry.localbox.validation.lines import BadLineError, Reading, faults, parse, row_of
from labelferry.localbox.validation.masks import BadImageError, Media


def option(name: str, *nested: dict[str, Any]) -> dict[str, Any]:
    return {"value": name, "label": name, "featureSchemaId": f"id-{name}", "options": list(nested)}


def classification(kind: str, name: str, *options: dict[str, Any], scope: str | None = None) -> dict[str, Any]:
    node = {"type": kind, "name": name, "featureSchemaId": f"id-{name}", "options": list(options)}
    return node | ({"scope": scope} if scope else {})


def tool(kind: str, name: str, *nested: dict[str, Any]) -> dict[str, Any]:
    return {"tool": kind, "name": name, "featureSchemaId": f"id-{name}", "classifications": list(nested)}


INNER = classification("radio", "inner", option("deep"))
ONTOLOGY = features.read(
    {
        "tools": [
            tool("rectangle", "box", classification("radio", "colour", option("red"), option("blue"))),
            tool("point", "dot"),
            tool("line", "path"),
            tool("raster-segmentation", "mask", classification("text", "note")),
            tool("polygon", "poly"),
        ],
        "classifications": [
            classification("radio", "weather", option("sun"), option("rain", INNER), scope="index"),
            classification("checklist", "signs", option("a"), option("b"), scope="index"),
            classification("radio", "mood", option("good", INNER), option("bad"), scope="global"),
            classification("checklist", "many", option("x"), option("y")),
            classification("text", "caption"),
        ],
    }
)
BOX = {"top": 1, "left": 2, "height": 3, "width": 4}


def found(
    line: dict[str, Any],
    media: Media | None = None,
    images: dict[str, bytes] | None = None,
    reading: Reading = Reading(),  # noqa: B008
) -> list[str]:
    def fetch(url: str) -> bytes:
        if url not in (images or {}):
            raise BadImageError(f"cannot fetch {url}")
        return (images or {})[url]

    return list(faults(line, ONTOLOGY, media or Media(), fetch, reading))


def track(*keyframes: dict[str, Any], name: str = "box") -> dict[str, Any]:
    return {"name": name, "segments": [{"keyframes": list(keyframes)}]}


def at(frame: Any, **more: Any) -> dict[str, Any]:
    return {"frame": frame, "bbox": BOX} | more


def span(start: Any, end: Any) -> list[dict[str, Any]]:
    return [{"start": start, "end": end}]


PASS: dict[str, dict[str, Any]] = {
    "box": track(at(1), at(9)),
    "box by id": {"schemaId": "id-box", "segments": [{"keyframes": [at(1)]}]},
    "two segments": {"name": "box", "segments": [{"keyframes": [at(1), at(3)]}, {"keyframes": [at(5)]}]},
    "keyframe out of order": track(at(9), at(1)),
    "radio of a keyframe as a list": track(at(1, classifications=[{"name": "colour", "answer": [{"name": "red"}]}])),
    "radio of a track": track(at(1)) | {"classifications": [{"name": "colour", "answer": {"name": "red"}}]},
    "nothing beside the segments": track(at(1)) | {"classifications": []},
    "point": track({"frame": 17, "point": {"x": 660.134, "y": 407.926}}, name="dot"),
    "line": track({"frame": 5, "line": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}, name="path"),
    "global radio": {"name": "mood", "answer": {"name": "good"}},
    "global radio as a list of one": {"name": "mood", "answer": [{"name": "good"}]},
    "global checklist": {"name": "many", "answer": [{"name": "x"}, {"name": "y"}]},
    "checklist as an object": {"name": "many", "answer": {"name": "x"}},
    "text": {"name": "caption", "answer": "words"},
    "text at frames": {"name": "caption", "answer": [{"value": "words", "frames": span(13, 19)}]},
    "frames on the line": {"name": "weather", "answer": {"name": "sun"}, "frames": span(9, 15)},
    "frames on the answer": {"name": "weather", "answer": {"name": "sun", "frames": span(9, 15)}},
    "radio at different times": {
        "name": "weather",
        "answer": [{"name": "sun", "frames": span(0, 300)}, {"name": "rain", "frames": span(301, 800)}],
    },
    "checklist at overlapping times": {
        "name": "signs",
        "answer": [{"name": "a", "frames": span(0, 300)}, {"name": "b", "frames": span(100, 800)}],
    },
    "child inside": {
        "name": "weather",
        "answer": [
            {
                "name": "rain",
                "frames": span(10, 50),
                "classifications": [{"name": "inner", "answer": [{"name": "deep", "frames": span(20, 50)}]}],
            }
        ],
    },
    "child over two touching parents": {
        "name": "weather",
        "answer": [
            {
                "name": "rain",
                "frames": [{"start": 0, "end": 10}, {"start": 11, "end": 20}],
                "classifications": [{"name": "inner", "answer": {"name": "deep", "frames": span(5, 15)}}],
            }
        ],
    },
    "nested by ids": {
        "featureSchemaId": "id-mood",
        "answer": {
            "schemaId": "id-good",
            "classifications": [{"schemaId": "id-inner", "answer": {"featureSchemaId": "id-deep"}}],
        },
    },
}


@pytest.mark.parametrize("line", PASS.values(), ids=PASS.keys())
def test_it_passes(line: dict[str, Any]) -> None:
    assert found(line) == []


FAIL: dict[str, tuple[dict[str, Any], str]] = {
    "unknown name": ({"name": "nobody", "answer": "x"}, "Ontology does not contain name: nobody"),
    "unknown tool": (track(at(1), name="nobody"), "Ontology does not contain name: nobody"),
    "unknown id": ({"schemaId": "q", "answer": "x"}, "Ontology does not contain schema id: q"),
    "unknown option": ({"name": "mood", "answer": {"name": "so-so"}}, "Ontology does not contain name: so-so"),
    "unknown nested": (
        {"name": "mood", "answer": {"name": "good", "classifications": [{"name": "who", "answer": "x"}]}},
        "Ontology does not contain name: who",
    ),
    "unknown nested option": (
        {"name": "mood", "answer": {"name": "good", "classifications": [{"name": "inner", "answer": {"name": "no"}}]}},
        "Ontology does not contain name: no",
    ),
    "unknown beside the segments": (
        track(at(1)) | {"classifications": [{"name": "who", "answer": "x"}]},
        "Ontology does not contain name: who",
    ),
    "unknown in a keyframe": (track(at(1, classifications=[{"name": "who", "answer": "x"}])), "contain name: who"),
    "wrong shape": (track({"frame": 1, "point": {"x": 1, "y": 2}}), "frame 1 needs bbox, not point"),
    "two shapes": (track(at(1, point={"x": 1, "y": 2})), "needs bbox, not bbox, point"),
    "no shape": (track({"frame": 1}), "needs bbox, not nothing"),
    "polygon": (track({"frame": 1, "polygon": []}, name="poly"), "takes no segments"),
    "image annotation": ({"name": "box", "bbox": BOX}, "needs segments, not bbox"),
    "segments for a classification": ({"name": "mood", "segments": [{"keyframes": [at(1)]}]}, "takes no segments"),
    "two keys for the answer": ({"name": "caption", "answer": "x", "answers": "x"}, "has answer and answers"),
    "two radios": ({"name": "mood", "answer": [{"name": "good"}, {"name": "bad"}]}, "one answer at a time"),
    "two radios at once": (
        {"name": "weather", "answer": [{"name": "sun", "frames": span(1, 9)}, {"name": "rain", "frames": span(9, 12)}]},
        "two answers at frames 9-9",
    ),
    "frame 0": (track(at(0)), "Frame 0 is before the first frame"),
    "frame -1": ({"name": "weather", "answer": {"name": "sun"}, "frames": span(-1, 2)}, "Frame -1 is before"),
    "frame true": (track(at(True)), "whole number"),
    "frame 1.5": (track(at(1.5)), "whole number"),
    "backwards": ({"name": "weather", "answer": {"name": "sun"}, "frames": span(9, 2)}, "starts after its end: 9 > 2"),
    "no ranges": ({"name": "weather", "answer": {"name": "sun"}, "frames": []}, "at least one"),
    "half a range": ({"name": "weather", "answer": {"name": "sun"}, "frames": [{"start": 1}]}, "start and end"),
    "child outside": (
        {
            "name": "weather",
            "answer": {
                "name": "rain",
                "frames": span(10, 50),
                "classifications": [{"name": "inner", "answer": {"name": "deep", "frames": span(40, 60)}}],
            },
        },
        "Frames 40-60 of 'inner' are outside",
    ),
    "child of the timeless": (
        {
            "name": "mood",
            "answer": {
                "name": "good",
                "classifications": [{"name": "inner", "answer": {"name": "deep", "frames": span(1, 2)}}],
            },
        },
        "what it is nested in has none",
    ),
    "same keyframe": (track(at(3), at(3)), "more than one keyframe at frame 3"),
    "same frame in two segments": (
        {"name": "box", "segments": [{"keyframes": [at(1), at(5)]}, {"keyframes": [at(5), at(8)]}]},
        "more than one keyframe at frame 5",
    ),
    "overlapping segments": (
        {"name": "box", "segments": [{"keyframes": [at(1), at(5)]}, {"keyframes": [at(4), at(8)]}]},
        "overlap at frame 4",
    ),
    "no keyframes": (track(), "segment without keyframes"),
    "no segments": ({"name": "box", "segments": []}, "has no segments"),
    "nan": (track(at(1, bbox=BOX | {"top": float("nan")})), "finite"),
    "infinite": (track({"frame": 1, "point": {"x": float("inf"), "y": 1}}, name="dot"), "finite"),
    "negative width": (track(at(1, bbox=BOX | {"width": -4})), "finite"),
    "one-point line": (track({"frame": 1, "line": [{"x": 1, "y": 2}]}, name="path"), "finite"),
    "no answer": ({"name": "mood"}, "has no answer"),
    "empty checklist": ({"name": "many", "answer": []}, "empty answer"),
    "number as text": ({"name": "caption", "answer": 7}, "is a text"),
    "text as radio": ({"name": "mood", "answer": "good"}, "takes options"),
    "text twice at once": (
        {
            "name": "caption",
            "answer": [{"value": "a", "frames": span(1, 5)}, {"value": "b", "frames": span(5, 9)}],
        },
        "two answers at frames 5-5",
    ),
}


@pytest.mark.parametrize(("line", "message"), FAIL.values(), ids=FAIL.keys())
def test_it_is_refused(line: dict[str, Any], message: str) -> None:
    assert any(message in each for each in found(line)), found(line)


def test_frames_beyond_the_video() -> None:
    media = Media(frame_count=10)
    assert found(track(at(10)), media) == []
    assert found(track(at(11)), media) == ["Frame 11 is beyond the last frame, 10"]
    line = {"name": "weather", "answer": {"name": "sun"}, "frames": span(1, 11)}
    assert found(line, media) == ["Frame 11 is beyond the last frame, 10"]


def test_a_video_of_unknown_length_has_no_more_frames_than_labelbox_documents() -> None:
    """Exports write interpolated keyframes, and some answers, frame by frame."""
    message = "Frame 1000000000 is beyond the last frame, 20000"
    assert found({"name": "weather", "answer": {"name": "sun"}, "frames": span(1, 20_000)}) == []
    assert found({"name": "weather", "answer": {"name": "sun"}, "frames": span(1, 10**9)}) == [message]
    assert found(track(at(1), at(10**9))) == [message]


@pytest.mark.parametrize(("base", "taken"), [(None, [0, 1, 9, 10]), (0, [0, 1, 9]), (1, [1, 9, 10])])
def test_the_base_of_ranges(base: int | None, taken: list[int]) -> None:
    def refused(frame: int) -> list[str]:
        line = {"name": "weather", "answer": {"name": "sun"}, "frames": span(frame, frame)}
        return found(line, Media(frame_count=10), reading=Reading(range_base=base))

    assert [frame for frame in (0, 1, 9, 10, 11) if not refused(frame)] == taken


def test_frames_for_a_question_of_scope_global() -> None:
    line = {"name": "mood", "answers": {"name": "good"}, "frames": span(1, 2)}
    assert found(line) == []
    assert found(line, reading=Reading(any_scope=False)) == [
        "'mood' has frames, but its scope in the ontology is not index"
    ]


@pytest.mark.parametrize("row", [None, {}, {"id": "a", "globalKey": "b"}, {"id": 7}, "x"])
def test_lines_name_one_row(row: Any) -> None:
    with pytest.raises(BadLineError):
        row_of({"dataRow": row})


def test_rows_are_named_in_two_ways() -> None:
    assert row_of({"dataRow": {"id": "a"}}) == ("id", "a")
    assert row_of({"dataRow": {"globalKey": "k", "id": None}}) == ("globalKey", "k")


@pytest.mark.parametrize("text", [b"{", b"[]", b"7", b'{"a": 1e999999999999, "b": ' + b"9" * 400 + b"}", b"[" * 100000])
def test_what_is_no_line(text: bytes) -> None:
    with pytest.raises(BadLineError):
        parse(text)


def test_nan_is_left_to_the_rules() -> None:
    assert parse(b'{"x": NaN}')["x"] != 0
