"""A new data folder turned into one with an organisation, a user and an editor."""

from labelferry.localbox.ids import new_id
from labelferry.localbox.state import organization, settings
from labelferry.localbox.state.database import Database, Session


def found(database: Database) -> None:
    """Create what every folder starts with, unless it exists."""
    with database.writing() as session:
        found_in(session)


def found_in(session: Session) -> None:
    """Do the same inside a transaction."""
    organization.found(session)
    if settings.read(session, "labeling_frontend") is None:
        settings.write(session, "labeling_frontend", new_id())
