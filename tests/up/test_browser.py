"""Prefect's UI in a real Chromium, as users use it: fill in the form, watch, look at the picture, break and retry.

Pictures are kept in LABELFERRY_SCREENSHOTS. Chromium may look up no name but this machine's: Prefect's pages would
call a host of its maker's.
"""

import os
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.localbox_server import Localbox
from tests.up.conftest import Deployed, onboarding, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine (Debian's package)")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-3d-apis",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
PATIENCE = 60_000.0
expect.set_options(timeout=PATIENCE)


@pytest.fixture
def stranger() -> Iterator[Page]:
    """A browser that has not logged in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        opened = browser.new_page(viewport={"width": 1300, "height": 1100})
        opened.set_default_timeout(PATIENCE)
        yield opened
        browser.close()


@pytest.fixture
def page(stranger: Page, deployed: Deployed) -> Page:
    """A browser that has logged in, as Prefect's pages remember it."""
    password = b64encode(deployed.login.encode()).decode()
    stranger.add_init_script(f"localStorage.setItem('prefect-password', '{password}')")
    return stranger


def keep(page: Page, name: str, folder: Path) -> None:
    """Keep a picture of the page."""
    places = Path(os.environ.get("LABELFERRY_SCREENSHOTS", folder))
    places.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=places / f"prefect-{name}.png")


def submit(page: Page, deployed: Deployed, spec: Path) -> str:
    """Open the deployment, fill in the form and submit it; returns the run's id."""
    known = {run["id"] for run in deployed.runs_of("onboard")}
    page.goto(f"{deployed.url}/v2/deployments/deployment/{deployed.deployment('onboard')['id']}")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Custom run").click()
    asked = page.locator("textarea").first
    expect(page.get_by_text("Path of a spec file on the worker")).to_be_visible()
    expect(asked).to_have_value("")
    page.wait_for_load_state("networkidle")
    asked.fill(str(spec))
    page.wait_for_load_state("networkidle")
    expect(asked).to_have_value(str(spec))
    keep(page, "form", spec.parent)
    new: set[str] = until(lambda: pressed(page, deployed) - known, 120, "the run")
    expect(page.get_by_role("heading", name="Parameters")).to_be_hidden(timeout=PATIENCE)
    assert len(new) == 1
    return new.pop()


def pressed(page: Page, deployed: Deployed) -> set[str]:
    """Press Submit if the form is still there, and return the runs a little later.

    While the form checks what was typed, which takes long on a busy machine, Prefect's page ignores the button.
    """
    button = page.get_by_role("button", name="Submit")
    if button.is_visible():
        button.click()
        page.wait_for_timeout(5_000)
    return {run["id"] for run in deployed.runs_of("onboard")}


def watch(page: Page, deployed: Deployed, run: str, state: str) -> None:
    """Open the run's page when it is in the state, and see that it shows it; the page is not open meanwhile, as its
    moving graph would take as much of a small machine as the run itself.
    """
    page.goto("about:blank")
    until(lambda: deployed.state(run) == state.upper(), 180, f"run {run} is {state}")
    page.goto(f"{deployed.url}/v2/runs/flow-run/{run}")
    expect(page.get_by_text(state, exact=True).first).to_be_visible(timeout=180_000)


def open_artifact(page: Page, key: str) -> None:
    """From a run's page to what an artifact of it holds."""
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text(key, exact=True).first.click()
    page.locator("a[href*='/artifacts/artifact/']").first.click()


def test_the_pages_ask_for_the_login_that_make_up_printed(deployed: Deployed, stranger: Page, tmp_path: Path) -> None:
    stranger.goto(f"{deployed.url}/v2/deployments")
    asked = stranger.locator("input[type=password]")
    expect(asked).to_be_visible()
    expect(stranger.get_by_text("onboard", exact=True)).to_have_count(0)
    keep(stranger, "login", tmp_path)
    asked.fill("labelferry:wrong")
    asked.press("Enter")
    expect(asked).to_be_visible()
    asked.fill(deployed.login)
    asked.press("Enter")
    expect(asked).to_have_count(0)
    stranger.goto(f"{deployed.url}/v2/deployments")
    expect(stranger.get_by_text("retry-failed", exact=True).first).to_be_visible()


