"""Named switches that a test turns: which positions each has, and where it stands."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Switches:
    """Switches that are turned together; what is not named goes back.

    Args:
        name: under which they are kept.
        choices: the positions of each switch, the usual one first.
        free: for the others, whether a value is a position.
    """

    name: str
    choices: Mapping[str, Collection[Any]]
    free: Mapping[str, Callable[[Any], bool]]

    def turn(self, session: Session, wanted: Any) -> Any:
        """Sets the switches; those that are not named go back.

        Raises:
            MalformedError: there is no such switch, or it has no such position.
        """
        for name, value in wanted.items():
            good = value in self.choices[name] if name in self.choices else name in self.free and self.free[name](value)
            if not good:
                raise MalformedError(f"{name} cannot be {value!r}; see docs/localbox-control.md")
        settings.write(session, self.name, wanted)
        return wanted

    def turned(self, session: Session) -> Any:
        """The switches that do not stand as usual."""
        return settings.read(session, self.name, {})

    def position(self, session: Session, name: str) -> Any:
        """Where a switch stands; None for one of free positions that was not turned."""
        usual = next(iter(self.choices[name])) if name in self.choices else None
        return self.turned(session).get(name, usual)


def is_count(value: Any) -> bool:
    """Whether a value counts something."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_patience(value: Any) -> bool:
    """Whether a value says after how many attempts something happens, or that it never does."""
    return value == "never" or is_count(value)


def outlasts(patience: Any, times: int) -> bool:
    """Whether something that was asked for this often is still to be refused."""
    return patience == "never" or times <= (patience or 0)
