"""Desired state x remote state x ledger -> a plan: what an onboarding would do, and why, before it does anything."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from labelferry.errors import ConflictError, SpecError
from labelferry.settings import TIERS
from labelferry.shown import Shown

__all__ = ["Action", "Plan", "PlannedStep", "refuse_conflicts"]


FORMAT = 2
"""Of a plan that is kept as JSON; one higher whenever what it says changes. In 1, deletions were updates."""


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    REUSE = "reuse"
    UPDATE = "update"
    DELETE = "delete"
    SKIP = "skip"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One decision.

    Args:
        kind: dataset, data rows, ontology, project, batch, or import.
        name: which one.
        action: what happens to it.
        reason: why, for people.
        id: Labelbox's id of a resource that is there.
        count: rows or lines concerned.
        bytes: size of what is sent.
        requests: about how many requests it takes.
    """

    kind: str
    name: str
    action: Action
    reason: str
    id: str | None = None
    count: int = 0
    bytes: int = 0
    requests: int = 0

    def __str__(self) -> str:
        return f"{self.action} {self.kind} '{self.name}' ({self.count})"


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Shown):
    """Everything that an onboarding would do, in order.

    Args:
        name: of the onboarding.
        remote: where it would go.
        workspace: id of the organisation there.
        desired: fingerprint of the desired state.
        counts: what the sources hold.
        steps: the decisions.
        look_ups: about how many requests it takes to look at everything, besides those of the steps.
        requests_per_minute: the account's limit, for the time it takes; None when nobody knows.
    """

    name: str
    remote: str
    workspace: str
    desired: str
    counts: Mapping[str, int]
    steps: tuple[PlannedStep, ...]
    requests_per_minute: int | None = None
    look_ups: int = 0

    @property
    def requests(self) -> int:
        """About how many requests all of it takes."""
        return self.look_ups + sum(step.requests for step in self.steps)

    @property
    def seconds(self) -> float:
        """How long the requests take at the account's limit, waits for the service's own work aside.

        At that of a free account, the lowest, when nobody knows.
        """
        return self.requests * 60 / (self.requests_per_minute or TIERS["free"])

    @property
    def hash(self) -> str:
        """The same for the same world and the same wishes: what ``--plan`` compares."""
        decisions = [(step.kind, step.name, step.action, step.id, step.count) for step in self.steps]
        return sha256(orjson.dumps([self.name, self.workspace, self.desired, decisions])).hexdigest()

    def refuse_other(self, reviewed: "Plan | str | Path") -> None:
        """Stop when this is not the plan that somebody reviewed.

        Args:
            reviewed: the plan, or the file that ``labelferry plan --json`` was kept in.

        Raises:
            SpecError: when the file is no plan.
            ConflictError: with the decisions that differ.
        """
        before = reviewed if isinstance(reviewed, Plan) else _kept(Path(reviewed))
        if before.hash == self.hash:
            return
        planned, now = set(map(str, before.steps)), set(map(str, self.steps))
        listed = [f"  planned: {line}" for line in sorted(planned - now)]
        listed += [f"  now:     {line}" for line in sorted(now - planned)]
        made = "the plan" if isinstance(reviewed, Plan) else reviewed
        raise ConflictError(
            f"Labelbox or the sources have changed since {made} was made:\n"
            + "\n".join(listed or ["  the labels or the spec have changed"])
            + "\nmake a new plan and review it"
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Plan":
        """Take up a plan that ``to_dict`` gave.

        Raises:
            KeyError, TypeError, ValueError: when it is none.
        """
        names = [field.name for field in fields(cls)]
        steps = tuple(PlannedStep(**{**step, "action": Action(step["action"])}) for step in data["steps"])
        return cls(**{name: data[name] for name in names} | {"steps": steps})

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain values."""
        totals = {"hash": self.hash, "requests": self.requests, "seconds": self.seconds}
        return {"format": FORMAT, **asdict(self), **totals}


def _kept(path: Path) -> Plan:
    try:
        data = orjson.loads(path.read_bytes())
        written, plan = data["format"], Plan.from_dict(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SpecError(f"{path}: not a plan; make one with labelferry plan SPEC --json > {path}") from error
    if written != FORMAT:
        raise SpecError(
            f"{path}: a plan of another version of labelferry (format {written}); make it again with "
            f"labelferry plan SPEC --json > {path}"
        )
    return plan


def refuse_conflicts(plan: Plan) -> None:
    """Stop before the first change when somebody has to decide something first.

    Raises:
        ConflictError: with every conflict.
    """
    reasons = [step.reason for step in plan.steps if step.action is Action.CONFLICT]
    if reasons:
        raise ConflictError("\n".join(reasons))
