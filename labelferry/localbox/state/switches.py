"""Switches: behaviour of the service that public sources leave open, as chosen by a test.

A switch that is not named has its default position, which is the known or assumed behaviour of the service.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Switches:
    """Switches that are stored under one name.

    Args:
        name: of the setting.
        choices: the positions of each, the default first.
        free: for switches whose position is a value, the test whether it is valid. Their default is None.
    """

    name: str
    choices: Mapping[str, Any]
    free: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)

    def turn(self, session: Session, wanted: Any) -> Any:
        """Set the switches; unnamed ones are reset.

        Raises:
            MalformedError: no such switch or position exists.
        """
        for switch, value in wanted.items():
            if not self._has(switch, value):
                raise MalformedError(f"{switch} cannot be {value!r}; see docs/localbox-control.md")
        settings.write(session, self.name, wanted)
        return wanted

    def shown(self, session: Session, _query: Any = None) -> Any:
        """Return the switches that were turned."""
        return settings.read(session, self.name, {})

    def position(self, session: Session, switch: str) -> Any:
        """Return the position of a switch."""
        usual = next(iter(self.choices[switch])) if switch in self.choices else None
        return self.shown(session).get(switch, usual)

    def _has(self, switch: str, value: Any) -> bool:
        if switch in self.free:
            return self.free[switch](value)
        return any(type(value) is type(each) and value == each for each in self.choices.get(switch, ()))


def is_count(value: Any) -> bool:
    """Return whether a position is a count."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
