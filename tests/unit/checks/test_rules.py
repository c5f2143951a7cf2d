"""Each rule finds what it is about, and stays silent about its neighbours."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from labelferry.checks import check
from labelferry.checks.lines import MOST_LINES
from labelferry.model import Feature, LabelledVideo, RowRef
from labelferry.model.findings import Finding, Severity
from labelferry.model.media import Media
from labelferry.model.rules import LineRule
from labelferry.ontology import Ids, Ontology, Tool, ToolKind
from tests.unit.checks.cases import CASES, TWO_CARS
from tests.unit.checks.labels import (
    BLUE,
    CHECKLIST,
    HERE,
    MEDIA,
    ONTOLOGY,
    RADIO,
    RED,
    TEMPORAL,
    TEXT,
    Case,
    asked,
    box,
    line,
    masks,
    option,
    picture,
    point,
    video,
    words,
)


def found(*videos: LabelledVideo, **more: Any) -> list[Finding]:
    settings: dict[str, Any] = {"ontology": ONTOLOGY, "media": MEDIA, **more}
    return check(videos, **settings)


def texts(*videos: LabelledVideo, **more: Any) -> list[str]:
    return [f"{each.severity}: {each.message}; {each.remedy}" for each in found(*videos, **more)]


LIGHT = asked("light", TEMPORAL, option("on", (1, 9)), option("off", (10, 99)))

SILENT: Mapping[str, LabelledVideo] = {
    "box": video(box(answers={0: (asked("colour", RADIO, option("red")), asked("plate", TEXT, words("A 1")))})),
    "point": video(point()),
    "line": video(line((0, 0), (64, 48))),
    "as large as the picture": video(box(rows=[[0, 0, 64, 48], [56, 40, 8, 8]])),
    "a list of one for a radio": video(box(answers={1: (asked("colour", CHECKLIST, option("red")),)})),
    "one option for a checklist": video(asked("seen", RADIO, option("dog"))),
    "another answer in each keyframe": video(
        box(answers={0: (asked("colour", RADIO, option("red")),), 1: (asked("colour", RADIO, option("blue")),)})
    ),
    "temporal radio": video(LIGHT),
    "radio answers one after another, the later first": video(
        asked("light", TEMPORAL, option("off", (10, 99)), option("on", (5, 9), (1, 4)))
    ),
    "the same radio answer twice": video(asked("light", TEMPORAL, option("on", (1, 9), (5, 20)))),
    "checklist answers together": video(asked("things", TEMPORAL, option("dog", (1, 9)), option("cat", (3, 12)))),
    "frames of one question in two lines": video(
        asked("light", RADIO, option("on", (1, 2))), asked("light", RADIO, option("off", (3, 4)))
    ),
    "nested over touching parents": video(
        asked(
            "light",
            TEMPORAL,
            option("on", (1, 10), (11, 20), inside=(asked("why", TEMPORAL, option("sun", (5, 15))),)),
        )
    ),
    "nested without frames": video(
        asked("light", RADIO, option("on", (1, 9), inside=(asked("why", RADIO, option("sun")),))),
        asked("light", RADIO, option("on", (20, 29), inside=(asked("why", RADIO, option("rain")),))),
    ),
    "global answers": video(
        asked("weather", RADIO, option("wet")), asked("seen", CHECKLIST, option("dog"), option("cat"))
    ),
    "masks": video(masks(picture(RED), picture(RED, BLUE), colours=(RED, BLUE))),
    "two segments": video(box(frames=(1, 5, 9), segment=np.array([0, 0, 1]))),
    "last frame": video(box(frames=(1, 100))),
}


@pytest.mark.parametrize("labels", SILENT.values(), ids=SILENT)
def test_right_labels_raise_nothing(labels: LabelledVideo) -> None:
    assert found(labels, rows=["CLIP.mp4 "]) == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_rule(case: Case) -> None:
    findings = found(case.labels, ontology=case.ontology, rows=["clip.mp4"])
    of_the_rule = [each for each in findings if each.code == case.rule.code]
    assert any(case.says in f"{each.severity}: {each.message}; {each.remedy}" for each in of_the_rule), findings
    assert all(each.where == HERE and each.row == case.labels.row.global_key for each in findings)


def test_rules_hold_over_several_videos_of_one_row() -> None:
    first, second = video(asked("weather", RADIO, option("dry"))), video(asked("weather", RADIO, option("wet")))
    assert len(found(first, replace(second, row=RowRef("CLIP.MP4")))) == 1
    assert found(first, replace(second, row=RowRef("clip2.mp4"))) == []


def test_as_many_lines_of_one_name_as_an_import_takes() -> None:
    findings = found(video(*[point()] * MOST_LINES), ontology=None)
    assert findings == []
    assert f"takes {MOST_LINES:,} per row" in LineRule.LINES_TOO_MANY.message


def test_the_base_of_temporal_ranges() -> None:
    from_zero, from_one = (video(asked("light", TEMPORAL, option("on", span))) for span in ((0, 99), (1, 100)))
    assert found(from_one) == found(from_zero, temporal_base=0) == []
    assert "counting from 1, ranges go from 1; it" in texts(from_zero, media={})[0]
    (warning,) = found(from_one, temporal_base=0)
    assert warning.severity is Severity.WARNING
    assert "counting from 0, ranges go from 0 to 99" in warning.message
    beyond = video(asked("light", TEMPORAL, option("on", (1, 101))))
    assert [each.severity for base in (0, 1) for each in found(beyond, temporal_base=base)] == [Severity.ERROR] * 2


def test_what_is_not_known_is_not_checked() -> None:
    labels = video(box("zebra", frames=(500,), rows=[[900, 900, 5, 5]]), masks(picture(RED, size=(24, 32))))
    assert found(labels, ontology=None, media={}) == []
    unknown_row = LabelledVideo(RowRef(id="c" * 25), HERE, tracks=(box(frames=(500,)),))
    assert found(unknown_row, rows=[]) == []


def test_a_size_of_which_only_one_side_is_known() -> None:
    labels = video(masks(picture(RED, size=(24, 32))))
    (only,) = texts(labels, media={"clip.mp4": Media(width=64)})
    assert "the mask of frame 1 has 32x24 pixels, but the video 64x24" in only


@pytest.mark.parametrize(("composite", "code"), [(b"no", "mask-not-png"), ("https://example.com/1.png", "mask-by-url")])
def test_a_colour_may_be_in_a_composite_that_was_not_read(composite: Any, code: str) -> None:
    """Those that were read still tell of a colour that no instance has."""
    labels = video(masks(composite, picture(BLUE), colours=(RED,)))
    assert [each.code for each in found(labels)] == [code, "mask-colour-unclaimed"]


def test_schema_ids_that_the_ontology_has() -> None:
    known = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")),))
    assert found(video(replace(box(), feature=Feature(schema_id="F1"))), ontology=known) == []
    assert found(video(replace(box(), feature=Feature("car", "F1"))), ontology=TWO_CARS) == []


def test_a_name_beside_a_wrong_schema_id_is_not_suggested_again() -> None:
    known = Ontology((Tool(ToolKind.BOX, "car", ids=Ids("F1")),))
    assert texts(video(replace(box(), feature=Feature("car", "F2"))), ontology=known) == [
        "error: the ontology has no tool with the schema id F2; correct the id, or give only the name"
    ]


def test_a_long_list_of_names_is_cut() -> None:
    ontology = Ontology(tuple(Tool(ToolKind.BOX, f"{letter}-1234") for letter in "abcdefghij"))
    assert "(it has: 'a-1234', 'b-1234'" in texts(video(box("car")), ontology=ontology)[0]
    assert "'h-1234', and 2 more)" in texts(video(box("car")), ontology=ontology)[0]


FRAMES: dict[str, list[int | None]] = {
    "frame 0": [0],
    "frame 101": [101],
    "mask frame 0": [0],
    "mask frame 101": [101],
    "range after the video": [90],
    "range from frame 0": [0],
    "child partly outside": [0, 5],
    "child without parent frames": [None, 1],
    "sparse": [1],
    "no width": [2],
    "negative": [1],
    "outside": [2],
    "partly outside": [1],
    "from the right edge on": [2],
    "up to the upper edge": [1],
    "point outside": [1],
    "line partly outside": [1],
    "no png": [1],
    "broken png": [1],
    "rgba": [1],
    "palette": [1],
    "grey": [1, None, None],
    "other size": [1],
    "sizes differ": [None, 2],
    "frame in two lines": [1],
    "radio at one frame": [9, 0],
    "radio inside a range": [9, 0],
    "radio over two lines": [5],
    "nested radio at one frame": [4, 0, 0],
}


EDGES = ("from the right edge on", "up to the upper edge")
TRACKS = {"frame 101": "4", "nested in an answer on keyframes": "4"} | dict.fromkeys(
    ("frame 0", "sparse", "no width", "negative", "outside", "partly outside", *EDGES), "7"
)


@pytest.mark.parametrize("name", CASES)
def test_a_finding_names_the_first_frame_and_the_track(name: str) -> None:
    case = CASES[name]
    findings = found(case.labels, ontology=case.ontology, rows=["clip.mp4"])
    assert [each.frame for each in findings] == FRAMES.get(name, [None] * len(findings))
    assert {each.track for each in findings} - {None} == ({TRACKS[name]} if name in TRACKS else set())


def test_a_finding_says_where_it_is() -> None:
    labels = video(
        box(frames=(0, 50, 101, 102), segment=np.arange(4), instance="7"),
        asked("light", TEMPORAL, option("on", (90, 105))),
        masks(picture(RED), b"no", first=4),
    )
    assert [(each.code, each.row, each.frame, each.track) for each in found(labels)] == [
        ("frame-before-first", "clip.mp4", 0, "7"),
        ("frame-beyond-end", "clip.mp4", 101, "7"),
        ("segments-single", "clip.mp4", 0, "7"),
        ("range-outside-video", "clip.mp4", 90, None),
        ("mask-not-png", "clip.mp4", 5, None),
    ]
    shapes = video(
        box(rows=[[4, 4, 8, 8], [4, 4, 0, 8]], instance="3"), box(rows=[[65, 4, 8, 8], [60, 4, 8, 8]], instance="4")
    )
    assert [(each.code, each.frame, each.track) for each in found(shapes)] == [
        ("box-without-area", 2, "3"),
        ("shape-outside", 1, "4"),
        ("shape-partly-outside", 2, "4"),
    ]
    overlap = video(asked("light", TEMPORAL, option("on", (1, 9)), option("off", (9, 12))))
    assert [each.frame for each in found(overlap)] == [9]


def test_every_finding_is_listed() -> None:
    findings = found(video(*[box("zebra")] * 25, box(frames=(0,))))
    assert [each.code for each in findings] == ["name-unknown"] * 25 + ["frame-before-first"]


def test_the_order_of_findings_is_fixed() -> None:
    labels = video(box("zebra", frames=(0,)), asked("weather", RADIO, option("x", (1, 2))), masks(b"hello"))
    assert found(labels) == found(labels)
