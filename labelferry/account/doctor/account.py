"""The key, its owner, and the service as it answers. Queries only.

Facts: the official SDK 7.17.0 (``orgRole``, ``apiKeys``), and https://docs.labelbox.com/docs/limits.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.errors import RemoteError, UnavailableError
from labelferry.labelbox import Client
from labelferry.labelbox.records import ApiKey
from labelferry.settings import Settings

__all__ = ["check_account"]

SOON = timedelta(days=14)
SKEW = timedelta(seconds=5)
FAR = timedelta(minutes=5)
"""A clock that is this far off makes presigned URLs invalid."""
READERS = frozenset({"LABELER", "REVIEWER"})


def check_account(client: Client, settings: Settings, now: datetime) -> Iterator[HealthCheck]:
    """Yield the checks of the key and the service.

    Args:
        client: of the service.
        settings: of this process.
        now: by this machine's clock, right before.

    Raises:
        RemoteError: when the key is refused or the service is out of reach.
    """
    organization = client.organization.get()
    yield _clock(client, now)
    user = client.user.get()
    yield ok(Topic.KEY, f"of {user.email or user.id} in organisation '{organization.name}' ({organization.id})")
    yield _role(client)
    yield from _life(client, now)
    yield _endpoint(client)
    yield _rate(client, settings)


def _role(client: Client) -> HealthCheck:
    role, is_viewer = client.user.role()
    said = f"{role or 'unknown'}{', a viewer' if is_viewer else ''}"
    if is_viewer or (role or "").upper() in READERS:
        remedy = "use the key of an admin, or ask one to change this user's role under Members in Labelbox"
        return bad(Topic.ROLE, f"{said}: may not create datasets, projects and ontologies", remedy)
    if (role or "").upper() in {"", "NONE"}:
        remedy = "name the project by id in the spec, and make sure that the user is a member of it"
        return warn(Topic.ROLE, f"{said}: may perhaps not create projects", remedy)
    return ok(Topic.ROLE, said)


def _life(client: Client, now: datetime) -> Iterator[HealthCheck]:
    """Check when keys expire; which of the user's keys this one is, Labelbox does not say."""
    try:
        keys = [key for key in client.user.api_keys() if not key.revoked]
    except UnavailableError:
        raise
    except RemoteError:
        yield ok(Topic.KEY_LIFE, "Labelbox does not tell this user when keys expire")
        return
    yield from _expiry([key for key in keys if key.expires_at and key.expires_at > now], now)
    yield from _addresses(keys)


def _addresses(keys: Sequence[ApiKey]) -> Iterator[HealthCheck]:
    if bound := sorted(key.name for key in keys if key.allowed_ips):
        remedy = "make sure that every worker has one of these addresses, or use a key without them"
        yield warn(Topic.KEY_LIFE, f"works from some IP addresses only: {', '.join(bound)}", remedy)


def _expiry(keys: list[ApiKey], now: datetime) -> Iterator[HealthCheck]:
    if not keys:
        yield ok(Topic.KEY_LIFE, "no expiry known")
        return
    first = min(keys, key=lambda key: key.expires_at or now)
    said = f"'{first.name}' expires at {first.expires_at:%Y-%m-%d %H:%M} UTC"
    if first.expires_at and first.expires_at - now < SOON:
        yield warn(Topic.KEY_LIFE, said, "if this is the key in use, create a new one in Labelbox and set it")
    else:
        yield ok(Topic.KEY_LIFE, said)


def _endpoint(client: Client) -> HealthCheck:
    if "/graphql" in client.endpoint:
        return ok(Topic.ENDPOINT, client.endpoint)
    remedy = "set LABELBOX_ENDPOINT to the URL that ends in /graphql"
    return warn(Topic.ENDPOINT, f"{client.endpoint} has no /graphql, so batches are sent to the same URL", remedy)


def _rate(client: Client, settings: Settings) -> HealthCheck:
    told = [f"{name}: {value}" for name, value in sorted(client.headers.items()) if _is_rate(name)]
    said = "; ".join(told) or "Labelbox tells no limit in its answers"
    if settings.requests_per_minute is None and settings.api_key is not None:
        remedy = "set LABELFERRY_RATE to your account's tier: free, starter, edu or enterprise"
        return warn(Topic.RATE, f"no limit is set; {said}", remedy)
    return ok(Topic.RATE, f"{settings.requests_per_minute or 'no limit, as localbox has none'}; {said}")


def _is_rate(name: str) -> bool:
    return "ratelimit" in name.lower().replace("-", "") or name.lower() == "retry-after"


def _clock(client: Client, now: datetime) -> HealthCheck:
    told = client.headers.get("date")
    if told is None:
        return ok(Topic.CLOCK, "Labelbox does not tell the time")
    off = now - parsedate_to_datetime(told).astimezone(UTC)
    said = f"this machine's clock is {abs(off.total_seconds()):.0f} s {'ahead' if off > timedelta() else 'behind'}"
    remedy = "set the clock by a time server: timedatectl set-ntp true"
    if abs(off) > FAR:
        return bad(Topic.CLOCK, said, remedy)
    return warn(Topic.CLOCK, said, remedy) if abs(off) > SKEW else ok(Topic.CLOCK, "agrees with Labelbox's")
