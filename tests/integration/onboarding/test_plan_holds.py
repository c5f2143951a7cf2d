"""What a plan says is what happens: rows, batches, lines, totals, and about as many requests."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from orjson import dumps, loads

import labelferry.reports.printing  # noqa: F401  so that plans print
from labelferry.labelbox import Client
from labelferry.onboarding.elsewhere import Elsewhere
from labelferry.onboarding.plan import Action, Plan
from labelferry.onboarding.run import make_plan
from labelferry.reports import Report
from tests.faults.streets import box
from tests.integration.onboarding.others import Others
from tests.integration.onboarding.yard import Yard
from tests.localbox_server import Localbox

TABLES = {"dataset": "datasets", "data rows": "data_rows", "ontology": "ontologies", "project": "projects"}
SEEDS = [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(3, 50))]


def planned(yard: Yard) -> Plan:
    with yard.onboarding() as onboarding:
        return make_plan(onboarding, "Labelbox", None)


def counts(localbox: Localbox) -> Counter[str]:
    state = localbox.state()
    return Counter({kind: len(state[table]) for kind, table in TABLES.items()})


def created(plan: Plan) -> Counter[str]:
    """How many of each kind a plan creates."""
    steps = [step for step in plan.steps if step.action is Action.CREATE and step.kind in TABLES]
    return Counter({step.kind: step.count if step.kind == "data rows" else 1 for step in steps})


def names(plan: Plan, kind: str) -> set[str]:
    steps = [step for step in plan.steps if (step.kind, step.action) == (kind, Action.CREATE)]
    return {name for step in steps for name in step.name.split(", ")}


def drawn(random: Random) -> list[dict[str, Any]]:
    """Labels on up to four rows."""
    keys = [f"street-{number}" for number in range(1, random.randint(2, 5))]
    return [box(key, frame) for key in keys for frame in range(1, random.randint(2, 4))]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planned_happens(seed: int, localbox: Localbox, tmp_path: Path, client: Client) -> None:
    yard, random = Yard(localbox, tmp_path, client), Random(seed)  # noqa: S311
    imported_as = random.choice(["prelabels", "ground-truth"])
    lines = drawn(random)
    yard.write(lines, imported_as)
    Others(yard, seed).before()
    if random.random() < 0.5:
        yard.run()
        yard.write([*lines, *(box("street-9", frame) for frame in (1, 2))], imported_as)
    plan, before, batches = planned(yard), counts(localbox), set(yard.names("batches"))
    localbox.forget()
    done = yard.run()
    if plan.totals["conflict"]:
        assert not isinstance(done, Report)
        assert counts(localbox) == before
        return
    assert isinstance(done, Report), done
    sent = len(localbox.operations())
    assert counts(localbox) - before == created(plan)
    assert set(yard.names("batches")) - batches == names(plan, "batch")
    assert done.sent == sum(step.count for step in plan.steps if (step.kind, step.action) == ("import", Action.CREATE))
    assert abs(sent - plan.requests) <= plan.requests / 10, (sent, plan.requests)


def test_what_a_reviewer_needs_is_in_it(yard: Yard) -> None:
    lines = [box("street-1", 1), box("street-1", 2), box("street-2", 3)]
    lines[0]["segments"][0]["keyframes"][0]["bbox"]["width"] = 0
    yard.write(lines)
    plan = planned(yard)
    assert plan.totals == {"create": 7, "update": 0, "delete": 0, "conflict": 0}
    assert names(plan, "batch") == {"streets"}
    assert [(each["code"], each["count"]) for each in plan.findings] == [("box-without-area", 1)]
    assert Plan.from_dict(loads(dumps(plan.to_dict()))) == plan
    assert "box-without-area" in repr(plan)
    assert repr(plan).splitlines()[-1].strip() == "Plan: 7 to create, 0 to update, 0 to delete, 0 to decide"


def test_what_others_have_in_the_project_is_in_it(yard: Yard) -> None:
    assert planned(yard).elsewhere == Elsewhere()
    yard.run()
    assert planned(yard).elsewhere == Elsewhere()
    others = Others(yard, 0)
    others.label()
    others.prelabel()
    found = planned(yard)
    (name,) = (name for name in yard.names("imports") if name.startswith("others") and name in found.elsewhere.imports)
    assert found.elsewhere == Elsewhere(labels=1, rows=1, imports=(name,))
    assert "already on 1 row of the spec: 1 label not from this onboarding" in repr(found)
    assert f"1 import of pre-labels by others: {name}" in repr(found)
    assert Plan.from_dict(loads(dumps(found.to_dict()))) == found


def test_our_own_labels_are_not_from_elsewhere(yard: Yard) -> None:
    yard.write([box("street-1", 1), box("street-2", 3)], "ground-truth")
    yard.run()
    assert planned(yard).elsewhere == Elsewhere()
    Others(yard, 0).label()
    assert planned(yard).elsewhere == Elsewhere(labels=1, rows=1)
