"""Commands that need only the onboarding's name: finish it, retry what was refused, rebuild its ledger."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Ferry
from tests.e2e.test_again import BOXES, TWO, box, unchanged, write
from tests.localbox_server import Localbox

CREATE_JOB = "createMALPredictionImportByFilePyApi"
QUOTA = {"kind": "status", "status": 426, "operation": CREATE_JOB}


def test_resume_finishes_what_was_begun(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    """With the labels as they were then: the files may have been deleted or changed."""
    spec = write(tmp_path, TWO)
    localbox.control("POST", "faults", QUOTA)
    ferry("onboard", spec).refused(1)
    assert localbox.annotations() == []
    said = ferry("status", "harbour").done()
    assert "failed  Labelbox at" in said
    assert "the account's quota is used up" in said
    assert "pending: harbour-prelabels-" in said
    localbox.control("DELETE", "faults")
    (tmp_path / "boxes.csv").write_text("\n".join([*BOXES, box("harbour-1", 77)]), "utf-8")
    ferry("plan", spec).done()
    assert "done" in ferry("resume", "harbour").done()
    assert sorted(line["segments"][0]["keyframes"][0]["frame"] for line in localbox.annotations()) == [1, 5]
    with unchanged(localbox):
        assert "nothing to do" in ferry("resume", "harbour").done()
    (listed,) = ferry("status", "--json").json["onboardings"]
    assert (listed["name"], listed["lines"]) == ("harbour", {"prelabels": {"accepted": 2}})
    assert [run["outcome"] for run in listed["runs"]] == ["nothing to do"]
    assert "harbour in workspace" in ferry("status").done()
    kept = sorted(path.suffix for path in (ferry.home / "reports" / "runs" / "harbour").iterdir())
    assert kept == sorted([".csv", ".html", ".json"] * 2)


def test_refused_lines_are_sent_again_once_their_cause_is_mended(
    ferry: Ferry, localbox: Localbox, tmp_path: Path
) -> None:
    spec = write(tmp_path, TWO)
    localbox.control("POST", "transitions", {"mal-import": {"when": "now", "end": "failed"}})
    assert "2 lines were refused" in ferry("onboard", spec).refused(3)
    assert "2 lines were refused" in ferry("retry-failed", "harbour").refused(3)
    said = ferry("status", "harbour").done()
    assert "unknown: look at the row in Labelbox" in said
    localbox.control("POST", "transitions", {})
    assert "done" in ferry("retry-failed", "harbour").done()
    assert len(localbox.annotations()) == 2
    with unchanged(localbox):
        assert "nothing to do" in ferry("retry-failed", "harbour").done()
        assert "nothing to do" in ferry("onboard", spec).done()


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_a_lost_ledger_is_rebuilt(imported_as: str, ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, TWO, imports=f"import: {{as: {imported_as}}}")
    ferry("onboard", spec).done()
    for path in ferry.home.glob("ledger.db*"):
        path.unlink()
    assert "no onboarding 'harbour' in the ledger sqlite:///" in ferry("status", "harbour").refused(2)
    with unchanged(localbox):
        rebuilt = ferry("status", "harbour", "--rebuild", "--json").json
    (workspace,) = rebuilt["workspaces"]
    assert workspace["lines"][imported_as] == {"accepted": 2}
    with unchanged(localbox):
        assert "nothing to do" in ferry("onboard", spec).done()
        assert ferry("status", "harbour", "--rebuild").code == 0


def test_a_project_that_is_not_there_cannot_be_rebuilt_from(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    ferry("onboard", write(tmp_path, TWO)).done()
    localbox.control("POST", "reset")
    for path in ferry.home.glob("ledger.db*"):
        path.unlink()
    assert "no project is named 'Harbour': nothing to rebuild from" in ferry("status", "harbour", "--rebuild").refused(
        4
    )


@pytest.mark.parametrize("command", ["resume nobody", "retry-failed nobody", "status nobody --rebuild"])
def test_a_name_that_was_never_begun(command: str, offline: Ferry) -> None:
    message = offline(*command.split()).refused(2)
    assert "no onboarding 'nobody' was started with this LABELFERRY_HOME" in message
    assert "which has: none. Run labelferry onboard SPEC" in message


@pytest.mark.parametrize("command", ["resume", "retry-failed", "status", "status --rebuild"])
@pytest.mark.parametrize("name", ["../../elsewhere", "/etc", "..", ".", "", "a/b", "a\\b", "harbour\n"])
def test_a_path_is_no_name(command: str, name: str, offline: Ferry) -> None:
    """A state in another folder is not trusted: it is neither carried out nor read."""
    message = offline(*command.split(), name).refused(2)
    assert f"{name!r} is not the name of an onboarding" in message
    assert "labelferry status lists all" in message


def test_the_plan_says_what_is_replaced(ferry: Ferry, localbox: Localbox, tmp_path: Path) -> None:
    spec = write(tmp_path, TWO)
    ferry("onboard", spec).done()
    write(tmp_path, ([box("harbour-1", 1, left=9.0), *TWO[0][1:]], TWO[1]))
    spec.write_text(spec.read_text("utf-8") + "\non_changed: replace\n", "utf-8")
    with unchanged(localbox):
        steps = [step for step in ferry("plan", spec, "--json").json["steps"] if step["kind"] == "import"]
    assert [(step["action"], step["count"]) for step in steps] == [("delete", 2), ("create", 2)]
    assert "it is deleted, and those of its labels that are still in the sources are sent again" in steps[0]["reason"]
    assert "1 of them sent before" in steps[1]["reason"]
    assert "done" in ferry("onboard", spec).done()
    assert len(localbox.annotations()) == 2
