"""The outcome of a self-test: a verdict on each assumption, what is left over, and the profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labelferry.account.assumptions import ASSUMPTIONS, Assumption, AssumptionVerdict
from labelferry.account.profile import AccountProfile
from labelferry.account.selftest.cleaning import LeftOver
from labelferry.shown import Shown

__all__ = ["Selftest", "SelftestPlan", "TriedAssumption"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TriedAssumption:
    """An assumption, and what the account shows.

    Args:
        assumption: what was assumed.
        verdict: whether it holds.
        found: the account's position; meaningless when it was not tested.
    """

    assumption: Assumption
    verdict: AssumptionVerdict
    found: Any = None

    @classmethod
    def of(cls, assumption: Assumption, measured: Mapping[Assumption, Any]) -> "TriedAssumption":
        """Judge an assumption by what was measured."""
        if assumption not in measured:
            return cls(assumption, AssumptionVerdict.NOT_TESTED)
        found = measured[assumption]
        return cls(
            assumption,
            AssumptionVerdict.CONFIRMED if found == assumption.expected else AssumptionVerdict.DIFFERS,
            found,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        about = {"assumption": self.assumption.key, "about": self.assumption.about}
        return {**about, "expected": self.assumption.expected, "verdict": self.verdict, "found": self.found}


@dataclass(frozen=True, slots=True)
class SelftestPlan:
    """What a self-test is about to do.

    Args:
        remote: the Labelbox.
        organization: name and id.
        name: the beginning of every name that is created.
        requests: about how many it sends.
    """

    remote: str
    organization: str
    name: str
    requests: int

    def __str__(self) -> str:
        return (
            f"In organisation {self.organization} ({self.remote}) the self-test creates a dataset with a clip of 30 "
            f"frames, an ontology and two projects, all named {self.name}, imports a few labels, and deletes all of it "
            f"again: about {self.requests} requests. What it cannot delete is one uploaded file of some kilobytes."
        )


@dataclass(frozen=True, slots=True, repr=False)
class Selftest(Shown):
    """The outcome.

    Args:
        remote: the Labelbox.
        tried: every assumption, in order.
        notes: what went wrong on the way.
        left: what could not be deleted.
        kept: whether it was left on purpose.
        requests: how many were sent.
        profile: of the account; None when nothing was measured.
    """

    remote: str
    tried: tuple[TriedAssumption, ...]
    notes: tuple[str, ...] = ()
    left: tuple[LeftOver, ...] = ()
    kept: bool = False
    requests: int = 0
    profile: AccountProfile | None = None

    @classmethod
    def judged(cls, remote: str, measured: Mapping[Assumption, Any], **more: Any) -> "Selftest":
        """Judge every assumption by what was measured."""
        return cls(remote, tuple(TriedAssumption.of(each, measured) for each in ASSUMPTIONS), **more)

    @property
    def exit_code(self) -> int:
        """0 when nothing is left over that should not be, else 3."""
        return 3 if self.left and not self.kept else 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "format": FORMAT,
            "remote": self.remote,
            "exit_code": self.exit_code,
            "requests": self.requests,
            "tried": [each.to_dict() for each in self.tried],
            "notes": [*self.notes],
            "kept": self.kept,
            "left": [{"kind": each.kind, "name": each.name, "id": each.id} for each in self.left],
            "profile": self.profile and self.profile.to_dict(),
        }
