"""Identifiers in the service's two forms, and its time format."""

import secrets
import string
import uuid
from datetime import UTC, datetime

ALPHABET = string.digits + string.ascii_lowercase


def new_id() -> str:
    """Return a 25-character id that begins with ``c``, the form that the SDK checks for metadata schemas."""
    number = secrets.randbits(125)
    letters = []
    for _ in range(24):
        number, rest = divmod(number, 36)
        letters.append(ALPHABET[rest])
    return "c" + "".join(letters)


def new_uuid() -> str:
    """Return a random UUID, as batches and annotations have."""
    return str(uuid.uuid4())


def as_text(moment: datetime) -> str:
    """Return a time as the service writes it: ``2026-11-22T20:23:43.441Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def now() -> str:
    """Return the current time as text."""
    return as_text(datetime.now(UTC))
