"""Local videos, uploaded as checked and recorded, so that a replaced one is noticed."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from labelferry.files.content import Content, refuse_changed
from labelferry.ledger import Ledger
from labelferry.model.keys import identity
from labelferry.onboarding.context import Onboarding

__all__ = ["forget_uploads", "remember", "upload_video", "uploaded"]

KIND = "upload"


def upload_video(onboarding: Onboarding, row: Mapping[str, Any]) -> str:
    """Upload the local video of a row, and return its URL at the service.

    Raises:
        SourceError: when it is no longer the file that was checked.
    """
    path, content = Path(row["file"]), row.get("content")
    if content:  # states of older versions have none
        refuse_changed(path, Content(**content))
    return onboarding.client.upload(path, path.name, "video/mp4")


def remember(onboarding: Onboarding, row: Mapping[str, Any]) -> None:
    """Record the video of the row."""
    if content := row.get("content"):
        onboarding.ledger.replace(KIND, row["global_key"], content["sha256"])


def forget_uploads(ledger: Ledger, rows: Collection[str]) -> None:
    """Forget the videos of rows, by the identity of their global keys."""
    for entry in ledger.entries(KIND):
        if identity(entry.name) in rows:
            ledger.release(KIND, entry.name)


def uploaded(ledger: Ledger) -> dict[str, str | None]:
    """Return the hash of the uploaded video of each row, by global key."""
    return {entry.name: entry.remote_id for entry in ledger.entries(KIND)}
