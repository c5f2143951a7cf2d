"""Rows that exist and differ from the manifest: what differs, what corrects it, and what each policy does."""

from collections.abc import Iterator
from typing import Any

import pytest

from labelferry.errors import ConflictError
from labelferry.labelbox import costs
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.data_rows import RowsOutcome, create_data_rows
from labelferry.onboarding.steps.drift import Drift, bring_up_to_date, find_drift, plan_drift, refuse_drift
from tests.faults.streets import SPEC, box
from tests.faults.test_replaced import clip
from tests.integration.onboarding.yard import Yard

URL = "https://example.com/street-1.mp4"
ROW: dict[str, Any] = {"global_key": "street-1", "row_data": URL}


def theirs(yard: Yard, *rows: dict[str, Any], dataset: str = "Streets") -> str:
    made = yard.client.datasets.create(dataset).id
    assert len(yard.client.data_rows.create(made, rows).created) == len(rows)
    return made


def metadata(**fields: Any) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in fields.items()]


def drift_of(onboarding: Onboarding) -> list[Drift]:
    return find_drift(onboarding, onboarding.desired.rows())


WHEN = "captureDateTime"
CASES: dict[str, tuple[str, dict[str, Any], list[str], dict[str, Any]]] = {
    "the same": (f"global_key,row_data\nstreet-1,{URL}", {}, [], {}),
    "its key in another case": (f"global_key,row_data\nStreet-1,{URL}", {}, [], {}),
    "what the manifest does not say": (
        f"global_key,row_data\nstreet-1,{URL}",
        {"external_id": "cam-1", "metadata_fields": metadata(tag="night")},
        [],
        {},
    ),
    "row data": (
        "global_key,row_data\nstreet-1,https://example.com/new.mp4",
        {},
        [f"row_data is '{URL}', the manifest says 'https://example.com/new.mp4'"],
        {"row_data": "https://example.com/new.mp4"},
    ),
    "external id": (
        f"global_key,row_data,external_id\nstreet-1,{URL},cam-2",
        {"external_id": "cam-1"},
        ["external_id is 'cam-1', the manifest says 'cam-2'"],
        {"external_id": "cam-2"},
    ),
    "metadata, the rest of which stays": (
        f"global_key,row_data,metadata.tag\nstreet-1,{URL},day",
        {"metadata_fields": metadata(tag="night", split="train")},
        ["metadata 'tag' is 'night', the manifest says 'day'"],
        {"metadata_fields": metadata(tag="day", split="train")},
    ),
    "metadata that it lacks": (
        f"global_key,row_data,metadata.tag\nstreet-1,{URL},day",
        {},
        ["metadata 'tag' is not set, the manifest says 'day'"],
        {"metadata_fields": metadata(tag="day")},
    ),
    "a moment in another spelling": (
        f"global_key,row_data,metadata.{WHEN}\nstreet-1,{URL},2024-05-01",
        {"metadata_fields": metadata(**{WHEN: "2024-05-01T00:00:00+00:00"})},
        [],
        {},
    ),
    "another moment": (
        f"global_key,row_data,metadata.{WHEN}\nstreet-1,{URL},2024-05-01T01:00:00+01:00",
        {"metadata_fields": metadata(**{WHEN: "2024-05-01T01:00:00Z"})},
        [
            f"metadata '{WHEN}' is '2024-05-01T01:00:00Z', the manifest says '2024-05-01T01:00:00+01:00'",
        ],
        {"metadata_fields": metadata(**{WHEN: "2024-05-01T01:00:00+01:00"})},
    ),
    "several at once": (
        "global_key,row_data,metadata.tag\nstreet-1,https://example.com/new.mp4,day",
        {},
        [
            f"row_data is '{URL}', the manifest says 'https://example.com/new.mp4'",
            "metadata 'tag' is not set, the manifest says 'day'",
        ],
        {"row_data": "https://example.com/new.mp4", "metadata_fields": metadata(tag="day")},
    ),
}


