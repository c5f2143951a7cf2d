"""Which IAM integration signs for a new dataset: chosen, planned, set, or in conflict with what the spec says."""

from typing import Any

import pytest

from labelferry.errors import ConflictError, RejectedError
from labelferry.labelbox import costs
from labelferry.ledger import State
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.data_rows import create_data_rows, plan_data_rows
from labelferry.onboarding.steps.signing import choose_signer, finish_signing
from tests.faults.streets import SPEC, box
from tests.integration.onboarding.yard import Yard

ONE = [box("street-1", 1)]
NEW = "no resource has this name"


def integration(yard: Yard, name: str = "Ours", **plan: Any) -> str:
    """One that the workspace has; its id."""
    yard.localbox.control("POST", "integrations", {"name": name, "isOrgDefault": True, **plan})
    return str(yard.localbox.table("integrations")[-1]["id"])


def write(yard: Yard, chosen: str = "default") -> None:
    yard.write(ONE, spec=SPEC.replace("dataset: Streets", f"dataset: {{name: Streets, iam_integration: {chosen}}}"))


def signer(yard: Yard) -> str | None:
    """The id of the only dataset's signer."""
    (dataset,) = yard.localbox.table("datasets")
    found: str | None = dataset["signer_id"]
    return found


def planned(yard: Yard) -> PlannedStep:
    with yard.onboarding() as onboarding:
        return next(iter(plan_data_rows(onboarding)))


@pytest.mark.parametrize("chosen", ["default", "Ours", "by id"])
def test_the_integration_that_is_meant_signs(chosen: str, yard: Yard) -> None:
    ours = integration(yard)
    integration(yard, "Other", isOrgDefault=False)
    write(yard, ours if chosen == "by id" else chosen)
    reason = f"{NEW}; the IAM integration 'Ours' (AWS) signs for it"
    requests = costs.NEW_DATASET + costs.SIGN_DATASET
    assert planned(yard) == PlannedStep("dataset", "Streets", Action.CREATE, reason, requests=requests)
    with yard.onboarding() as onboarding:
        outcome = create_data_rows(onboarding)
        assert (outcome.created, outcome.dataset_created, outcome.signer) == (1, True, "'Ours' (AWS)")
    assert signer(yard) == ours


@pytest.mark.parametrize(("chosen", "default"), [("none", True), ("default", False)])
def test_no_integration_signs(chosen: str, default: bool, yard: Yard) -> None:
    integration(yard, isOrgDefault=default)
    write(yard, chosen)
    assert planned(yard) == PlannedStep("dataset", "Streets", Action.CREATE, NEW, requests=costs.NEW_DATASET)
    with yard.onboarding() as onboarding:
        assert create_data_rows(onboarding).signer == ""
    assert signer(yard) is None


ONE_OF = "or set iam_integration: none under dataset: if no video is in a private bucket"
WRONG: dict[str, tuple[list[dict[str, Any]], str, list[str]]] = {
    "none of the name": (
        [{"name": "Ours"}],
        "Theirs",
        ["this workspace has no IAM integration 'Theirs' ('Ours' (AWS) (", ONE_OF],
    ),
    "none at all": ([], "Theirs", ["this workspace has no IAM integration 'Theirs' (it has none)", ONE_OF]),
    "two defaults": (
        [{"name": "Ours"}, {"name": "Other", "provider": "GCP"}],
        "default",
        ["2 IAM integrations are the workspace's default: 'Other' (GCP) (", "'Ours' (AWS) (", ONE_OF],
    ),
    "two of the name": (
        [{"name": "Ours"}, {"name": "Ours", "isOrgDefault": False}],
        "Ours",
        ["2 IAM integrations are called 'Ours': ", "give the id of one", ONE_OF],
    ),
    "one that is not valid": (
        [{"name": "Ours", "valid": False}],
        "default",
        ["the IAM integration 'Ours' (AWS) is not valid", ONE_OF],
    ),
}


@pytest.mark.parametrize(("known", "chosen", "said"), WRONG.values(), ids=WRONG)
def test_what_has_to_be_decided(known: list[dict[str, Any]], chosen: str, said: list[str], yard: Yard) -> None:
    for each in known:
        integration(yard, **each)
    write(yard, chosen)
    step = planned(yard)
    assert (step.kind, step.name, step.action, step.requests) == ("dataset", "Streets", Action.CONFLICT, 0)
    assert [text for text in said if text not in step.reason] == []
    with yard.onboarding() as onboarding:
        with pytest.raises(ConflictError) as refused:
            choose_signer(onboarding)
        assert str(refused.value) == step.reason


