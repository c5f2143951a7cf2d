"""Data rows by global key: what would be done, what is done, and datasets of ours that stayed empty."""

from collections.abc import Callable

import pytest

from labelferry.errors import ConflictError, RejectedError, UnavailableError
from labelferry.labelbox import costs
from labelferry.ledger import LedgerEntry, State
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.batch import create_batch
from labelferry.onboarding.steps.data_rows import (
    RowsOutcome,
    create_data_rows,
    look_up_rows,
    plan_data_rows,
    remove_unfilled,
)
from labelferry.reports import Report
from tests.faults.streets import box
from tests.integration.onboarding.yard import Yard
from tests.integration.test_media import draw

MISSING = "cm00000000000000000000000"
TWO = [box("street-1", 1), box("street-2", 2)]


def theirs(yard: Yard, *keys: str, dataset: str = "Elsewhere", media: str = "https://example.com/{}.mp4") -> str:
    """Rows that somebody else makes; their dataset's id."""
    made = yard.client.datasets.create(dataset).id
    yard.client.data_rows.create(made, [{"global_key": key, "row_data": media.format(key)} for key in keys])
    return made


def in_project(onboarding: Onboarding) -> None:
    """Rows that a batch of ours has brought in."""
    project = onboarding.client.projects.create("Streets", "VIDEO").id
    create_batch(onboarding, project)


def datasets(onboarding: Onboarding) -> list[tuple[str, State, object]]:
    """What the ledger says of datasets."""
    return [(each.name, each.state, dict(each.detail)) for each in onboarding.ledger.entries("dataset")]


