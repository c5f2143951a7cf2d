"""The page over all runs: each is listed, and leads to its own page as long as that is kept."""

from pathlib import Path

import pytest

import labelferry
from labelferry.errors import ConflictError
from labelferry.ledger import open_ledger
from labelferry.reports.overview import write_overview
from labelferry.settings import Settings
from tests.localbox_server import Localbox
from tests.reports.test_html import Page

VIDEO = {"global_key": "pier", "row_data": "https://example.com/pier.mp4", "width": 640, "height": 480}
BOXES = "global_key,frame,track,class,left,top,width,height\npier,1,1,<b>car</b>,1,2,30,40\n"


@pytest.fixture
def settings(localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABELFERRY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LABELBOX_API_KEY", localbox.key)
    monkeypatch.setenv("LABELBOX_ENDPOINT", localbox.endpoint)
    (tmp_path / "boxes.csv").write_text(BOXES, "utf-8")
    return Settings.from_environment()


def spec(name: str, **more: object) -> dict[str, object]:
    return {
        "name": name,
        "dataset": "Piers",
        "project": f"<i>{name}</i>",
        "ontology": {"name": name, "from": "labels"},
        "videos": [VIDEO],
        "labels": [{"format": "table", "path": "boxes.csv"}],
        **more,
    }


def test_every_run_is_listed(settings: Settings) -> None:
    labelferry.onboard(spec("north"))
    labelferry.onboard(spec("north"))
    labelferry.onboard(spec("south", **{"import": {"as": "ground-truth"}}))
    with pytest.raises(ConflictError) as stopped:
        labelferry.onboard(spec("south", dataset={"name": "Other"}, on_existing="fail"))
    with open_ledger(settings.ledger_url) as file:
        path = write_overview(file, settings.reports)
    text = path.read_text("utf-8")
    page = Page(text)
    assert "1 existing data row differs" in str(stopped.value)
    told = str(stopped.value).splitlines()
    for said in ("2 onboardings", "<i>north</i>", "nothing to do", "done", "conflict", *map(str.strip, told)):
        assert said in page.text, said
    links = [link.split('"')[0] for link in text.split('href="runs/')[1:]]
    assert len(links) == 3
    assert all((settings.reports / "runs" / link).is_file() for link in links)
    assert "http-equiv" in text


def test_no_run_at_all(settings: Settings) -> None:
    with open_ledger(settings.ledger_url) as file:
        assert "0 onboardings" in Page(write_overview(file, settings.reports).read_text("utf-8")).text
