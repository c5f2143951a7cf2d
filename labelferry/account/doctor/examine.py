"""All checks in their order: those of the service end with the first answer that does not come."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from labelferry.account.doctor.account import check_account
from labelferry.account.doctor.checkup import Checkup, HealthCheck, Level, Topic, bad
from labelferry.account.doctor.limits import check_limits
from labelferry.account.doctor.machine import check_machine, installed
from labelferry.account.doctor.measured import check_measured
from labelferry.account.doctor.prefect_server import check_server
from labelferry.account.doctor.storage import check_integrations
from labelferry.account.doctor.target import check_target
from labelferry.errors import AuthenticationError, InputError, PermissionDeniedError, RemoteError
from labelferry.onboarding.context import Connect
from labelferry.proxies import refuse_unusable_proxies
from labelferry.remote import LOCALBOX, Remote, connect
from labelferry.settings import Settings
from labelferry.spec.load import load_spec

__all__ = ["Instruments", "examine"]


def _http_client() -> httpx.Client:
    refuse_unusable_proxies()
    return httpx.Client()


@dataclass(frozen=True, slots=True)
class Instruments:
    """What the check-up is made with: the seams to the world outside.

    Args:
        connecting: factory of the client.
        now: returns the time by this machine's clock.
        installed: returns the version of a package, None when it is not installed.
        http: sends the requests to the Prefect server, and to the hosts of videos.
    """

    connecting: Connect = connect
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    installed: Callable[[str], tuple[int, ...] | None] = installed
    http: Callable[[], httpx.Client] = _http_client


def examine(
    settings: Settings,
    remote: Remote,
    spec: str | None = None,
    server: str | None = None,
    tools: Instruments | None = None,
) -> Checkup:
    """Return the check-up of an account, this machine and, if given, a spec. Changes nothing anywhere.

    Args:
        settings: of this process.
        remote: the Labelbox.
        spec: path or URL of a spec.
        server: URL of the Prefect server's API.
        tools: the seams to the world outside.
    """
    tools = tools or Instruments()
    with tools.http() as http:
        checks = [*_remote(settings, remote, spec, tools, http), *check_machine(settings, tools.installed)]
        checks += check_server(server, tools.installed("prefect"), http, tools.now())
    order = list(Topic)
    return Checkup(str(remote), tuple(sorted(checks, key=lambda check: order.index(check.topic))))


def _remote(
    settings: Settings, remote: Remote, spec: str | None, tools: Instruments, http: httpx.Client
) -> Iterator[HealthCheck]:
    is_real = remote.name != LOCALBOX
    try:
        with tools.connecting(settings, remote) as client:
            yield from check_account(client, settings, tools.now())
            if is_real:
                yield from check_measured(client, settings)
            if spec is None:
                yield check_integrations(client.integrations.list())
                return
            loaded = load_spec(spec, settings.specs)
            yield from check_target(client, loaded, tools.now(), http if is_real else None)
            if is_real:
                yield from check_limits(client, loaded, settings)
    except AuthenticationError as error:
        yield bad(Topic.KEY, str(error), "create a key in Labelbox's workspace settings and set LABELBOX_API_KEY")
    except PermissionDeniedError as error:
        yield bad(Topic.ROLE, str(error), "use the key of an admin, or ask one for access")
    except InputError as error:
        yield bad(Topic.SPEC, str(error), "correct the spec")
    except RemoteError as error:
        remedy = "check the network, the proxy and LABELBOX_ENDPOINT, or try again later"
        yield HealthCheck(Topic.KEY, Level.OUT_OF_REACH, str(error), remedy)
