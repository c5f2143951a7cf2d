"""Every golden case of the guide, in the SDK's spelling and in the guide's, against the guide's ontology."""

import json
from pathlib import Path
from typing import Any

import labelbox as lb
import pytest

from tests.conformance import guide

# The guide's own Python gives one colour to two tools here: nobody could say which of them a pixel belongs to.
AMBIGUOUS = {"seed-mask-guide-combined", "seed-step5-full-payload"}
# A name with the text of a placeholder, which no ontology has.
PLACEHOLDERS = {"seed-frame-text-placeholder"}


@pytest.fixture(scope="module")
def project(client: Any) -> Any:
    dataset = client.create_dataset(name="goldens", iam_integration=None)
    asset = {"row_data": guide.VIDEO, "global_key": "sample-video-jellyfish.mp4", "media_type": "VIDEO"}
    task = dataset.create_data_rows([asset])
    task.wait_till_done()
    assert task.errors is None
    made = client.create_project(name="goldens", media_type=lb.MediaType.Video)
    made.connect_ontology(client.create_ontology("goldens", guide.ontology(), media_type=lb.MediaType.Video))
    made.create_batch("goldens", global_keys=["sample-video-jellyfish.mp4"], priority=5)
    yield made
    dataset.delete()


def cases(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "goldens" / "seed_cases.json").read_text())
    return found


def completed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    row = {"globalKey": "sample-video-jellyfish.mp4"}
    return [{key: value for key, value in line.items() if key != "uuid"} | {"dataRow": row} for line in lines]


@pytest.mark.parametrize("kind", [lb.MALPredictionImport, lb.LabelImport])
@pytest.mark.parametrize("spelling", ["sdk", "guide"])
def test_every_golden_is_taken(client: Any, project: Any, shared: Path, kind: Any, spelling: str) -> None:
    failed = {}
    for case in cases(shared):
        lines = completed(case["sdk"]["ndjson"] if spelling == "sdk" else case["guide_ndjson"])
        job = kind.create_from_objects(client, project.uid, f"{spelling} {case['id']}", lines)
        if job.errors:
            failed[case["id"]] = [error["errors"][0]["message"] for error in job.errors]
    expected = AMBIGUOUS | PLACEHOLDERS if spelling == "sdk" else set()
    assert set(failed) == expected, failed
    for name in AMBIGUOUS & set(failed):
        assert "Colour [76, 104, 177] stands for two instances" in failed[name]
