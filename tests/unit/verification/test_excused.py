"""Each unreadable thing on one side excuses one thing of its name on the other, and nothing else."""

from copy import deepcopy
from itertools import permutations

import pytest

from tests.unit.verification.rendering import PROJECT, Json, exported, result_of
from tests.unit.verification.test_compare import BUS, CARS, LINES, NESTED, POINT, RAIN, TITLE

ASKED = {"title": TITLE, "traffic": NESTED, "weather": RAIN}


def spoiled(lines: list[Json], unread: str, lost: str) -> Json:
    """An export of the lines in which a question has no answer that can be read, and another one is not there."""
    row = exported(deepcopy(lines))
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    kept = [entry for entry in marks["classifications"] if entry["name"] != lost]
    for entry in kept:
        if entry["name"] == unread:
            for answer in ("text_answer", "checklist_answers"):
                entry.pop(answer, None)
    marks["classifications"] = kept
    return row


@pytest.mark.parametrize("order", [*permutations(ASKED)], ids=" ".join)
def test_an_excused_answer_hides_no_missing_one(order: tuple[str, ...]) -> None:
    lines = [ASKED[name] for name in order]
    result = result_of(lines, spoiled(lines, unread="title", lost="traffic"))
    assert result.not_comparable == {"classification": 1}
    assert [(each.kind, each.feature) for each in result.differences] == [
        ("missing", "traffic > dense"),
        ("missing", "traffic > dense > why > jam"),
    ]
    assert (result.missing, result.extra, result.moved, result.equal) == (2, 0, 0, 2)


def test_one_that_cannot_be_read_excuses_one() -> None:
    """Two answers were sent, one entry cannot be read: at most one of them is in it."""
    lines = [RAIN]
    result = result_of(lines, spoiled(lines, unread="weather", lost=""))
    assert result.not_comparable == {"classification": 2}
    assert not result.differs
    row = spoiled(lines, unread="weather", lost="")
    row["projects"][PROJECT]["labels"][0]["annotations"]["classifications"].pop()
    result = result_of(lines, row)
    assert result.not_comparable == {"classification": 1}
    assert [(each.kind, each.feature) for each in result.differences] == [("missing", "weather > sun")]


@pytest.mark.parametrize("order", [[CARS, BUS, POINT], [POINT, BUS, CARS], [BUS, CARS, POINT]])
def test_an_excused_track_hides_no_missing_one(order: list[Json]) -> None:
    row = exported(deepcopy(order))
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    for page in marks["frames"].values():
        page["objects"] = {key: node for key, node in page["objects"].items() if node["name"] != "bus"}
        for node in page["objects"].values():
            if node["name"] == "car":
                node["cuboid"] = node.pop("bounding_box")
    result = result_of(order, row)
    assert result.not_comparable == {"VideoBoundingBox": 1}
    assert [(each.kind, each.feature) for each in result.differences] == [("missing", "bus")]


def test_what_is_held_and_cannot_be_read_by_us_excuses_nothing_more() -> None:
    """The other direction: a mask that was sent by an unreachable URL, and a track that was never sent."""
    frame = {"index": 3, "instanceURI": "https://example.com/away.png"}
    sent = [{"masks": {"frames": [frame], "instances": [{"colorRGB": [200, 10, 10], "name": "road"}]}}, BUS]
    held = [line for line in LINES if "masks" in line or line is BUS or line is POINT]
    result = result_of(sent, exported(deepcopy(held)))
    assert result.not_comparable == {"mask": 1}
    assert [(each.kind, each.feature) for each in result.differences] == [("extra", "nose")]
