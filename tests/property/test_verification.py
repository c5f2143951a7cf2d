"""What was sent, rendered as an export and read back, is equal; and any one keyframe that moves is told."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelferry.model import Classification, LabelledVideo, RowRef, Track
from labelferry.ndjson import encode
from tests.property.test_lines import HERE, classifications, tracks
from tests.unit.verification.rendering import MEMBERS, PROJECT, exported, result_of

SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def lines_of(made: list[Track], asked: list[Classification]) -> list[dict[str, Any]]:
    return [line.data for line in encode([LabelledVideo(RowRef("key"), HERE, tuple(asked), (), tuple(made))])]


@SETTINGS
@given(
    st.lists(tracks(), max_size=4),
    st.lists(st.booleans().flatmap(lambda framed: classifications(framed)), max_size=3),
    st.sampled_from(["list", "object"]),
    st.sampled_from(["line", "polyline"]),
)
def test_sent_is_equal_to_its_own_export(
    made: list[Track], asked: list[Classification], map_form: str, line: str
) -> None:
    lines = lines_of(made, asked)
    result = result_of(lines, exported(lines, map_form=map_form, members={"line": line}))
    assert (result.differences, result.not_comparable, result.unknown) == ((), {}, {})


@SETTINGS
@given(st.lists(tracks(), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_moved_keyframe_is_told(made: list[Track], random: Any) -> None:
    lines = lines_of(made, [])
    row = exported(deepcopy(lines))
    marks = row["projects"][PROJECT]["labels"][0]["annotations"]
    frame = random.choice(sorted(marks["frames"]))
    feature = random.choice(sorted(marks["frames"][frame]["objects"]))
    node = marks["frames"][frame]["objects"][feature]
    shape = next(node[key] for key in MEMBERS.values() if key in node)
    corner = shape[0] if isinstance(shape, list) else shape
    edge = "left" if "left" in corner else "x"
    corner[edge] += 7.5
    result = result_of(lines, row)
    assert result.differs
    assert int(frame) in {each.frame for each in result.differences}
