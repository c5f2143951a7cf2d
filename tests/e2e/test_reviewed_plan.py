"""``onboard --plan``: a plan that was reviewed is carried out as long as nothing has changed since."""

from pathlib import Path

from tests.e2e.conftest import Ferry
from tests.e2e.test_again import ONE, TWO, unchanged, write
from tests.localbox_server import Localbox
from tests.reports.test_html import Page


def planned(ferry: Ferry, spec: Path) -> Path:
    path = spec.with_name("plan.json")
    path.write_text(ferry("plan", spec, "--json").done(), "utf-8")
    return path


def test_a_reviewed_plan_is_carried_out_and_a_stale_one_refused(
    ferry: Ferry, localbox: Localbox, tmp_path: Path
) -> None:
    spec = write(tmp_path)
    plan = planned(ferry, spec)
    write(tmp_path, TWO)
    with unchanged(localbox):
        message = ferry("onboard", spec, "--plan", plan).refused(4)
    assert "plan.json" in message
    assert "planned: create data rows: harbour-1 (1)" in message
    assert "now:     create data rows: harbour-1, harbour-2 (2)" in message
    write(tmp_path, ONE)
    ferry("onboard", spec, "--plan", plan).done()
    assert localbox.labelled() == ["harbour-1"]
    with unchanged(localbox):
        message = ferry("onboard", spec, "--plan", plan).refused(4)
    assert "now:     reuse data rows: harbour-1 (1)" in message


def test_a_plan_that_is_none_changes_nothing(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path)
    with unchanged(localbox):
        assert "not a plan" in ferry("onboard", spec, "--plan", spec).refused(2)


def test_a_plan_as_a_page(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec, page = write(tmp_path), tmp_path / "plan.html"
    assert f"wrote {page}" in ferry("plan", spec, "--html", page).done()
    text = Page(page.read_text("utf-8")).text
    for said in ("create", "not in Labelbox yet", "6 to create, 0 to update, 0 to delete, 0 to decide", "frame 1"):
        assert said in text
    assert "data:image/jpeg" in page.read_text("utf-8")
    assert localbox.mutations() == []
    assert "leave out --flow" in ferry("plan", spec, "--html", page, "--flow").refused(2)
