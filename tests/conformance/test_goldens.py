"""Every golden case of the guide, in the SDK's spelling and in the guide's, with both clients, as both kinds."""

import base64
import json
import uuid
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from tests.conformance import guide
from tests.conformance.driver import Driver, Kind, Line
from tests.localbox_server import Localbox

CASES = 24
# The guide's own Python gives one colour to two tools here, and does not say which of them a pixel belongs to.
AMBIGUOUS = {"seed-mask-guide-combined", "seed-step5-full-payload"}
# A name with the text of a placeholder, which no ontology has, in one case beside the repeated colour.
PLACEHOLDERS = {"seed-frame-text-placeholder", "seed-step5-full-payload"}
Spelling = Literal["sdk", "guide"]


@pytest.fixture(scope="module")
def place(driver: Driver) -> tuple[str, str]:
    key = f"goldens-{uuid.uuid4().hex}"
    dataset = driver.dataset("goldens")
    row = {"row_data": guide.VIDEO, "global_key": key, "media_type": "VIDEO"}
    assert driver.upload(dataset, [row]).created == {key}
    made = driver.project("goldens")
    driver.connect(made, driver.ontology("goldens", guide.ontology()))
    driver.batch(made, "goldens", [key])
    return made, key


def cases(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "goldens" / "seed_cases.json").read_text("utf-8"))
    assert len(found) == CASES
    return found


def completed(case: dict[str, Any], spelling: Spelling, key: str) -> list[Line]:
    lines = case["sdk"]["ndjson"] if spelling == "sdk" else case["guide_ndjson"]
    return [line | {"dataRow": {"globalKey": key}, "uuid": str(uuid.uuid4())} for line in lines]


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("spelling", get_args(Spelling))
def test_every_golden_is_taken(
    driver: Driver, place: tuple[str, str], shared: Path, kind: Kind, spelling: Spelling
) -> None:
    project, key = place
    failed = {}
    for case in cases(shared):
        lines = completed(case, spelling, key)
        job = driver.submit(project, f"{spelling} {case['id']}", lines, kind)
        assert job.inputs == len(job.statuses) == len(lines)
        if job.errors:
            failed[case["id"]] = [message for messages in job.errors.values() for message in messages]
    assert set(failed) == (PLACEHOLDERS if spelling == "sdk" else set()), failed


def test_a_repeated_colour_can_be_refused(
    localbox: Localbox, driver: Driver, place: tuple[str, str], shared: Path
) -> None:
    project, key = place
    localbox.control("POST", "reading", {"repeated_colour": "refused"})
    for case in cases(shared):
        if case["id"] in AMBIGUOUS:
            lines = completed(case, "sdk", key)
            job = driver.submit(project, f"strict {case['id']}", lines, "pre-labels")
            messages = [message for each in job.errors.values() for message in each]
            assert "Colour [76, 104, 177] stands for two instances" in messages
    localbox.control("POST", "reading", {})


def test_of_a_repeated_colour_the_last_named_has_the_pixels(
    localbox: Localbox, driver: Driver, place: tuple[str, str]
) -> None:
    project, key = place
    frames = [{"index": 3, "imBytes": base64.b64encode(guide.mask_png((9, 9, 9))).decode()}]
    named = [{"name": name, "colorRGB": [9, 9, 9]} for name in ("mask_with_text_subclass", "video_mask")]
    line = {"masks": {"frames": frames, "instances": named}, "dataRow": {"globalKey": key}, "uuid": str(uuid.uuid4())}
    assert driver.submit(project, "repeated", [line], "ground truth").errors == {}
    with localbox.client() as client:
        (row,) = client.exports.project(project, [key])
    newest = row["projects"][project]["labels"][-1]["annotations"]
    assert [each["name"] for each in newest["frames"]["3"]["objects"].values()] == ["video_mask"]
    assert list(newest["segments"].values()) == [[[3, 3]]]
