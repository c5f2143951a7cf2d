"""Where each behaviour of the table stands: where a test turned it, else where the profile has it, else as usual."""

from dataclasses import dataclass
from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.state import settings
from labelferry.localbox.state.behaviours import GROUPS, Switch
from labelferry.localbox.state.database import Session

PROFILE = "profile"


@dataclass(frozen=True)
class Switches:
    """The switches of one group, which are kept under its name."""

    group: str

    @property
    def names(self) -> dict[str, Switch]:
        """The group's switches by name."""
        return {switch.name: switch for switch in GROUPS[self.group]}

    def turn(self, session: Session, wanted: Any) -> Any:
        """Turn the switches; those that are not named go back.

        Raises:
            MalformedError: no such switch or position exists.
        """
        check(self.group, wanted)
        settings.write(session, self.group, wanted)
        return wanted

    def shown(self, session: Session, _query: Any = None) -> Any:
        """Return the switches that a test turned."""
        return settings.read(session, self.group, {})

    def standing(self, session: Session) -> dict[str, Any]:
        """Return every switch that is not in its usual position because of a test or of the profile."""
        return {**settings.read(session, PROFILE, {}).get(self.group, {}), **self.shown(session)}

    def position(self, session: Session, switch: str) -> Any:
        """Return where a switch stands."""
        return self.standing(session).get(switch, self.names[switch].usual)


def check(group: str, wanted: Any) -> None:
    """Check positions of a group's switches.

    Raises:
        MalformedError: there is no such switch, or it has no such position.
    """
    names = Switches(group).names
    for switch, value in wanted.items():
        if switch not in names or not names[switch].has(value):
            raise MalformedError(f"{switch} cannot be {value!r}; see docs/localbox-behaviours.md")
