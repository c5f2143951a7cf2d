"""Rows into the project: planned, brought in, left out, and what is noted of each batch, ours or not."""

from collections.abc import Iterator
from hashlib import sha256

import pytest

from labelferry.errors import ConflictError, RejectedError, UnavailableError
from labelferry.labelbox import costs
from labelferry.ledger import LedgerEntry, State
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.batch import BatchOutcome, create_batch, plan_batch
from labelferry.onboarding.steps.batch_claims import brought_in, forget_rows, outside, take_up, take_up_batches
from labelferry.onboarding.steps.data_rows import create_data_rows
from labelferry.onboarding.steps.left_out import left_out, rows_left_out
from tests.faults.streets import SPEC, box
from tests.integration.onboarding.yard import Yard

KEYS = ["street-1", "street-2", "street-3"]
THREE = [box(key, 1) for key in KEYS]


class Project:
    """An onboarding whose rows are made, and the project that they go into."""

    def __init__(self, yard: Yard, onboarding: Onboarding) -> None:
        self.yard, self.onboarding, self.ledger = yard, onboarding, onboarding.ledger
        create_data_rows(onboarding)
        self.id = onboarding.client.projects.create("Streets", "VIDEO").id

    def batch(self, largest: int = 100_000) -> BatchOutcome:
        return create_batch(self.onboarding, self.id, largest)

    def theirs(self, name: str, *keys: str) -> str:
        """A batch that somebody else makes."""
        return self.yard.client.batches.create(self.id, name, keys).id

    def held(self) -> dict[str, list[str]]:
        """The global keys in each batch of localbox, by the batch's name."""
        state = self.yard.localbox.state()
        keys = {row["id"]: row["global_key"] for row in state["data_rows"]}
        return {
            batch["name"]: sorted(
                keys[row["data_row_id"]] for row in state["batch_rows"] if row["batch_id"] == batch["id"]
            )
            for batch in state["batches"]
        }

    def id_of(self, name: str) -> str:
        (found,) = (row["id"] for row in self.yard.localbox.table("batches") if row["name"] == name)
        return str(found)

    def entries(self) -> list[LedgerEntry]:
        return self.ledger.entries("batch")

    def settled(self, name: str, remote_id: str, *keys: str, **more: bool) -> LedgerEntry:
        return LedgerEntry("batch", name, State.SETTLED, remote_id, {"project": self.id, "keys": [*keys], **more})


@pytest.fixture
def project(yard: Yard) -> Iterator[Project]:
    yard.write(THREE)
    with yard.onboarding() as onboarding:
        yield Project(yard, onboarding)


def digest(*keys: str) -> str:
    return sha256("\n".join(keys).encode()).hexdigest()[:8]


def test_rows_come_in_once(project: Project) -> None:
    planned = PlannedStep(
        "batch", "streets", Action.CREATE, "not in the project yet", count=3, requests=costs.create_batch(3)
    )
    assert plan_batch(project.onboarding, None) == planned
    assert plan_batch(project.onboarding, project.id) == planned
    assert outside(project.onboarding) == (KEYS, 0)
    assert project.batch() == BatchOutcome(added=3, already_in=0, batches=("streets",))
    assert project.held() == {"streets": KEYS}
    assert project.entries() == [project.settled("streets", project.id_of("streets"), *KEYS, created=True)]
    assert brought_in(project.onboarding) == set(KEYS)
    skipped = PlannedStep("batch", "streets", Action.SKIP, "all rows are already in the project", count=3)
    assert plan_batch(project.onboarding, project.id) == skipped
    assert project.batch() == BatchOutcome(added=0, already_in=3)
    assert left_out(project.ledger) == {}


def test_a_key_in_another_case_is_the_same_row(project: Project) -> None:
    project.ledger.settle("batch", "earlier", "b", project=project.id, keys=["STREET-1"])
    assert outside(project.onboarding) == (KEYS[1:], 1)


def test_a_claim_brings_nothing_in(project: Project) -> None:
    project.ledger.claim("batch", "streets", project=project.id, keys=KEYS)
    assert outside(project.onboarding) == (KEYS, 0)


def test_more_rows_than_a_batch_takes(project: Project) -> None:
    own = f"streets-{digest('street-3')}"
    assert project.batch(largest=2) == BatchOutcome(3, 0, ("streets", own))
    assert project.held() == {"streets": KEYS[:2], own: KEYS[2:]}


