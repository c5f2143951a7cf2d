"""The command line with a Prefect server: the same runs as flows, with the same requests and the same reports."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Ferry
from tests.localbox_server import ROOT, Localbox

SPECS = ("prelabels", "ground-truth")
TOLD = {"planned", "steps", "folder", "html", "project", "ontology", "jobs", "page"}
"""What differs between two runs: ids, times, places, and that a flow also keeps files for other machines."""


OF_A_CLIENT = "GetUserPyApi"
"""Each task has a client of its own, which asks for its user once when it waits for a task of the service."""


@pytest.fixture
def specs(tmp_path: Path) -> list[Path]:
    folder = shutil.copytree(ROOT / "config" / "examples" / "guide", tmp_path / "guide")
    return [folder / f"{name}.yaml" for name in SPECS]


def runs(command: Ferry, box: Localbox, specs: list[Path]) -> tuple[list[dict[str, object]], list[str]]:
    """The reports of both specs, planned, onboarded, onboarded again and verified; and what localbox was asked."""
    box.control("POST", "reset")
    box.forget()
    shutil.rmtree(command.home, ignore_errors=True)
    reports = []
    for spec in specs:
        command("plan", spec).done()
        for verb in ("onboard", "onboard", "verify"):
            ended = command(verb, spec, "--json")
            assert ended.code == 0, ended.err
            reports.append({name: value for name, value in ended.json.items() if name not in TOLD})
    command("resume", f"guide-{specs[0].stem}").done()
    command("retry-failed", f"guide-{specs[0].stem}").done()
    return reports, [asked for asked in box.operations() if asked != OF_A_CLIENT]


@pytest.mark.parametrize("first", [1, pytest.param(0, marks=pytest.mark.full)])
def test_a_flow_does_what_a_plain_run_does(
    first: int, ferry: Ferry, flowing: Ferry, localbox: Localbox, specs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_flows = runs(flowing, localbox, specs[first:])
    monkeypatch.delenv("PREFECT_API_URL")
    plain = runs(ferry, localbox, specs[first:])
    assert plain[0] == as_flows[0]
    assert plain[1] == as_flows[1]


def test_the_output_says_which(ferry: Ferry, specs: list[Path]) -> None:
    assert "  ran in this process\n" in ferry("onboard", specs[0]).done()
    assert "  planned in this process\n" in ferry("plan", specs[0]).done()


def test_the_output_says_which_server(flowing: Ferry, specs: list[Path], prefect_url: str) -> None:
    assert f"  ran as a Prefect flow on {prefect_url}\n" in flowing("onboard", specs[0]).done()


def test_an_active_profile_is_a_server(
    ferry: Ferry, specs: list[Path], prefect_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "profiles.toml"
    profiles.write_text(f'active = "team"\n[profiles.team]\nPREFECT_API_URL = "{prefect_url}"\n', "utf-8")
    said = ferry.process("plan", specs[0], PREFECT_PROFILES_PATH=str(profiles)).done()
    assert f"  planned as a Prefect flow on {prefect_url}\n" in said