@pytest.mark.parametrize(("manifest", "held", "differences", "changes"), CASES.values(), ids=CASES)
def test_what_differs(
    manifest: str, held: dict[str, Any], differences: list[str], changes: dict[str, Any], yard: Yard
) -> None:
    """An update takes it away, and changes nothing else."""
    dataset = theirs(yard, ROW | held)
    key = manifest.splitlines()[1].split(",")[0]
    yard.write([box(key, 1)], manifest=f"{manifest}\n")
    with yard.onboarding() as onboarding:
        found = drift_of(onboarding)
        wanted = Drift(key, dataset, tuple(differences), changes)
        assert found == ([wanted] if differences else [])
        assert bring_up_to_date(onboarding, found) == len(found)
        assert drift_of(onboarding) == []


def test_the_url_of_a_local_file_is_not_compared_but_its_external_id_is(yard: Yard) -> None:
    theirs(yard, ROW | {"external_id": "cam-1"})
    clip(yard.folder / "street-1.mp4", 10)
    manifest = "global_key,row_data,external_id\nstreet-1,street-1.mp4,cam-2\n"
    yard.write([box("street-1", 1)], manifest=manifest)
    with yard.onboarding() as onboarding:
        (found,) = drift_of(onboarding)
    assert found.differences == ("external_id is 'cam-1', the manifest says 'cam-2'",)
    assert found.changes == {"external_id": "cam-2"}


def test_a_row_that_is_not_there_is_not_compared(yard: Yard) -> None:
    theirs(yard, ROW)
    with yard.onboarding() as onboarding:
        assert drift_of(onboarding) == []


@pytest.fixture
def elsewhere(yard: Yard) -> Iterator[tuple[Onboarding, str]]:
    """Two rows in another dataset than the spec's; one of them has another URL too."""
    yard.write([box("street-1", 1), box("street-2", 2)])
    rows = [ROW, {"global_key": "street-2", "row_data": "https://example.com/old.mp4"}]
    made = theirs(yard, *rows, dataset="Elsewhere")
    with yard.onboarding() as onboarding:
        yield onboarding, made


def moved(dataset: str) -> str:
    return f"the dataset is 'Elsewhere' ({dataset}), the spec says 'Streets' (Labelbox cannot move a row)"


def test_a_row_in_another_dataset(elsewhere: tuple[Onboarding, str]) -> None:
    onboarding, dataset = elsewhere
    first, second = drift_of(onboarding)
    assert first == Drift("street-1", dataset, (moved(dataset),), {})
    assert second.differences[1:] == (moved(dataset),)
    assert second.changes == {"row_data": "https://example.com/street-2.mp4"}
    assert str(first) == f"street-1: {moved(dataset)}"
    assert (first.finding().row, moved(dataset) in first.finding().message) == ("street-1", True)
    assert bring_up_to_date(onboarding, [first]) == 0
    assert bring_up_to_date(onboarding, [first, second]) == 1
    assert drift_of(onboarding) == [first, Drift("street-2", dataset, (moved(dataset),), {})]


def test_a_row_in_the_dataset_that_the_ledger_knows(elsewhere: tuple[Onboarding, str]) -> None:
    """It was renamed since."""
    onboarding, dataset = elsewhere
    onboarding.ledger.settle("dataset", "Streets", dataset)
    (found,) = drift_of(onboarding)
    assert (found.global_key, len(found.differences)) == ("street-2", 1)


@pytest.mark.parametrize("right", [True, False])
def test_a_row_and_the_dataset_of_an_id(right: bool, yard: Yard) -> None:
    dataset = theirs(yard, ROW)
    named = dataset if right else yard.client.datasets.create("Streets").id
    yard.write([box("street-1", 1)], spec=SPEC.replace("dataset: Streets", f"dataset: {{id: {named}}}"))
    told = f"the dataset is 'Streets' ({dataset}), the spec says '{named}' (Labelbox cannot move a row)"
    with yard.onboarding() as onboarding:
        assert [each.differences for each in drift_of(onboarding)] == ([] if right else [(told,)])