def test_all_rows_are_new(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        dataset, rows = plan_data_rows(onboarding)
        assert (dataset.kind, dataset.action, dataset.requests) == ("dataset", Action.CREATE, costs.NEW_DATASET)
        requests = costs.create_rows(onboarding.desired.rows())
        assert rows == PlannedStep(
            "data rows", "street-1, street-2", Action.CREATE, "not in Labelbox yet", count=2, requests=requests
        )
        assert create_data_rows(onboarding) == RowsOutcome(created=2, reused=0, dataset_created=True)
        assert datasets(onboarding) == [("Streets", State.SETTLED, {"created": True})]
    rows_held = yard.localbox.table("data_rows")
    assert [(row["global_key"], row["row_data"], row["external_id"]) for row in rows_held] == [
        ("street-1", "https://example.com/street-1.mp4", None),
        ("street-2", "https://example.com/street-2.mp4", None),
    ]


def test_all_rows_exist(yard: Yard) -> None:
    theirs(yard, "street-1", "street-2", dataset="Streets")
    with yard.onboarding() as onboarding:
        assert list(plan_data_rows(onboarding)) == [
            PlannedStep("data rows", "street-1, street-2", Action.REUSE, "found by global key", count=2)
        ]
        assert create_data_rows(onboarding) == RowsOutcome(created=0, reused=2)
        assert datasets(onboarding) == []


EXISTING = "global_key,frame_count\nstreet-1,90\nstreet-2,90\n"


def test_rows_without_row_data_are_used_where_they_are(yard: Yard) -> None:
    elsewhere = theirs(yard, "street-1", "street-2")
    yard.write(TWO, manifest=EXISTING, on_existing="fail")
    with yard.onboarding() as onboarding:
        assert list(plan_data_rows(onboarding)) == [
            PlannedStep("data rows", "street-1, street-2", Action.REUSE, "found by global key", count=2)
        ]
    report = yard.run()
    assert isinstance(report, Report)
    assert (report.outcome, report.rows_created, report.rows_reused, report.accepted) == ("done", 0, 2, 2)
    assert yard.localbox.labelled() == ["street-1", "street-2"]
    assert [each["id"] for each in yard.localbox.table("datasets")] == [elsewhere]


def test_rows_without_row_data_that_do_not_exist_are_a_conflict(yard: Yard) -> None:
    theirs(yard, "street-1")
    yard.write(TWO, manifest=EXISTING)
    says = "1 data row without row_data not found in Labelbox by global key: street-2; correct the global keys"
    with yard.onboarding() as onboarding:
        (step,) = plan_data_rows(onboarding)
        assert (step.name, step.action, step.count) == ("street-2", Action.CONFLICT, 1)
        assert says in step.reason
        yard.localbox.forget()
        with pytest.raises(ConflictError, match=says):
            create_data_rows(onboarding)
    assert isinstance(yard.run(), ConflictError)
    assert yard.localbox.mutations() == []
    yard.write(TWO)  # the remedy: row_data
    report = yard.run()
    assert isinstance(report, Report)
    assert (report.outcome, report.rows_created, report.rows_reused) == ("done", 1, 1)


def test_one_row_is_new(yard: Yard) -> None:
    made = theirs(yard, "street-2", dataset="Streets")
    with yard.onboarding() as onboarding:
        assert [row["global_key"] for row in look_up_rows(onboarding).missing] == ["street-1"]
        assert [(step.name, step.action, step.count, step.id) for step in plan_data_rows(onboarding)] == [
            ("Streets", Action.REUSE, 0, made),
            ("street-1", Action.CREATE, 1, None),
            ("street-2", Action.REUSE, 1, None),
        ]
        assert create_data_rows(onboarding) == RowsOutcome(created=1, reused=1)
        assert create_data_rows(onboarding) == RowsOutcome(created=0, reused=2)
    assert {row["dataset_id"] for row in yard.localbox.table("data_rows")} == {made}


@pytest.mark.parametrize(("files", "told"), [(1, "1 local file to upload"), (2, "2 local files to upload")])
def test_local_files_are_uploaded(files: int, told: str, yard: Yard) -> None:
    for number in range(files):
        draw(yard.folder / f"clip-{number}.mp4", [0, 1, 2, 3, 4])
    local = "".join(f"street-{number + 1},clip-{number}.mp4\n" for number in range(files))
    remote = "".join(f"street-{number},https://example.com/{number}.mp4\n" for number in range(files + 1, 4))
    yard.write(TWO, manifest=f"global_key,row_data\n{local}{remote}")
    with yard.onboarding() as onboarding:
        _, rows = plan_data_rows(onboarding)
        assert rows.reason == f"not in Labelbox yet; {told}"
        assert rows.requests == costs.create_rows(onboarding.desired.rows(), files)
        create_data_rows(onboarding)
        held = onboarding.client.exports.catalog([f"street-{number}" for number in (1, 2, 3)])
        urls = [row["data_row"]["row_data"] for row in held]
    assert [yard.localbox.base in url for url in urls] == [True] * files + [False] * (3 - files)
    assert urls[2] == "https://example.com/3.mp4"


def test_what_the_manifest_says_of_a_row_is_sent(yard: Yard) -> None:
    columns = "global_key,row_data,external_id,metadata.tag,attachments"
    page = '"[{""type"": ""RAW_TEXT"", ""value"": ""seen at night""}]"'
    rows = f"street-1,https://example.com/1.mp4,cam-1,night,{page}\nstreet-2,https://example.com/2.mp4,,,\n"
    yard.write(TWO, manifest=f"{columns}\n{rows}")
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        first, second = onboarding.client.exports.catalog(["street-1", "street-2"])
    assert (first["data_row"]["external_id"], second["data_row"].get("external_id")) == ("cam-1", None)
    named = [(field["schema_name"], field["value"]) for field in first["metadata_fields"]]
    assert (named, second["metadata_fields"]) == ([("tag", "night")], [])
    attached = ["seen at night" in row["attachments"] for row in yard.localbox.table("data_rows")]
    assert attached == [True, False]


GONE = {
    (
        "street-2",
    ): "1 data row imported by this onboarding was deleted in Labelbox, together with its labels: street-2;",
    ("street-1", "street-2"): "2 data rows imported by this onboarding were deleted in Labelbox, together with their "
    "labels: street-1, street-2;",
}


@pytest.mark.parametrize(("keys", "told"), GONE.items())
def test_rows_that_were_in_the_project_were_deleted(keys: tuple[str, ...], told: str, yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        in_project(onboarding)
        yard.delete_rows(*keys)
        (step,) = plan_data_rows(onboarding)
        assert (step.kind, step.action, step.count) == ("data rows", Action.CONFLICT, len(keys))
        assert step.name == ", ".join(keys)
        assert step.reason.startswith(told)
        with pytest.raises(ConflictError) as refused:
            create_data_rows(onboarding)
        assert str(refused.value) == step.reason
    assert len(yard.localbox.table("data_rows")) == 2 - len(keys)


def test_many_rows_were_deleted(yard: Yard) -> None:
    keys = [f"street-{number:02}" for number in range(22)]
    yard.write([box(key, 1) for key in keys])
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        in_project(onboarding)
        yard.delete_rows(*keys)
        (step,) = plan_data_rows(onboarding)
    assert step.count == 22
    assert "street-19;" in step.reason
    assert "street-20" not in step.reason


def test_rows_that_were_deleted_before_they_were_in_the_project_are_made_again(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        yard.delete_rows("street-1")
        assert create_data_rows(onboarding) == RowsOutcome(created=1, reused=1)


def test_a_look_up_with_a_hole_is_repeated_for_rows_that_were_in_the_project(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        in_project(onboarding)
        yard.turn(rows_shown_after=1)
        rows = look_up_rows(onboarding)
        missing, present = rows.missing, rows.present
        assert (missing, len(present)) == ([], 2)


def test_a_look_up_with_a_hole_is_not_repeated_for_others(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        create_data_rows(onboarding)
        yard.turn(rows_shown_after=1)
        rows = look_up_rows(onboarding)
        missing, present = rows.missing, rows.present
        assert (len(missing), present) == (2, [])


def test_refused_rows_are_listed(yard: Yard) -> None:
    manifest = "global_key,row_data,attachments\nstreet-1,https://example.com/1.mp4,\n"
    wrong = '"[{""type"": 7, ""value"": ""x""}]"'
    yard.write(TWO, manifest=f"{manifest}street-2,https://example.com/2.mp4,{wrong}\n")
    with yard.onboarding() as onboarding, pytest.raises(RejectedError) as refused:
        create_data_rows(onboarding)
    first, *told = str(refused.value).splitlines()
    assert first == "1 of 2 data rows refused:"
    assert len(told) == 1
    assert told[0].startswith("  ")
    assert "street-2" in told[0]


def test_an_upload_whose_answer_is_lost(yard: Yard) -> None:
    """The rows are there: they count as made."""
    yard.spoil("drop-after", "UpsertDataRowsPyApi")
    with yard.onboarding() as onboarding:
        assert create_data_rows(onboarding) == RowsOutcome(created=2, reused=0, dataset_created=True)


def test_an_upload_whose_answer_is_lost_and_whose_rows_are_not_shown(yard: Yard) -> None:
    yard.spoil("drop-after", "UpsertDataRowsPyApi")
    yard.turn(rows_shown_after="never")
    with yard.onboarding() as onboarding, pytest.raises(UnavailableError):
        create_data_rows(onboarding)


def test_an_upload_that_never_arrives(yard: Yard) -> None:
    yard.spoil("drop-before", "UpsertDataRowsPyApi")
    with yard.onboarding() as onboarding:
        with pytest.raises(UnavailableError):
            create_data_rows(onboarding)
        assert datasets(onboarding) == [("Streets", State.SETTLED, {"created": True, "unfilled": True})]
    yard.localbox.control("DELETE", "faults")
    with yard.onboarding() as onboarding:
        assert create_data_rows(onboarding) == RowsOutcome(created=2, reused=0)
        assert datasets(onboarding) == [("Streets", State.SETTLED, {"created": True})]


# Datasets that stayed empty


def overtaken(yard: Yard, onboarding: Onboarding, after: str) -> None:
    """Somebody else makes all of our rows once we are about to send them."""
    waiting: list[Callable[[], object]] = [lambda: theirs(yard, "street-1", "street-2")]

    def guard() -> None:
        if after in yard.names("datasets") and waiting:
            waiting.pop()()

    onboarding.client.guard_with(guard)


def test_a_dataset_of_ours_that_stayed_empty_is_removed(yard: Yard) -> None:
    with yard.onboarding() as onboarding:
        overtaken(yard, onboarding, "Streets")
        assert create_data_rows(onboarding) == RowsOutcome(created=0, reused=2)
        assert datasets(onboarding) == []
    assert yard.names("datasets") == ["Elsewhere"]


def test_a_dataset_of_theirs_that_stayed_empty_stays(yard: Yard) -> None:
    yard.client.datasets.create("Streets")
    with yard.onboarding() as onboarding:
        overtaken(yard, onboarding, "Streets")
        assert create_data_rows(onboarding) == RowsOutcome(created=0, reused=2)
        assert datasets(onboarding) == [("Streets", State.SETTLED, {})]
    assert yard.names("datasets") == ["Streets", "Elsewhere"]


def test_datasets_are_removed_only_when_they_are_ours_and_empty(yard: Yard) -> None:
    held = {name: theirs(yard, *keys, dataset=name) for name, keys in {"full": ["a"], "empty": [], "kept": []}.items()}
    with yard.onboarding() as onboarding:
        for name in ("full", "empty"):
            onboarding.ledger.settle("dataset", name, held[name], unfilled=True)
        onboarding.ledger.settle("dataset", "kept", held["kept"])
        onboarding.ledger.settle("dataset", "gone", MISSING, unfilled=True)
        onboarding.ledger.claim("dataset", "claimed", unfilled=True)
        remove_unfilled(onboarding)
        assert onboarding.ledger.entries("dataset") == [
            LedgerEntry("dataset", "claimed", State.CLAIMED, None, {"unfilled": True}),
            LedgerEntry("dataset", "full", State.SETTLED, held["full"], {"created": True}),
            LedgerEntry("dataset", "gone", State.SETTLED, MISSING, {"created": True}),
            LedgerEntry("dataset", "kept", State.SETTLED, held["kept"]),
        ]
    assert yard.names("datasets") == ["full", "kept"]
