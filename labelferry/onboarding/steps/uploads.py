"""Local videos: sent as they were checked, and remembered, so that one that was replaced is noticed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelferry.files.content import Content, refuse_changed
from labelferry.ledger import Ledger
from labelferry.onboarding.context import Onboarding

__all__ = ["remember", "upload_video", "uploaded"]

KIND = "upload"


def upload_video(onboarding: Onboarding, row: Mapping[str, Any]) -> str:
    """Send the local video of a row, and return its URL at the service.

    Raises:
        SourceError: when it is not the file any more that was checked.
    """
    path, content = Path(row["file"]), row.get("content")
    if content:  # the state of an onboarding that began with an older version has none
        refuse_changed(path, Content(**content))
    return onboarding.client.upload(path, path.name, "video/mp4")


def remember(onboarding: Onboarding, row: Mapping[str, Any]) -> None:
    """Write down which video the row has."""
    if content := row.get("content"):
        onboarding.ledger.replace(KIND, row["global_key"], content["sha256"])


def uploaded(ledger: Ledger) -> dict[str, str | None]:
    """Return the hash of the video that was sent for each row, by global key."""
    return {entry.name: entry.remote_id for entry in ledger.entries(KIND)}
