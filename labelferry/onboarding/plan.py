"""Desired state x remote state x ledger -> a plan: what an onboarding would do, and why, before it does it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from labelferry.account.profile import ProfileAge
from labelferry.errors import ConflictError, SpecError
from labelferry.listing import shorten
from labelferry.onboarding.elsewhere import NOTHING, Elsewhere
from labelferry.regular import open_regular
from labelferry.settings import TIERS
from labelferry.shown import Shown

__all__ = ["Action", "Plan", "PlannedStep", "refuse_conflicts", "row_names"]


FORMAT = 3
"""Version of a plan's JSON. In 1, deletions were updates; in 2, data rows had no names."""
NAMED = 3
"""Data rows that a step names."""


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
        name: which one; for data rows, their first global keys.
        action: what happens to it.
        reason: why, for people.
        id: Labelbox's id of a resource that exists.
        count: number of rows or lines.
        bytes: size of what is sent.
        requests: approximate number of requests.
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
        return f"{self.action} {self.kind}: {self.name} ({self.count})"


def row_names(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of a step about data rows: their first global keys, and how many more there are."""
    return ", ".join(shorten([row["global_key"] for row in rows[:NAMED]], NAMED, total=len(rows)))


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Shown):
    """Everything that an onboarding would do, in order.

    Args:
        name: of the onboarding.
        remote: where it would go.
        workspace: id of the organisation there.
        desired: fingerprint of the desired state.
        counts: what the sources contain.
        steps: the decisions.
        look_ups: approximate number of requests for looking things up, besides those of the steps.
        requests_per_minute: the account's limit, for the estimated time; None when unknown.
        classes: the classes of the labels with counts, as plain values.
        account: how well the account is known; None when it need not be.
        findings: the warnings of the checks by rule, bounded, as plain values.
        elsewhere: what is in the project already and is not from this onboarding.
    """

    name: str
    remote: str
    workspace: str
    desired: str
    counts: Mapping[str, int]
    steps: tuple[PlannedStep, ...]
    requests_per_minute: int | None = None
    look_ups: int = 0
    classes: tuple[Mapping[str, Any], ...] = ()
    account: ProfileAge | None = None
    findings: tuple[Mapping[str, Any], ...] = ()
    elsewhere: Elsewhere = NOTHING

    @property
    def totals(self) -> dict[str, int]:
        """How many resources are created, updated and deleted, and how many conflicts there are.

        Each data row counts; a dataset, an ontology, a project, a batch and an import are one each.
        """
        found = dict.fromkeys(("create", "update", "delete", "conflict"), 0)
        for step in self.steps:
            if step.action in found:
                found[step.action] += step.count if step.kind == "data rows" else 1
        return found

    @property
    def requests(self) -> int:
        """The approximate number of requests in total."""
        return self.look_ups + sum(step.requests for step in self.steps)

    @property
    def seconds(self) -> float:
        """The time for the requests at the account's limit, without waiting for the service's own work.

        If the limit is unknown, that of a free account, the lowest, is assumed.
        """
        return self.requests * 60 / (self.requests_per_minute or TIERS["free"])

    @property
    def hash(self) -> str:
        """A hash of the desired state and the decisions: what ``--plan`` compares."""
        decisions = [(step.kind, step.name, step.action, step.id, step.count) for step in self.steps]
        return sha256(orjson.dumps([self.name, self.workspace, self.desired, decisions])).hexdigest()

    def refuse_other(self, reviewed: "Plan | str | Path") -> None:
        """Stop when this differs from the reviewed plan.

        Args:
            reviewed: the plan, or the file with the output of ``labelferry plan --json``.

        Raises:
            SpecError: when the file is not a plan.
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
        """Return the plan that ``to_dict`` gave.

        Raises:
            KeyError, TypeError, ValueError: when it is not a plan.
        """
        steps = tuple(PlannedStep(**{**step, "action": Action(step["action"])}) for step in data["steps"])
        account = data.get("account")
        later: dict[str, Any] = {name: tuple(data.get(name, ())) for name in ("classes", "findings")}
        others = data.get("elsewhere")
        later |= {"account": account and ProfileAge(account)}
        later |= {"elsewhere": Elsewhere.from_dict(others) if others else NOTHING}
        names = [field.name for field in fields(cls) if field.name not in later]  # which plans did not always have
        return cls(**{name: data[name] for name in names} | {"steps": steps} | later)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        totals = {"hash": self.hash, "requests": self.requests, "seconds": self.seconds, "totals": self.totals}
        return {"format": FORMAT, **asdict(self), **totals}


def _kept(path: Path) -> Plan:
    try:
        with open_regular(path) as file:
            data = orjson.loads(file.read())
        written, plan = data["format"], Plan.from_dict(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f" ({error.strerror})" if isinstance(error, OSError) else ""
        raise SpecError(f"{path}: not a plan{why}; make one with labelferry plan SPEC --json > FILE") from error
    if written != FORMAT:
        raise SpecError(
            f"{path}: a plan of another version of labelferry (format {written}); make it again with "
            f"labelferry plan SPEC --json > {path}"
        )
    return plan


def refuse_conflicts(plan: Plan) -> None:
    """Stop before the first change when the plan has a conflict that needs a decision.

    Raises:
        ConflictError: with every conflict.
    """
    reasons = [step.reason for step in plan.steps if step.action is Action.CONFLICT]
    if reasons:
        raise ConflictError("\n".join(reasons))
