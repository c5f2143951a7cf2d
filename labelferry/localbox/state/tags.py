"""Resource tags: coloured words of the organisation that projects carry."""

from dataclasses import dataclass

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import projects
from labelferry.localbox.state.database import Session


@dataclass(frozen=True)
class Tag:
    """A resource tag."""

    id: str
    text: str
    color: str


def create(session: Session, text: str, color: str) -> Tag:
    """Make a tag; its colour loses a leading ``#``."""
    tag_id = new_id()
    session.insert("resource_tags", id=tag_id, text=text, color=color.removeprefix("#"), created_at=now())
    return get(session, tag_id)


def get(session: Session, tag_id: str) -> Tag:
    """Return the tag with that id."""
    tag = session.one(Tag, "SELECT * FROM resource_tags WHERE id = ?", (tag_id,))
    if tag is None:
        raise NotFoundError.of("ResourceTag", tag_id)
    return tag


def every(session: Session) -> list[Tag]:
    """Return all tags, oldest first."""
    return session.all(Tag, "SELECT * FROM resource_tags ORDER BY seq")


def of_project(session: Session, project_id: str) -> list[Tag]:
    """Return a project's tags."""
    sql = "SELECT t.* FROM resource_tags t JOIN project_tags p ON p.tag_id = t.id WHERE p.project_id = ? ORDER BY t.seq"
    return session.all(Tag, sql, (project_id,))


def put(session: Session, project_id: str, tag_ids: list[str]) -> list[Tag]:
    """Give a project these tags and no others."""
    owner, wanted = projects.get(session, project_id).id, [get(session, tag_id).id for tag_id in tag_ids]
    session.run("DELETE FROM project_tags WHERE project_id = ?", (owner,))
    session.run_many("INSERT INTO project_tags (project_id, tag_id) VALUES (?, ?)", [(owner, each) for each in wanted])
    return of_project(session, owner)


def delete(session: Session, tag_id: str) -> str:
    """Remove a tag."""
    session.delete("resource_tags", get(session, tag_id).id)
    return tag_id
