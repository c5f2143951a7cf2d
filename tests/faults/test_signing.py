"""A new dataset is signed by an IAM integration, as in the official SDK, and a kill in between is repaired."""

from typing import Any

import pytest

from tests.faults.driver import AFTER, BEFORE
from tests.faults.streets import Streets, box
from tests.faults.sweep import KILLED

LABELS = [box("street-1", 1)]
SIGNING = ["setSignerForDatasetPyApi", "validateDatasetPyApi"]


def integration(streets: Streets, name: str = "Ours", **plan: Any) -> None:
    streets.localbox.control("POST", "integrations", {"name": name, "isOrgDefault": True, **plan})


def write(streets: Streets, chosen: str | None = None) -> None:
    streets.write(LABELS)
    if chosen is not None:
        text = streets.spec.read_text("utf-8")
        dataset = f"dataset: {{name: Streets, iam_integration: {chosen}}}"
        streets.spec.write_text(text.replace("dataset: Streets", dataset), "utf-8")
    streets.localbox.forget()


def signers(streets: Streets) -> list[str | None]:
    """The name of each dataset's signer."""
    state = streets.localbox.state()
    names = {row["id"]: row["name"] for row in state["integrations"]}
    return [names.get(row["signer_id"]) for row in state["datasets"]]


@pytest.mark.parametrize(
    ("chosen", "signer"), [(None, "Ours"), ("default", "Ours"), ("none", None), ("Other", "Other")]
)
def test_a_new_dataset(chosen: str | None, signer: str | None, streets: Streets) -> None:
    integration(streets)
    integration(streets, "Other", isOrgDefault=False)
    write(streets, chosen)
    assert streets.run() == (0, "")
    assert signers(streets) == [signer]
    assert streets.report()["signer"] == (f"'{signer}' (AWS)" if signer else "")
    assert [name for name in streets.localbox.mutations() if name in SIGNING] == (SIGNING if signer else [])


def test_by_id(streets: Streets) -> None:
    integration(streets)
    with streets.client() as client:
        (known,) = client.integrations.list()
    write(streets, known.id)
    assert streets.run() == (0, "")
    assert signers(streets) == ["Ours"]


def test_a_workspace_without_integrations(streets: Streets) -> None:
    write(streets)
    assert streets.run() == (0, "")
    assert (signers(streets), streets.report()["signer"]) == ([None], "")


def conflict(streets: Streets, *said: str) -> None:
    """A run stops before its first change, and says so."""
    code, message = streets.run()
    assert code == 4
    assert [text for text in said if text not in message] == [], message
    assert streets.localbox.mutations() == []


def test_one_that_does_not_exist(streets: Streets) -> None:
    integration(streets)
    write(streets, "Others")
    conflict(streets, "no IAM integration 'Others'", "'Ours' (AWS)", "iam_integration: none")
    write(streets, "none")
    assert streets.run() == (0, "")


def test_two_defaults(streets: Streets) -> None:
    integration(streets)
    integration(streets, "Other", provider="GCP")
    write(streets)
    conflict(streets, "2 IAM integrations are the workspace's default: 'Other' (GCP)", "'Ours' (AWS)")
    write(streets, "Other")
    assert streets.run() == (0, "")
    assert signers(streets) == ["Other"]


def test_two_of_one_name(streets: Streets) -> None:
    integration(streets, isOrgDefault=False)
    integration(streets, isOrgDefault=False)
    write(streets, "Ours")
    conflict(streets, "2 IAM integrations are called 'Ours'", "give the id of one")


def test_one_that_is_not_valid(streets: Streets) -> None:
    integration(streets, valid=False)
    write(streets)
    conflict(streets, "'Ours' (AWS) is not valid", "workspace settings", "iam_integration: none")
    write(streets, "none")
    assert streets.run() == (0, "")


def test_a_failed_test_takes_the_new_dataset_back(streets: Streets) -> None:
    integration(streets, works=False)
    write(streets)
    code, message = streets.run()
    assert code == 1
    assert "test of the IAM integration 'Ours' (AWS) failed (integration); the new dataset was deleted" in message
    assert streets.localbox.state()["datasets"] == []
    write(streets, "none")
    assert streets.run() == (0, "")
    assert signers(streets) == [None]


def test_a_dataset_that_another_signs_for(streets: Streets) -> None:
    integration(streets)
    with streets.client() as client:
        dataset = client.datasets.create("Streets").id
    write(streets, "Ours")
    conflict(
        streets, f"dataset {dataset} exists and is not signed by any IAM integration", "the spec names 'Ours' (AWS)"
    )
    write(streets)
    assert streets.run() == (0, "")
    assert signers(streets) == [None]  # another client's: used as it is


@pytest.mark.full
@pytest.mark.parametrize("side", [BEFORE, AFTER])
def test_killed_while_it_is_signed(side: str, streets: Streets) -> None:
    """Whichever request a run is killed at, the next one leaves one dataset, signed and filled."""
    integration(streets)
    write(streets)
    assert streets.run() == (0, "")
    asked = [each["operation"] for each in streets.localbox.control("GET", "requests")]
    first = asked.index("CreateDatasetPyApi") + 1
    last = len(asked) - asked[::-1].index("validateDatasetPyApi")
    assert last - first == 5
    for number in range(first, last + 1):
        streets.home = streets.bench.fresh()
        integration(streets)
        write(streets)
        assert streets.kill(number, side) == KILLED
        assert streets.run() == (0, ""), number
        assert signers(streets) == ["Ours"], number


def test_the_plan_says_who_signs(streets: Streets) -> None:
    integration(streets)
    write(streets)
    assert streets.run() == (0, "")
    planned = {step["kind"]: step for step in streets.report()["planned"]}
    assert planned["dataset"]["reason"].endswith("; the IAM integration 'Ours' (AWS) signs for it")
