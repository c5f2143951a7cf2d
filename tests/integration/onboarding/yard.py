"""The streets in this process: the steps of an onboarding called one by one, beside ledger and localbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from labelferry.errors import LabelferryError
from labelferry.labelbox import Client
from labelferry.onboarding.context import Onboarding, open_onboarding
from labelferry.onboarding.run import carry_out
from labelferry.onboarding.steps.labels import assemble
from labelferry.plain_steps import PlainSteps
from labelferry.remote import Remote
from labelferry.reports import Report
from tests.faults.driver import Clock
from tests.faults.mutations import impatient, settings_in
from tests.faults.streets import NAME, write_streets
from tests.localbox_server import Localbox

DELETE = "mutation d($ids: [ID!]!) { deleteDataRows(where: {dataRowIds: $ids}) { id } }"


class Yard:
    """A user at one machine whose waits take no time.

    Args:
        localbox: the service.
        folder: where the user's files are.
        client: somebody else's client.
    """

    def __init__(self, localbox: Localbox, folder: Path, client: Client) -> None:
        self.localbox, self.folder, self.client = localbox, folder, client
        self.settings = settings_in(folder / "home", localbox.endpoint, localbox.key)
        self.remote = Remote("Labelbox", localbox.endpoint)

    def write(self, lines: list[dict[str, Any]], imported_as: str = "prelabels", **changes: Any) -> None:
        write_streets(self.folder, lines, imported_as, **changes)

    @contextmanager
    def onboarding(self, clock: Clock | None = None) -> Iterator[Onboarding]:
        """What the steps work on, as the files are now."""
        folder = assemble(str(self.folder / f"{NAME}.yaml"), self.settings, self.remote).folder
        with open_onboarding(self.settings, self.remote, folder, partial(impatient, clock or Clock())) as onboarding:
            yield onboarding

    def run(self, *, retry: bool = False) -> Report | LabelferryError:
        """The whole order: the report, or how it ended otherwise."""
        with self.onboarding() as onboarding:
            try:
                steps = PlainSteps(onboarding, self.remote, self.settings)
                return carry_out(steps, retry=True) if retry else carry_out(steps)
            except LabelferryError as error:
                return error

    def lose_ledger(self) -> None:
        """Delete the ledger and what SQLite keeps beside it."""
        for path in self.settings.home.glob("ledger.db*"):
            path.unlink()

    def spoil(self, kind: str, operation: str, **more: Any) -> None:
        """Let requests go wrong."""
        self.localbox.control("POST", "faults", {"kind": kind, "operation": operation, **more})

    def turn(self, **switches: Any) -> None:
        """Turn the switches of localbox's behaviour."""
        self.localbox.control("POST", "behaviour", switches)

    def change(self, changing: Callable[[dict[str, list[dict[str, Any]]]], None]) -> None:
        """Change what localbox keeps, behind everybody's back."""
        state = self.localbox.state()
        changing(state)
        self.localbox.control("POST", "seed", state)

    def delete_rows(self, *keys: str) -> None:
        ids = [row["id"] for row in self.localbox.table("data_rows") if row["global_key"] in keys]
        assert len(self.localbox.ask(DELETE, ids=ids)["deleteDataRows"]) == len(keys)

    def names(self, table: str) -> list[str]:
        """What the rows of one of localbox's tables are called."""
        return [row["name"] for row in self.localbox.table(table)]
