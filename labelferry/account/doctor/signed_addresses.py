"""Presigned addresses of videos: until when they can be read, by what each cloud writes into its signature.

Facts: AWS https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (X-Amz-Date and X-Amz-Expires;
before version 4 Expires, in seconds since 1970), Google
https://cloud.google.com/storage/docs/authentication/canonical-requests (the same with X-Goog-), Azure
https://learn.microsoft.com/rest/api/storageservices/create-service-sas (se).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.listing import counted, shorten
from labelferry.sources.manifest import VideoRow

__all__ = ["check_signed", "expiry"]

SOON = timedelta(days=7)
"""Labelers open videos days after they were imported."""
SHOWN = 3
LASTING = "use an IAM integration (docs: videos in private buckets), or sign for longer"


def expiry(address: str) -> datetime | None:
    """Return when a presigned address ends, None when it is not presigned or does not say it."""
    said = {name.lower(): values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    for cloud in ("amz", "goog"):
        if f"x-{cloud}-date" in said and f"x-{cloud}-expires" in said:
            return _after(said[f"x-{cloud}-date"], said[f"x-{cloud}-expires"])
    if "expires" in said and "signature" in said:
        return _after("19700101T000000Z", said["expires"])
    return _moment(said["se"]) if "se" in said and "sig" in said else None


def _after(began: str, seconds: str) -> datetime | None:
    try:
        start = datetime.strptime(began, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return start + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def check_signed(rows: Sequence[VideoRow], now: datetime) -> Iterator[HealthCheck]:
    """Yield a check of presigned addresses, if there are any.

    Args:
        rows: of the manifest.
        now: the time.
    """
    ends = {row.global_key: end for row in rows if (end := expiry(row.row_data or ""))}
    if not ends:
        return
    over, soon = _ending(ends, now), _ending(ends, now + SOON)
    first = f"{min(ends.values()):%Y-%m-%d %H:%M} UTC"
    if over:
        text = f"the presigned address of {counted(len(over), 'video')} ended, the first on {first}: {_some(over)}"
        yield bad(Topic.STORAGE, text, f"sign again; {LASTING}")
    elif soon:
        text = f"presigned addresses end within {SOON.days} days, the first on {first}: {_some(soon)}"
        yield warn(Topic.STORAGE, text, f"label before that, or {LASTING}")
    else:
        yield ok(Topic.STORAGE, f"presigned addresses last until {first} at least")


def _ending(ends: Mapping[str, datetime], moment: datetime) -> list[str]:
    """Return what has ended by a moment."""
    return [key for key, end in ends.items() if end <= moment]


def _some(keys: Sequence[str]) -> str:
    return ", ".join(shorten(list(keys), SHOWN))
