"""What is known of a row's video: a test declares it for URLs, since localbox fetches from this machine only."""

from typing import Any

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.media import read_attributes
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.filestore import referenced

DECLARED = "known_media"
USUAL = {"assetType": "video", "mimeType": "video/mp4"}


def declare(session: Session, media: Any) -> Any:
    """Keep media attributes by URL, for rows that are created or changed from now on.

    Raises:
        MalformedError: it is not an object of objects.
    """
    if not isinstance(media, dict) or not all(isinstance(each, dict) for each in media.values()):
        raise MalformedError("Media is an object: media attributes by URL")
    settings.write(session, DECLARED, media)
    return media


def declared(session: Session, _query: Any = None) -> dict[str, dict[str, Any]]:
    """Return what was declared."""
    found: dict[str, dict[str, Any]] = settings.read(session, DECLARED, {})
    return found


def attributes(session: Session, row_data: str) -> str:
    """Return a row's media attributes, JSON text: what its file says, or what was declared for its URL."""
    file_id = referenced(row_data)
    read = None if file_id is None else read_attributes(session.files.path(file_id))
    return as_json(USUAL | (declared(session).get(row_data, {}) if read is None else read))
