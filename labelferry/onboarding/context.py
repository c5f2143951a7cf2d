"""The context of every step of an onboarding: the client, the ledger, the desired state."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from labelferry.account.profile import ProfileAge, kept
from labelferry.desired.folder import mark
from labelferry.desired.state import Desired
from labelferry.labelbox import Client
from labelferry.ledger import Ledger, confirm, held, open_ledger
from labelferry.onboarding.history import waiting_told, work_told
from labelferry.remote import LOCALBOX, Remote, connect
from labelferry.settings import Settings

__all__ = ["Connect", "Onboarding", "alone", "open_onboarding"]

Connect = Callable[[Settings, Remote], AbstractContextManager[Client]]
"""Factory of a client: the seam for another transport, policy, clock or sleep."""


@dataclass(frozen=True, slots=True)
class Onboarding:
    """One onboarding in progress.

    ``account`` says how well the account is known; None for the embedded localbox, which is known.
    """

    client: Client
    ledger: Ledger
    desired: Desired
    account: ProfileAge | None = None


@contextmanager
def open_onboarding(
    settings: Settings, remote: Remote, folder: Path, connecting: Connect = connect
) -> Iterator[Onboarding]:
    """Open the onboarding whose desired state is in ``folder``.

    Raises:
        RemoteError: when the service cannot be reached or refuses the key.
    """
    desired = Desired.load(folder)
    with connecting(settings, remote) as client, open_ledger(settings.ledger_url) as file:
        client.guard_with(confirm)
        workspace = remote.workspace or client.organization.get().id
        profile = kept(file, workspace, client.endpoint)
        if profile is not None:
            client.wait_longer(**profile.patience())
        age = ProfileAge.MISSING if profile is None else profile.age(file.now())
        known = None if remote.name == LOCALBOX else age
        yield Onboarding(client, file.of(workspace, desired.spec.name), desired, known)


@contextmanager
def alone(onboarding: Onboarding, remote: Remote, wait: float) -> Iterator[None]:
    """Hold the leases of an onboarding and its project, so that no other run works on them, and remember its folder.

    A run that fails or is interrupted is recorded in the history, with its error.

    Args:
        onboarding: the onboarding.
        remote: the Labelbox it goes to, for the history.
        wait: seconds to wait for another run.

    Raises:
        ConflictError: when another run holds them and has not ended within that time.
    """
    ledger, project = onboarding.ledger, onboarding.desired.spec.project
    whole = ledger.lease(f"an onboarding into project '{project.id or project.name}'")
    with ExitStack() as leases:
        with waiting_told(ledger, remote):
            leases.enter_context(held(ledger.lease(), wait))
            leases.enter_context(held(whole, wait))
        with work_told(ledger, remote):
            mark(onboarding.desired)
            yield
