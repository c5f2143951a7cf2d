"""A reviewed plan permits nothing else: its decisions, sources and target must be the same again."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from labelferry.errors import ConflictError, SpecError
from labelferry.onboarding.plan import Action, Plan, PlannedStep, refuse_conflicts

STEPS = (
    PlannedStep("data rows", "clip-1", Action.CREATE, "new", count=3),
    PlannedStep("project", "Harbour", Action.REUSE, "found", id="p1"),
)
PLAN = Plan("harbour", "Labelbox", "org", "abc", {"rows": 3}, STEPS, 300, 40)


def reviewed(folder: Path, plan: Plan = PLAN) -> Path:
    path = folder / "plan.json"
    path.write_bytes(orjson.dumps(plan.to_dict()))
    return path


def decided(at: int, **changes: Any) -> Plan:
    steps = list(STEPS)
    steps[at] = replace(steps[at], **changes)
    return replace(PLAN, steps=tuple(steps))


OTHER = {
    "another onboarding": replace(PLAN, name="yard"),
    "another organisation": replace(PLAN, workspace="other"),
    "other labels": replace(PLAN, desired="def"),
    "one decision less": replace(PLAN, steps=STEPS[:1]),
    "one decision more": replace(PLAN, steps=(*STEPS, PlannedStep("batch", "b", Action.CREATE, "new"))),
    "decisions in another order": replace(PLAN, steps=STEPS[::-1]),
    "another action": decided(0, action=Action.CONFLICT),
    "another count": decided(0, count=4),
    "another kind": decided(0, kind="dataset"),
    "another name": decided(1, name="Harbor"),
    "another resource of the name": decided(1, id="p2"),
}


@pytest.mark.parametrize("case", OTHER)
def test_any_other_plan_is_refused(case: str, tmp_path: Path) -> None:
    path = reviewed(tmp_path)
    with pytest.raises(ConflictError, match=r"(?s)plan\.json.*new plan.*review"):
        OTHER[case].refuse_other(path)


def test_what_differs_is_listed_on_both_sides(tmp_path: Path) -> None:
    with pytest.raises(ConflictError) as refused:
        decided(0, count=4).refuse_other(reviewed(tmp_path))
    planned, now = [line for line in str(refused.value).splitlines() if "data rows" in line]
    assert re.fullmatch(r" *planned: +create data rows: clip-1 \(3\)", planned)
    assert re.fullmatch(r" *now: +create data rows: clip-1 \(4\)", now)
    assert "Harbour" not in str(refused.value)


def test_what_differs_is_listed_in_order(tmp_path: Path) -> None:
    """Of what was planned and of what is now, by what it says."""
    names = ["f", "b", "e", "a", "d", "c"]
    plans = [
        replace(PLAN, steps=tuple(PlannedStep("import", name, action, "") for name in names))
        for action in (Action.CREATE, Action.SKIP)
    ]
    with pytest.raises(ConflictError) as refused:
        plans[1].refuse_other(reviewed(tmp_path, plans[0]))
    _, *listed, _ = str(refused.value).splitlines()
    assert listed == [
        *(f"  planned: create import: {name} (0)" for name in sorted(names)),
        *(f"  now:     skip import: {name} (0)" for name in sorted(names)),
    ]


SAME = {
    "itself": PLAN,
    "other words": decided(0, reason="none was found"),
    "sizes and requests": decided(0, bytes=99, requests=7),
    "another limit": replace(PLAN, requests_per_minute=None, look_ups=9),
    "another word for the remote": replace(PLAN, remote="the service"),
}


@pytest.mark.parametrize("case", SAME)
def test_what_decides_nothing_may_differ(case: str, tmp_path: Path) -> None:
    SAME[case].refuse_other(reviewed(tmp_path))


@pytest.mark.parametrize(
    "content", [b"", b"not JSON", b"[]", b"7", b"{}", b'{"steps": [1], "hash": "x"}', b'{"hash": 1}']
)
def test_a_file_that_is_no_plan(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(SpecError, match=r"plan\.json: not a plan.*labelferry plan SPEC --json > FILE"):
        PLAN.refuse_other(path)


def test_a_plan_that_is_absent(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"absent\.json: not a plan.*labelferry plan"):
        PLAN.refuse_other(tmp_path / "absent.json")


def test_all_conflicts_are_told_at_once() -> None:
    conflicts = [PlannedStep("ontology", name, Action.CONFLICT, f"{name} differs") for name in ("one", "two")]
    refuse_conflicts(PLAN)
    with pytest.raises(ConflictError) as refused:
        refuse_conflicts(replace(PLAN, steps=(*STEPS, *conflicts)))
    assert str(refused.value).splitlines() == ["one differs", "two differs"]


def test_a_plan_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(orjson.dumps(PLAN.to_dict() | {"format": 1}))
    with pytest.raises(SpecError, match=r"plan\.json: a plan of another version .*format 1.*labelferry plan SPEC"):
        PLAN.refuse_other(path)
