"""Resources whose names are not unique: found by id, by the stored id, by the only name, or made, and what is noted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from labelferry.errors import ConflictError, NotFoundError, UnavailableError
from labelferry.ledger import Ledger, LedgerEntry, State
from labelferry.onboarding.context import Onboarding
from labelferry.onboarding.plan import Action, PlannedStep
from labelferry.onboarding.steps.data_rows import dataset_kind
from labelferry.onboarding.steps.ontology import ontology_kind
from labelferry.onboarding.steps.project import project_kind
from labelferry.onboarding.steps.resolve import Resolved, ResourceKind, look_up, plan_resource, resolve
from labelferry.spec import Reference
from tests.integration.onboarding.yard import Yard

QUAY = Reference(name="Quay")
KINDS: dict[str, Callable[[Onboarding], ResourceKind]] = {
    "dataset": dataset_kind,
    "ontology": ontology_kind,
    "project": project_kind,
}
TABLES = {"dataset": "datasets", "ontology": "ontologies", "project": "projects"}
MAKING = {"dataset": "CreateDataset.*", "ontology": "upsertRootSchemaNode.*", "project": "CreateProject.*"}


@dataclass(frozen=True)
class Sought:
    """A kind of resource, and who looks for it."""

    yard: Yard
    kind: ResourceKind
    ledger: Ledger

    def theirs(self, name: str = "Quay") -> str:
        """One that somebody else makes; its id."""
        client, more = self.yard.client, {"dataset": [], "ontology": [{}, "VIDEO"], "project": ["VIDEO"]}
        makers: dict[str, Any] = {"dataset": client.datasets, "ontology": client.ontologies, "project": client.projects}
        made: str = makers[self.kind.name].create(name, *more[self.kind.name]).id
        return made

    def held(self) -> list[str]:
        """The ids that localbox has."""
        return [row["id"] for row in self.yard.localbox.table(TABLES[self.kind.name]) if row["name"] == "Quay"]

    def plan(self, reference: Reference = QUAY) -> PlannedStep:
        return plan_resource(self.kind, reference, self.ledger, 7)

    def resolve(self, reference: Reference = QUAY) -> Resolved:
        return resolve(self.kind, reference, self.ledger)

    def entry(self) -> LedgerEntry | None:
        return self.ledger.entry(self.kind.name, "Quay")

    def settled(self, remote_id: str, **detail: Any) -> LedgerEntry:
        return LedgerEntry(self.kind.name, "Quay", State.SETTLED, remote_id, detail)

    def step(self, action: Action, reason: str, **more: Any) -> PlannedStep:
        return PlannedStep(self.kind.name, "Quay", action, reason, **more)


@pytest.fixture(params=KINDS)
def sought(yard: Yard, request: pytest.FixtureRequest) -> Iterator[Sought]:
    with yard.onboarding() as onboarding:
        yield Sought(yard, KINDS[request.param](onboarding), onboarding.ledger)


def test_it_is_made_once(sought: Sought) -> None:
    assert sought.plan() == sought.step(Action.CREATE, "no resource has this name", requests=7)
    assert (sought.entry(), sought.held()) == (None, [])
    made = sought.resolve()
    assert made.created
    assert sought.held() == [made.id]
    assert sought.entry() == sought.settled(made.id, created=True)
    assert sought.plan() == sought.step(Action.REUSE, "found by name", id=made.id)
    assert sought.resolve() == Resolved(made.id, created=False)
    assert sought.held() == [made.id]


def test_the_only_one_of_the_name_is_taken_and_noted(sought: Sought) -> None:
    theirs = sought.theirs()
    sought.theirs("Quays")
    assert sought.plan() == sought.step(Action.REUSE, "found by name", id=theirs)
    assert sought.entry() is None
    assert sought.resolve() == Resolved(theirs, created=False)
    assert sought.entry() == sought.settled(theirs)


def test_it_is_named_by_id(sought: Sought) -> None:
    by_id = Reference(id=sought.theirs())
    step = sought.plan(by_id)
    assert (step.name, step.action, step.reason, step.id) == (by_id.id, Action.REUSE, "named by id", by_id.id)
    assert sought.resolve(by_id) == Resolved(by_id.id or "", created=False)
    assert sought.ledger.entries(sought.kind.name) == []


def test_an_id_that_nothing_has(sought: Sought) -> None:
    nowhere = Reference(id="cm00000000000000000000000")
    for asked in (sought.plan, sought.resolve):
        with pytest.raises(NotFoundError):
            asked(nowhere)


@pytest.mark.parametrize("count", [2, 3])
def test_several_of_the_name(sought: Sought, count: int) -> None:
    ids = [sought.theirs() for _ in range(count)]
    step, name = sought.plan(), sought.kind.name
    assert (step.action, step.id, step.requests) == (Action.CONFLICT, None, 0)
    assert all(each in step.reason for each in ids)
    assert f"{name}: {{id: ...}} in the spec" in step.reason
    with pytest.raises(ConflictError, match=f"{name} name 'Quay' is not unique"):
        sought.resolve()
    assert sought.entry() is None


def test_the_stored_one_is_taken_whatever_others_are_called(sought: Sought) -> None:
    made = sought.resolve()
    sought.theirs()
    assert sought.plan().id == made.id
    assert sought.resolve() == Resolved(made.id, created=False)


def test_the_stored_one_was_deleted(sought: Sought) -> None:
    sought.ledger.settle(sought.kind.name, "Quay", "cm00000000000000000000000")
    assert sought.plan().action is Action.CREATE
    made = sought.resolve()
    assert (made.created, sought.held()) == (True, [made.id])
    assert sought.entry() == sought.settled(made.id, created=True)


def test_the_stored_one_was_deleted_and_another_has_its_name(sought: Sought) -> None:
    sought.ledger.settle(sought.kind.name, "Quay", "cm00000000000000000000000")
    theirs = sought.theirs()
    assert sought.resolve() == Resolved(theirs, created=False)
    assert sought.entry() == sought.settled(theirs)


def test_what_is_known_of_the_stored_one_stays(sought: Sought) -> None:
    theirs = sought.theirs()
    sought.ledger.settle(sought.kind.name, "Quay", theirs, unfilled=True)
    assert sought.resolve() == Resolved(theirs, created=False)
    assert sought.entry() == sought.settled(theirs, unfilled=True)


def test_a_claim_is_not_an_id(sought: Sought) -> None:
    """It may have been made after all: it is looked for by its name, and then it is settled."""
    sought.ledger.claim(sought.kind.name, "Quay")
    assert look_up(sought.kind, QUAY, sought.ledger) is None
    theirs = sought.theirs()
    assert sought.resolve() == Resolved(theirs, created=False)
    assert sought.entry() == sought.settled(theirs)


def test_a_creation_without_an_answer_leaves_its_claim(sought: Sought) -> None:
    sought.yard.spoil("drop-before", MAKING[sought.kind.name])
    with pytest.raises(UnavailableError):
        sought.resolve()
    assert sought.entry() == LedgerEntry(sought.kind.name, "Quay", State.CLAIMED)
    sought.yard.localbox.control("DELETE", "faults")
    made = sought.resolve()
    assert (made.created, sought.held()) == (True, [made.id])


def test_a_creation_whose_answer_is_lost_is_found(sought: Sought) -> None:
    sought.yard.spoil("drop-after", MAKING[sought.kind.name])
    made = sought.resolve()
    assert (made.created, sought.held()) == (True, [made.id])
    assert sought.entry() == sought.settled(made.id, created=True)