def test_onboarded_seen_run_again_broken_and_retried(
    deployed: Deployed, localbox: Localbox, page: Page, tmp_path: Path
) -> None:
    spec = onboarding(tmp_path, "seen")
    run = submit(page, deployed, spec)
    watch(page, deployed, run, "Completed")
    expect(page.get_by_text("onboard seen: 1 new row").first).to_be_visible()
    open_artifact(page, "onboarding")
    expect(page.get_by_text("seen: done").first).to_be_visible()
    picture = page.locator("img[src^='data:image/']").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
    keep(page, "report", tmp_path)

    localbox.forget()
    run = submit(page, deployed, spec)
    watch(page, deployed, run, "Completed")
    expect(page.get_by_text("onboard seen: nothing new").first).to_be_visible()
    open_artifact(page, "onboarding")
    expect(page.get_by_text("seen: nothing to do").first).to_be_visible()
    assert localbox.mutations() == []

    onboarding(tmp_path, "seen", rows=2)
    broken(localbox)
    run = submit(page, deployed, spec)
    watch(page, deployed, run, "Failed")
    page.get_by_role("tab", name="Details").click()
    expect(page.get_by_text("503 Service Unavailable").first).to_be_visible()
    keep(page, "failed", tmp_path)

    localbox.control("DELETE", "faults")
    localbox.forget()
    page.get_by_role("button", name="Open menu").last.click()
    page.get_by_role("menuitem", name="Retry").click()
    page.get_by_role("button", name="Retry").click()
    until(lambda: deployed.state(run) == "COMPLETED", 180, "the retried run")
    watch(page, deployed, run, "Completed")
    keep(page, "retried", tmp_path)
    assert localbox.mutations() == ["createMALPredictionImportByFilePyApi"]
    assert localbox.labelled() == ["seen-0", "seen-1"]


def broken(localbox: Localbox) -> Any:
    """From now on the service takes no import."""
    fault = {"kind": "status", "status": 503, "operation": "createMALPredictionImportByFilePyApi"}
    return localbox.control("POST", "faults", fault)


def paused(page: Page, deployed: Deployed, spec: Path) -> str:
    """Start a run that asks before it changes anything, and watch it until it does."""
    run = deployed.start("onboard", spec=str(spec), approve=True)
    watch(page, deployed, run, "Paused")
    return run


def answer(page: Page, deployed: Deployed, run: str, *, approved: bool) -> None:
    """Press Resume, and give the answer that the run waits for."""
    page.get_by_role("button", name="Open menu").last.click()
    page.get_by_role("menuitem", name="Resume").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Plan: 6 to create, 0 to update, 0 to delete, 0 to decide")).to_be_visible()
    page.wait_for_load_state("networkidle")
    if approved:
        dialog.get_by_role("switch").click()
        page.wait_for_load_state("networkidle")
        expect(dialog.get_by_role("switch")).to_be_checked()
    until(lambda: resumed(page, deployed, run), 120, "the run resumes")


def resumed(page: Page, deployed: Deployed, run: str) -> bool:
    """Press Resume if the dialog is still there; see whether the run goes on (the page may ignore it, as Submit)."""
    button = page.get_by_role("dialog").get_by_role("button", name="Resume")
    if button.is_visible():
        button.click()
        page.wait_for_timeout(5_000)
    return deployed.state(run) != "PAUSED"


def test_a_plan_is_approved_or_not(deployed: Deployed, localbox: Localbox, page: Page, tmp_path: Path) -> None:
    spec = onboarding(tmp_path, "asked")
    run = paused(page, deployed, spec)
    keep(page, "paused", tmp_path)
    assert localbox.mutations() == []
    answer(page, deployed, run, approved=False)
    assert deployed.ended(run)["state"]["type"] == "CANCELLED"
    assert localbox.mutations() == []

    run = paused(page, deployed, spec)
    answer(page, deployed, run, approved=True)
    state = deployed.ended(run)["state"]
    assert state["type"] == "COMPLETED", state["message"]
    assert localbox.labelled() == ["asked-0"]
