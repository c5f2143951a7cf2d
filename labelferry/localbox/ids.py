"""Identifiers in the service's two forms, and its way of writing a time."""

import secrets
import string
import uuid
from datetime import UTC, datetime

ALPHABET = string.digits + string.ascii_lowercase


def new_id() -> str:
    """A 25-character id that begins with ``c``, the form that the SDK checks for metadata schemas."""
    number = secrets.randbits(125)
    letters = []
    for _ in range(24):
        number, rest = divmod(number, 36)
        letters.append(ALPHABET[rest])
    return "c" + "".join(letters)


def new_uuid() -> str:
    """A random UUID: batches and annotations have these."""
    return str(uuid.uuid4())


def as_text(moment: datetime) -> str:
    """A moment as the service writes it: ``2026-11-22T20:23:43.441Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def now() -> str:
    """The present moment as text."""
    return as_text(datetime.now(UTC))