def test_the_priority_of_the_spec(yard: Yard) -> None:
    yard.write(THREE, spec=SPEC.replace("{name: streets}", "{name: streets, priority: 2}"))
    with yard.onboarding() as onboarding:
        Project(yard, onboarding).batch()
    assert {row["priority"] for row in yard.localbox.table("batch_rows")} == {2}


# Rows that are left out


@pytest.mark.parametrize("count", [1, 2])
def test_rows_that_cannot_be_read_are_left_out(count: int, project: Project) -> None:
    unread = KEYS[:count]
    project.yard.turn(unreadable=unread)
    assert project.batch() == BatchOutcome(3 - count, 0, ("streets",), tuple(unread))
    assert project.entries() == [project.settled("streets", project.id_of("streets"), *KEYS[count:], created=True)]
    ids = {row["global_key"]: row["id"] for row in project.yard.localbox.table("data_rows")}
    assert left_out(project.ledger) == {key: ids[key] for key in unread}
    assert rows_left_out(project.ledger) == {*unread, *(f"#{ids[key]}" for key in unread)}
    step = plan_batch(project.onboarding, project.id)
    told = f"not in the project yet; Labelbox could not read the media of {count} of them"
    assert (step.reason, step.count) == (told, count)
    project.yard.turn()
    own = f"streets-{digest(*unread)}"
    assert project.batch() == BatchOutcome(count, 3 - count, (own,))
    assert left_out(project.ledger) == {}
    assert project.held() == {"streets": KEYS[count:], own: unread}


@pytest.mark.parametrize("empty_batch", ["refused", "made"])
def test_no_row_can_be_read(empty_batch: str, project: Project) -> None:
    project.yard.turn(unreadable=KEYS, empty_batch=empty_batch)
    assert project.batch() == BatchOutcome(0, 0, (), tuple(KEYS))
    assert project.entries() == []
    assert sorted(left_out(project.ledger)) == KEYS
    project.yard.turn()
    again = project.batch()
    assert (again.added, again.already_in, again.left_out) == (3, 0, ())
    assert [row["name"] for row in project.yard.localbox.table("batches") if row["name"] == again.batches[0]]


def test_an_unreadable_row_that_is_in_through_another_batch(project: Project) -> None:
    project.theirs("theirs", "street-2")
    project.yard.turn(unreadable=["street-2"])
    assert project.batch() == BatchOutcome(2, 1, (f"streets-{digest('street-1', 'street-3')}",))
    assert brought_in(project.onboarding) == set(KEYS)


@pytest.mark.parametrize(("theirs", "left"), [(KEYS, []), (KEYS[1:], KEYS[:1])])
def test_rows_that_are_in_through_another_batch_need_none(theirs: list[str], left: list[str], project: Project) -> None:
    project.theirs("theirs", *theirs)
    step = plan_batch(project.onboarding, project.id)
    outcome = project.batch()
    assert outcome == BatchOutcome(len(left), len(theirs), (f"streets-{digest(*left)}",) if left else ())
    assert (step.action, step.name) == ((Action.CREATE, *outcome.batches) if left else (Action.SKIP, "streets"))
    assert step.count == len(left or theirs)
    assert project.held() == {"theirs": theirs} | ({outcome.batches[0]: left} if left else {})


def test_all_rows_come_in_through_another_batch_meanwhile(project: Project) -> None:
    """The service says that there is nothing to add."""
    project.ledger.settle("batch", "earlier", "b", project=project.id, keys=[])
    project.theirs("theirs", *KEYS)
    assert project.batch() == BatchOutcome(0, 3)
    assert project.settled("streets", "", *KEYS) in project.entries()
    assert project.held() == {"theirs": KEYS}


# Batches that are claimed, or not known


def claimed(project: Project, name: str = "streets", keys: list[str] = KEYS) -> None:
    project.ledger.claim("batch", name, project=project.id, keys=keys)


def test_a_claim_of_a_batch_that_was_made_is_settled(project: Project) -> None:
    made = project.theirs("streets", *KEYS)
    claimed(project)
    assert take_up(project.onboarding, project.id) == {"streets": []}
    assert project.entries() == [project.settled("streets", made, *KEYS, created=True)]


def test_a_claim_of_a_batch_that_was_never_made_is_forgotten(project: Project) -> None:
    claimed(project)
    assert take_up(project.onboarding, project.id) == {}
    assert project.entries() == []


def test_a_claim_whose_name_is_somebody_elses(project: Project) -> None:
    project.theirs("streets", "street-3")
    claimed(project, keys=KEYS[:2])
    assert take_up(project.onboarding, project.id) == {"streets": []}
    assert project.entries() == []
    own = f"streets-{digest(*KEYS[:2])}"
    assert project.batch() == BatchOutcome(2, 1, (own,))


