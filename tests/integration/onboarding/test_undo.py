"""What an onboarding created is removed, and nothing of anybody else's."""

from collections.abc import Callable

import pytest

from labelferry.errors import LabelferryError, PermissionDeniedError
from labelferry.onboarding.undoing.journal import begin, end, journaled_labels
from labelferry.onboarding.undoing.records import Fate, Irreversible, KeepReason, Undo, Undoable
from labelferry.onboarding.undoing.run import undo_onboarding
from labelferry.reports import Report
from tests.faults.streets import SPEC, box
from tests.faults.world import normalised
from tests.integration.onboarding.others import Others, things
from tests.integration.onboarding.yard import Yard

LINES = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
LANES = SPEC.replace("name: streets", "name: lanes").replace("project: {name: Streets", "project: {name: Lanes")


def undone(yard: Yard, decide: Callable[[Undo], bool] = lambda _: True) -> Undo:
    """Undo what the files describe."""
    with yard.onboarding() as onboarding:
        return undo_onboarding(onboarding, yard.remote, 0, decide)


def state(yard: Yard) -> dict[str, list[str]]:
    """What localbox keeps, without ids and times."""
    return normalised(yard.localbox.state())


def onboarded(yard: Yard) -> Report:
    report = yard.run()
    assert not isinstance(report, LabelferryError), report
    return report


def fates(found: Undo) -> list[tuple[Undoable, Fate, KeepReason | None]]:
    return [(step.kind, step.fate, step.reason) for step in found.steps]


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
def test_nothing_is_left_and_a_second_onboarding_starts_clean(imported_as: str, yard: Yard) -> None:
    yard.write(LINES, imported_as)
    before = state(yard)
    onboarded(yard)
    first = state(yard)
    found = undone(yard)
    assert found.done
    assert {fate for _, fate, _ in fates(found)} == {Fate.DELETE}
    assert state(yard) == before
    assert undone(yard).steps == ()
    assert onboarded(yard).sent == len(LINES)
    again = state(yard)
    assert {name: len(rows) for name, rows in again.items()} == {name: len(rows) for name, rows in first.items()}


SOME, ALL = 3, 50


@pytest.mark.parametrize("imported_as", ["prelabels", "ground-truth"])
@pytest.mark.parametrize("seed", [*range(SOME), *(pytest.param(n, marks=pytest.mark.full) for n in range(SOME, ALL))])
def test_nothing_of_others_is_touched(seed: int, imported_as: str, yard: Yard) -> None:
    others = Others(yard, seed)
    yard.write(LINES, imported_as)
    empty = things(yard.localbox.state())
    deeds = others.before()
    before = things(yard.localbox.state())
    onboarded(yard)
    onboarding = things(yard.localbox.state())
    deeds += others.after()
    after = things(yard.localbox.state())
    found = undone(yard)
    left = things(yard.localbox.state())
    foreign = {key for key in before if before[key] != empty.get(key)}
    foreign |= {key for key in after if after[key] != onboarding.get(key)}
    connected = {key for key in foreign if key[0] == "projects" and before.get(key) != onboarding.get(key)}
    assert {key: left.get(key) for key in foreign - connected} == {key: after[key] for key in foreign - connected}, (
        deeds
    )
    assert connected <= left.keys()
    ours = left.keys() - foreign - empty.keys()
    kept = {step.kind for step in found.steps if step.fate is not Fate.DELETE}
    assert kept or not ours - ledgered(ours, imported_as), (deeds, ours)
    if not deeds:
        assert not ours
    again = undone(yard)
    assert things(yard.localbox.state()) == left, again


