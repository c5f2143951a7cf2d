"""Findings: rendered from the table, as JSON and back, and those of one rule together."""

import orjson
import pytest

from labelferry.model import RowRef, Where
from labelferry.model.findings import KEPT, SHOWN, Finding, FindingGroup, Severity, grouped, on
from labelferry.model.input_rules import VideoRule
from labelferry.model.rules import FrameRule, LineRule, MaskRule, ShapeRule

HERE = Where("labels.csv", 7, "track 4")
FLAT = ShapeRule.BOX_WITHOUT_AREA


def flat(line: int, feature: str = "car", source: str = "labels.csv", count: int = 1) -> Finding:
    return FLAT.at(Where(source, line), frame=3, feature=feature, count=count)


def test_a_rule_fills_its_templates() -> None:
    found = FrameRule.FRAME_BEFORE_FIRST.at(HERE, row="clip", frame=0, track="4", label="'car'")
    assert str(found) == (
        "labels.csv:7 (track 4): 'car' has frame 0; the first frame of a video is 1; "
        "if the source counts from 0, set frame_base: 0 (MOT, tables) or add 1 to its frames"
    )
    assert (found.code, found.severity, found.row, found.frame, found.track) == (
        "frame-before-first", Severity.ERROR, "clip", 0, "4",
    )  # fmt: skip


@pytest.mark.parametrize(("count", "said"), [(1, "1 box "), (2, "2 boxes "), (1204, "1,204 boxes ")])
def test_a_number_takes_its_form(count: int, said: str) -> None:
    assert said in flat(1, count=count).message


@pytest.mark.parametrize("name", ["{0}", "{feature.__class__}", "%s", "a}b{", "x: y; z"])
def test_a_name_is_not_a_template(name: str) -> None:
    assert f"'{name}' has 1 box" in flat(1, name).message


@pytest.mark.parametrize(
    "found",
    [
        FrameRule.FRAME_BEFORE_FIRST.at(HERE, row="clip", frame=0, track="4", label="'car'"),
        LineRule.UUID_TWICE.at(Where("labels.ndjson", 2), uuid="u", other_place=HERE),
        MaskRule.MASK_COLOUR_BLACK.at(Where("labels.py", detail="label 1"), feature="sky"),
        VideoRule.ROW_DIFFERS.at(None, row="clip", differences="external_id is 'a', the manifest says 'b'"),
    ],
    ids=lambda found: found.code,
)
def test_a_finding_survives_json(found: Finding) -> None:
    assert Finding.from_dict(orjson.loads(orjson.dumps(found.to_dict()))) == found


def test_json_has_each_field_by_itself() -> None:
    found = FrameRule.FRAME_BEFORE_FIRST.at(HERE, row="clip", frame=0, track="4", label="'car'")
    assert found.to_dict() == {
        "code": "frame-before-first",
        "severity": "error",
        "path": "labels.csv",
        "line": 7,
        "detail": "track 4",
        "row": "clip",
        "frame": 0,
        "track": "4",
        "message": "'car' has frame 0; the first frame of a video is 1",
        "remedy": "if the source counts from 0, set frame_base: 0 (MOT, tables) or add 1 to its frames",
    }


def test_what_only_labelbox_knows_is_placed_by_its_row() -> None:
    (found,) = on(RowRef("clip"), [VideoRule.ROW_DIFFERS.at(None, differences="it is another")])
    assert str(found).startswith("clip: the data row in Labelbox differs")
    assert found.to_dict()["path"] is None


def test_one_finding_is_one_line() -> None:
    (group,) = grouped([flat(2)])
    assert str(group) == f"warning: {flat(2)} [box-without-area]"


def test_findings_of_one_rule_are_counted_and_cut() -> None:
    findings = [flat(line, f"car {line}", f"{line % 3}.csv") for line in range(1204)]
    (group,) = grouped(findings)
    assert (group.count, group.files, group.first) == (1204, 3, tuple(findings[:KEPT]))
    head, *lines, last = str(group).split("\n")
    assert head == "warning: box-without-area x1,204 in 3 files"
    assert lines == [f"  {finding}" for finding in findings[:SHOWN]]
    assert last == f"  and {1204 - SHOWN:,} more"


def test_the_same_message_is_shown_once_and_counted() -> None:
    (group,) = grouped([flat(2), flat(3), flat(4, "lorry")])
    assert group.first == (flat(2), flat(4, "lorry"))
    assert str(group).split("\n") == [
        "warning: box-without-area x3 in 1 file", f"  {flat(2)}", f"  {flat(4, 'lorry')}", "  and 1 more",
    ]  # fmt: skip


def test_errors_come_first_and_rules_in_order_of_appearance() -> None:
    black = MaskRule.MASK_COLOUR_BLACK.at(HERE, feature="sky")
    outside = ShapeRule.SHAPE_OUTSIDE.at(HERE, frame=1, feature="car", count=1, picture="the picture")
    codes = [group.code for group in grouped([outside, flat(1), black, flat(2)])]
    assert codes == ["mask-colour-black", "shape-outside", "box-without-area"]


def test_a_group_survives_json() -> None:
    (group,) = grouped([flat(line) for line in range(3)])
    assert FindingGroup.from_dict(orjson.loads(orjson.dumps(group.to_dict()))) == group
    (row,) = grouped([VideoRule.ROW_DIFFERS.at(None, row=name, differences="d") for name in ("a", "b")])
    assert row.headline == "warning: row-differs x2"
