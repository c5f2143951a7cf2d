"""Rows that differ from the manifest when a step finds them, whatever the plan saw: refused, or not changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from labelferry.desired.build import build
from labelferry.errors import ConflictError, RejectedError
from labelferry.onboarding.context import Onboarding, open_onboarding
from labelferry.onboarding.steps.data_rows import create_data_rows
from labelferry.onboarding.steps.drift import bring_up_to_date, find_drift
from labelferry.remote import Remote
from labelferry.settings import Settings
from labelferry.spec.loaded import LoadedSpec
from tests.localbox_server import Localbox

SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, file: ontology.yaml}
videos: videos.csv
"""
KEYS = ["yard-0", "yard-1", "yard-2"]


@contextmanager
def differing(localbox: Localbox, folder: Path, on_existing: str) -> Iterator[Onboarding]:
    """An onboarding whose rows exist with other URLs."""
    with localbox.client() as client:
        rows = [{"global_key": key, "row_data": f"https://example.com/old/{key}.mp4"} for key in KEYS]
        client.data_rows.create(client.datasets.create("Yard").id, rows)
    (folder / "spec.yaml").write_text(f"{SPEC}on_existing: {on_existing}\n", "utf-8")
    (folder / "ontology.yaml").write_text("tools: [{tool: BBOX, name: car}]\n", "utf-8")
    videos = "".join(f"{key},https://example.com/new/{key}.mp4\n" for key in KEYS)
    (folder / "videos.csv").write_text(f"global_key,row_data\n{videos}", "utf-8")
    settings = Settings.from_environment(
        {
            "LABELFERRY_HOME": str(folder / "home"),
            "LABELBOX_API_KEY": localbox.key,
            "LABELBOX_ENDPOINT": localbox.endpoint,
        }
    )
    made = build(LoadedSpec.from_file(folder / "spec.yaml"), settings.home).folder
    with open_onboarding(settings, Remote("localbox", localbox.endpoint), made) as onboarding:
        yield onboarding


def test_rows_that_differ_since_the_plan_are_refused(localbox: Localbox, tmp_path: Path) -> None:
    """Somebody changed them after the plan was found good: the step itself looks too."""
    with differing(localbox, tmp_path, "fail") as onboarding:
        before: Any = localbox.state()
        with pytest.raises(ConflictError) as refused:
            create_data_rows(onboarding)
        after: Any = localbox.state()
    first, *told = str(refused.value).splitlines()
    assert "3 existing data rows" in first
    assert [line.split(":")[0].strip() for line in told[:3]] == KEYS
    assert all("old/yard" in line and "new/yard" in line for line in told[:3])
    assert "on_existing: update" in told[-1]
    assert after["data_rows"] == before["data_rows"]


def test_a_row_that_goes_before_it_is_changed(localbox: Localbox, tmp_path: Path) -> None:
    """It is deleted between our comparison and our update: the service's reason is reported."""
    with differing(localbox, tmp_path, "update") as onboarding:
        drift = find_drift(onboarding, onboarding.desired.rows())
        assert sorted(each.global_key for each in drift) == KEYS
        state: Any = localbox.state()
        left = [row for row in state["data_rows"] if row["global_key"] != "yard-1"]
        localbox.control("POST", "seed", {**state, "data_rows": left})
        with pytest.raises(RejectedError) as refused:
            bring_up_to_date(onboarding, drift)
    first, *told = str(refused.value).splitlines()
    assert "1 of 3 data rows" in first
    assert [line.strip() for line in told] == ["Data Row not found: 'yard-1'"]