def test_rows_without_labels_of_others_leave_the_batch(yard: Yard) -> None:
    """Rows that existed before stay in Labelbox; those that others have labelled stay in the project too."""
    made = yard.client.datasets.create("Streets").id
    rows = [{"global_key": key, "row_data": f"https://example.com/{key}.mp4"} for key in ("street-1", "street-2")]
    yard.client.data_rows.create(made, rows)
    yard.write(LINES)
    onboarded(yard)
    Others(yard, 0).label()
    (label,) = yard.localbox.table("labels")
    found = undone(yard)
    assert (Undoable.BATCH, Fate.EMPTY, KeepReason.OTHERS_LABELS) in fates(found)
    assert len(yard.localbox.table("data_rows")) == 2
    assert [row["data_row_id"] for row in yard.localbox.table("batch_rows")] == [label["data_row_id"]]


def test_features_that_another_ontology_uses_stay_and_are_counted(yard: Yard) -> None:
    yard.write(LINES)
    onboarded(yard)
    ours = yard.client.ontologies.get(str(yard.localbox.table("ontologies")[0]["id"]))
    yard.client.ontologies.create("Theirs", ours.normalized)
    features = yard.localbox.table("feature_schemas")
    found = undone(yard)
    assert yard.localbox.table("feature_schemas") == features
    assert found.left[Irreversible.FEATURES] == len(features)
    assert [each["name"] for each in yard.localbox.table("ontologies")] == ["Theirs"]


@pytest.mark.parametrize("stopped", [False, True])
def test_a_dataset_of_another_onboarding_stays_also_if_that_was_stopped(stopped: bool, yard: Yard) -> None:
    yard.write(LINES)
    onboarded(yard)
    yard.write([box("lane-1", 1)], spec=LANES)
    if stopped:
        with yard.onboarding() as onboarding:
            onboarding.ledger.claim("dataset", "Streets")
    else:
        onboarded(yard)
    yard.write(LINES)
    found = undone(yard)
    assert (Undoable.DATASET, Fate.KEEP, KeepReason.OTHER_ONBOARDING) in fates(found)
    assert yard.names("datasets") == ["Streets"]


@pytest.mark.parametrize(("count", "name"), [(3, "row-0, row-1, row-2"), (5, "row-0, row-1, row-2, and 2 more")])
def test_a_step_names_its_first_rows(count: int, name: str, yard: Yard) -> None:
    yard.write([box(f"row-{n}", 1) for n in range(count)])
    onboarded(yard)
    assert [step.name for step in undone(yard).steps if step.kind is Undoable.DATA_ROWS] == [name]


@pytest.mark.parametrize(
    ("table", "request_of"),
    [("ontologies", {"path": "/api/v1/ontologies"}), ("projects", {"operation": "deleteProjectPyApi"})],
)
def test_what_could_not_be_deleted_is_deleted_by_the_next_undo(
    table: str, request_of: dict[str, str], yard: Yard
) -> None:
    yard.write(LINES, "ground-truth")
    before = state(yard)
    onboarded(yard)
    yard.localbox.control("POST", "faults", {"kind": "status", **request_of, "status": 403, "times": 1})
    with pytest.raises(PermissionDeniedError):
        undone(yard)
    assert yard.names(table) == ["Streets"]
    found = undone(yard)
    assert {fate for _, fate, _ in fates(found)} == {Fate.DELETE}
    assert state(yard) == before


def test_what_an_undo_deletes_is_written_down_once(yard: Yard) -> None:
    yard.write(LINES)
    onboarded(yard)
    with yard.onboarding() as onboarding:
        ledger = onboarding.ledger
        assert journaled_labels(ledger) is None
        for labels in (["b", "a"], ["c"]):
            begin(ledger, labels)
            assert journaled_labels(ledger) == frozenset("ab")
        end(ledger)
        assert journaled_labels(ledger) is None


def ledgered(things: set[tuple[str, str]], imported_as: str) -> set[tuple[str, str]]:
    """What may stay of ours without a step that keeps it: Labelbox cannot delete an import of ground truth."""
    return {key for key in things if imported_as == "ground-truth" and key[0] == "imports"}