def test_names_that_several_datasets_have_are_told_as_they_are(yard: Yard) -> None:
    """A conflict about the dataset itself is not hidden by its signer."""
    for _ in range(2):
        yard.client.datasets.create("Streets")
    write(yard, "Theirs")
    assert planned(yard).reason.startswith("the dataset name 'Streets' is not unique")


# Datasets that exist


@pytest.mark.parametrize("chosen", ["Ours", "default", "none"])
@pytest.mark.parametrize("signed", ["by it", "by another", "by nobody"])
def test_a_dataset_that_exists(signed: str, chosen: str, yard: Yard) -> None:
    """The spec names an integration: then it has to be that one; else the dataset is used as it is."""
    known = {"by it": integration(yard), "by another": integration(yard, "Other", isOrgDefault=False)}
    dataset = yard.client.datasets.create("Streets").id
    if signed in known:
        yard.client.integrations.sign(dataset, known[signed])
    write(yard, chosen)
    step = planned(yard)
    if chosen == "Ours" and signed != "by it":
        said = "signed by 'Other' (AWS)" if signed == "by another" else "not signed by any IAM integration"
        assert step.action is Action.CONFLICT
        assert step.reason.startswith(f"dataset {dataset} exists and is {said}, the spec names 'Ours' (AWS): ")
        return
    assert step == PlannedStep("dataset", "Streets", Action.REUSE, "found by name", id=dataset)
    with yard.onboarding() as onboarding:
        assert create_data_rows(onboarding).signer == ""
    assert signer(yard) == known.get(signed)


def test_a_dataset_that_a_stopped_run_may_have_made(yard: Yard) -> None:
    """It is signed before it is used, and planned so."""
    ours = integration(yard)
    write(yard)
    dataset = yard.client.datasets.create("Streets").id
    with yard.onboarding() as onboarding:
        onboarding.ledger.claim("dataset", "Streets")
    step = planned(yard)
    assert (step.action, step.id, step.requests) == (Action.REUSE, dataset, costs.SIGN_DATASET)
    assert step.reason.endswith("; the IAM integration 'Ours' (AWS) signs for it")
    with yard.onboarding() as onboarding:
        outcome = create_data_rows(onboarding)
        assert (outcome.dataset_created, outcome.signer) == (False, "'Ours' (AWS)")
        (entry,) = onboarding.ledger.entries("dataset")
        assert (entry.state, entry.remote_id) == (State.SETTLED, dataset)
    assert signer(yard) == ours


@pytest.mark.parametrize("theirs", ["it has rows", "it has another signer"])
def test_a_dataset_that_is_somebody_elses_after_all(theirs: str, yard: Yard) -> None:
    integration(yard)
    other = integration(yard, "Other", isOrgDefault=False)
    write(yard)
    dataset = yard.client.datasets.create("Streets").id
    if theirs == "it has rows":
        yard.client.data_rows.create(dataset, [{"global_key": "theirs", "row_data": "https://example.com/1.mp4"}])
    else:
        yard.client.integrations.sign(dataset, other)
    with yard.onboarding() as onboarding:
        assert finish_signing(onboarding, dataset) == ""
    assert signer(yard) == (None if theirs == "it has rows" else other)


def test_signing_again_is_harmless(yard: Yard) -> None:
    ours = integration(yard)
    write(yard)
    dataset = yard.client.datasets.create("Streets").id
    with yard.onboarding() as onboarding:
        assert [finish_signing(onboarding, dataset) for _ in range(2)] == ["'Ours' (AWS)"] * 2
    assert signer(yard) == ours


def test_a_test_that_fails_takes_the_dataset_back(yard: Yard) -> None:
    integration(yard, works=False)
    write(yard)
    with yard.onboarding() as onboarding:
        with pytest.raises(RejectedError) as refused:
            create_data_rows(onboarding)
        told = "Labelbox's test of the IAM integration 'Ours' (AWS) failed (integration); the new dataset was deleted"
        assert str(refused.value).startswith(told)
        assert ONE_OF in str(refused.value)
    assert yard.localbox.table("datasets") == []