def test_rows_are_updated_in_their_datasets(yard: Yard) -> None:
    yard.write([box(f"street-{number}", 1) for number in (1, 2, 3)], on_existing="update")
    old = [{"global_key": f"street-{n}", "row_data": f"https://example.com/old/{n}.mp4"} for n in (1, 2, 3)]
    theirs(yard, *old[:2])
    theirs(yard, old[2], dataset="Elsewhere")
    with yard.onboarding() as onboarding:
        outcome = create_data_rows(onboarding)
        assert (outcome.created, outcome.reused, outcome.updated, outcome.drift) == (0, 3, 3, ())
        (left,) = drift_of(onboarding)
        assert (left.global_key, left.changes) == ("street-3", {})
        again = create_data_rows(onboarding)
        assert (again.reused, again.updated, [each.row for each in again.drift]) == (3, 0, ["street-3"])


WHAT_THEN = {
    "reuse": (Action.REUSE, "on_existing: reuse leaves them as they are"),
    "update": (Action.UPDATE, "on_existing: update updates them"),
    "fail": (Action.CONFLICT, "on_existing: fail; fix the manifest, or set update or reuse"),
}


@pytest.mark.parametrize("policy", WHAT_THEN)
@pytest.mark.parametrize("count", [2, 21])
def test_the_policy(count: int, policy: str, yard: Yard) -> None:
    keys = [f"street-{number:02}" for number in range(count)]
    yard.write([box(key, 1) for key in keys], on_existing=policy)
    theirs(yard, *({"global_key": key, "row_data": f"https://example.com/old/{key}.mp4"} for key in keys))
    action, said = WHAT_THEN[policy]
    with yard.onboarding() as onboarding:
        drift = drift_of(onboarding)
        changes = [each.changes for each in drift]
        (step,) = plan_drift(onboarding, onboarding.desired.rows())
        first, *listed = step.reason.splitlines()
        requests = costs.create_rows(changes) if policy == "update" else 0
        assert step == PlannedStep("data rows", step.name, action, step.reason, count=count, requests=requests)
        assert first == f"{count} existing data rows differ from the manifest ({said}):"
        assert listed == [f"  {each}" for each in drift[:20]]
        if policy != "fail":
            outcome = create_data_rows(onboarding)
            updated = count if policy == "update" else 0
            assert outcome == RowsOutcome(0, count, updated, outcome.drift)
            assert [each.row for each in outcome.drift] == (keys if policy == "reuse" else [])
            return
        with pytest.raises(ConflictError) as refused:
            create_data_rows(onboarding)
        assert [line for line in str(refused.value).splitlines() if line.startswith("  ")] == listed
        assert str(refused.value).startswith(f"{count} existing data rows differ")
        refuse_drift(onboarding, [])


def test_an_update_that_cannot_change_anything_is_none(yard: Yard) -> None:
    """All that differs is the dataset."""
    yard.write([box("street-1", 1)], on_existing="update")
    theirs(yard, ROW, dataset="Elsewhere")
    with yard.onboarding() as onboarding:
        (step,) = plan_drift(onboarding, onboarding.desired.rows())
        assert (step.action, step.count, step.requests) == (Action.REUSE, 1, 0)
        outcome = create_data_rows(onboarding)
        assert (outcome.updated, len(outcome.drift)) == (0, 1)
        assert onboarding.ledger.entry("dataset", "Streets") is None


def test_nothing_differs(yard: Yard) -> None:
    theirs(yard, ROW, {"global_key": "street-2", "row_data": "https://example.com/street-2.mp4"})
    with yard.onboarding() as onboarding:
        assert list(plan_drift(onboarding, onboarding.desired.rows())) == []