def test_only_claims_are_taken_up(project: Project) -> None:
    project.ledger.settle("batch", "streets", "b", project=project.id, keys=KEYS)
    project.yard.localbox.forget()
    assert take_up(project.onboarding, project.id) == {}
    assert project.yard.localbox.operations() == []
    assert project.entries() == [project.settled("streets", "b", *KEYS)]


def test_batches_that_the_ledger_lost(project: Project) -> None:
    first = project.theirs("streets", "street-1")
    second = project.theirs("streets-0123abcd", "street-2")
    project.theirs("streets-0123abcde", "street-3")
    assert take_up_batches(project.onboarding, project.id) == 3
    assert {entry.name: entry.remote_id for entry in project.entries()} == {
        "streets": first,
        "streets-0123abcd": second,
    }
    assert brought_in(project.onboarding) == set(KEYS)
    assert take_up_batches(project.onboarding, project.id) == 0


def test_some_rows_of_a_lost_batch(project: Project) -> None:
    made = project.theirs("streets", "street-2")
    assert take_up_batches(project.onboarding, project.id) == 1
    assert project.entries() == [project.settled("streets", made, "street-2")]


def test_a_lost_ledger_is_noticed_before_anything_is_made(project: Project) -> None:
    made = project.theirs("streets", *KEYS)
    assert project.batch() == BatchOutcome(0, 3)
    assert project.entries() == [project.settled("streets", made, *KEYS)]


def test_rows_are_forgotten(project: Project) -> None:
    for name, keys in {"one": ["street-1"], "two": ["Street-2", "street-3"], "three": ["street-3"]}.items():
        project.ledger.settle("batch", name, name, project=project.id, keys=keys)
    project.ledger.claim("batch", "open", project=project.id, keys=["street-2"])
    forget_rows(project.onboarding, [])
    forget_rows(project.onboarding, ["street-1", "street-2"])
    assert {entry.name: entry.detail["keys"] for entry in project.entries()} == {
        "one": [],
        "two": ["street-3"],
        "three": ["street-3"],
        "open": ["street-2"],
    }
    assert [entry.state for entry in project.entries() if entry.name == "open"] == [State.CLAIMED]
    assert project.entries()[-1] == project.settled("two", "two", "street-3")


# Batches that are refused


def of_others(project: Project, *names: str) -> None:
    """Batches with a row each that is not ours."""
    dataset = project.yard.client.datasets.create("Others").id
    rows = [{"global_key": f"in {name}", "row_data": "https://example.com/other.mp4"} for name in names]
    project.yard.client.data_rows.create(dataset, rows)
    for name in names:
        project.theirs(name, f"in {name}")


def test_the_name_is_somebody_elses(project: Project) -> None:
    """Then one is used that says what is in it."""
    own = f"streets-{digest(*KEYS)}"
    of_others(project, "streets")
    assert project.batch() == BatchOutcome(3, 0, (own,))
    assert project.entries() == [project.settled(own, project.id_of(own), *KEYS, created=True)]


def test_both_names_are_somebody_elses(project: Project) -> None:
    own = f"streets-{digest(*KEYS)}"
    of_others(project, "streets", own)
    with pytest.raises(ConflictError, match=f"^batch '{own}' already exists"):
        project.batch()
    assert project.entries() == []


@pytest.mark.parametrize("kind", ["drop-after", "drop-before"])
def test_a_batch_without_an_answer(kind: str, project: Project) -> None:
    project.yard.spoil(kind, "createBatch.*")
    if kind == "drop-after":
        assert project.batch() == BatchOutcome(3, 0, ("streets",))
        assert project.entries() == [project.settled("streets", project.id_of("streets"), *KEYS, created=True)]
        return
    with pytest.raises(UnavailableError):
        project.batch()
    assert project.entries() == []


def test_a_row_that_was_deleted_meanwhile(project: Project) -> None:
    """It is no conflict: the next run looks again."""
    onboarding, waiting = project.onboarding, [lambda: project.yard.delete_rows("street-2")]

    def guard() -> None:
        if waiting:
            waiting.pop()()

    onboarding.client.guard_with(guard)
    with pytest.raises(UnavailableError, match="run again in a few minutes"):
        project.batch()
    assert project.entries() == []


def test_any_other_refusal_is_told(project: Project) -> None:
    project.yard.spoil("status", "createBatch.*", status=400)
    with pytest.raises(RejectedError, match=r"^createBatch"):
        project.batch()
    assert project.entries() == []
