"""Rows that were to be brought up to date, and that the service does not change."""

from pathlib import Path
from typing import Any

import pytest
from labelferry.onboarding.drift import bring_up_to_date, find_drift

from labelferry.desired.build import build
from labelferry.errors import RejectedError
from labelferry.onboarding.context import open_onboarding
from labelferry.remote import Remote
from labelferry.settings import Settings
from labelferry.spec.loaded import LoadedSpec
from tests.integration.conftest import Localbox

SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, file: ontology.yaml}
videos: videos.csv
on_existing: update
"""


def test_a_row_that_goes_before_it_is_changed(localbox: Localbox, tmp_path: Path) -> None:
    """Somebody deletes it between our comparison and our update: it is named with the service's reason."""
    localbox.control("POST", "reset")
    with localbox.client() as client:
        rows = [{"global_key": f"yard-{at}", "row_data": f"https://example.com/old-{at}.mp4"} for at in range(3)]
        client.data_rows.create(client.datasets.create("Yard").id, rows)
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "ontology.yaml").write_text("tools: [{tool: BBOX, name: car}]\n", "utf-8")
    videos = "".join(f"yard-{at},https://example.com/new-{at}.mp4\n" for at in range(3))
    (tmp_path / "videos.csv").write_text(f"global_key,row_data\n{videos}", "utf-8")
    settings = Settings.from_environment(
        {
            "LABELFERRY_HOME": str(tmp_path / "home"),
            "LABELBOX_API_KEY": localbox.key,
            "LABELBOX_ENDPOINT": localbox.endpoint,
        }
    )
    folder = build(LoadedSpec.from_file(tmp_path / "spec.yaml"), settings.home).folder
    with open_onboarding(settings, Remote("localbox", localbox.endpoint), folder) as onboarding:
        drift = find_drift(onboarding, onboarding.desired.rows())
        assert sorted(each.global_key for each in drift) == ["yard-0", "yard-1", "yard-2"]
        state: Any = localbox.control("GET", "state")
        left = [row for row in state["data_rows"] if row["global_key"] != "yard-1"]
        localbox.control("POST", "seed", {**state, "data_rows": left})
        with pytest.raises(RejectedError) as refused:
            bring_up_to_date(onboarding, drift)
    first, *told = str(refused.value).splitlines()
    assert "1 of 3 data rows" in first
    assert [line.strip() for line in told] == ["Data Row not found: 'yard-1'"]
