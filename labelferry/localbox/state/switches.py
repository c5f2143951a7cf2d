"""Switches: the service's answers that public sources leave open, and which of them a test chooses.

A switch that is not named stands in its usual position, which is what the service is known or believed to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Switches:
    """Some switches that are kept under one name.

    Args:
        name: of the setting.
        choices: the positions of each, the usual one first.
        free: of those whose position is a value: whether it is one. Their usual position is None.
    """

    name: str
    choices: Mapping[str, Any]
    free: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)

    def turn(self, session: Session, wanted: Any) -> Any:
        """Sets the switches; those that are not named go back.

        Raises:
            MalformedError: there is no such switch, or it has no such position.
        """
        for switch, value in wanted.items():
            if not self._has(switch, value):
                raise MalformedError(f"{switch} cannot be {value!r}; see docs/localbox-control.md")
        settings.write(session, self.name, wanted)
        return wanted

    def shown(self, session: Session, _query: Any = None) -> Any:
        """The switches that were turned."""
        return settings.read(session, self.name, {})

    def position(self, session: Session, switch: str) -> Any:
        """Where a switch stands."""
        usual = next(iter(self.choices[switch])) if switch in self.choices else None
        return self.shown(session).get(switch, usual)

    def _has(self, switch: str, value: Any) -> bool:
        if switch in self.free:
            return self.free[switch](value)
        return any(type(value) is type(each) and value == each for each in self.choices.get(switch, ()))


def is_count(value: Any) -> bool:
    """Whether a position is a number of times."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
