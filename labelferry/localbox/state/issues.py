"""Issues on labels and data rows of a project, their categories and comments."""

from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import NotFoundError
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import data_rows, filters, projects
from labelferry.localbox.state.database import Session, as_json

OPEN, RESOLVED = "Open", "Resolved"
FILTERS = {"status": "status", "categoryId": "category_id"}
CHANGES = {"content": "content", "categoryId": "category_id", "labelId": "label_id"}


@dataclass(frozen=True)
class Issue:
    """A question or complaint about a data row or one of its labels."""

    seq: int
    id: str
    project_id: str
    data_row_id: str
    label_id: str | None
    category_id: str | None
    content: str
    position: str | None
    status: str
    resolved_at: str | None
    created_at: str
    updated_at: str

    @property
    def friendly_id(self) -> str:
        """The number that people use."""
        return str(self.seq)

    @property
    def content_updated_at(self) -> str:
        """When its text was last changed."""
        return self.updated_at


@dataclass(frozen=True)
class Category:
    """A kind of issue, of one project."""

    id: str
    project_id: str
    name: str
    description: str


@dataclass(frozen=True)
class Comment:
    """An answer to an issue."""

    id: str
    issue_id: str
    content: str
    created_at: str
    updated_at: str


def create(session: Session, data: dict[str, Any]) -> Issue:
    """Open an issue."""
    issue_id, made = new_id(), now()
    session.insert(
        "issues",
        id=issue_id,
        project_id=projects.get(session, data["projectId"]).id,
        data_row_id=data_rows.get(session, data["dataRowId"]).id,
        label_id=data.get("labelId"),
        category_id=data.get("categoryId"),
        content=data["content"],
        position=_position(data),
        status=OPEN,
        created_at=made,
        updated_at=made,
    )
    return get(session, issue_id)


def _position(data: dict[str, Any]) -> str | None:
    return None if data.get("position") is None else as_json(data["position"])


def get(session: Session, issue_id: str | None) -> Issue:
    """Return the issue with that id."""
    issue = session.one(Issue, "SELECT * FROM issues WHERE id = ?", (issue_id,))
    if issue is None:
        raise NotFoundError.of("Issue", issue_id)
    return issue


def position(issue: Issue) -> Any:
    """Return where on the asset an issue is."""
    return None if issue.position is None else orjson.loads(issue.position)


def of_project(session: Session, project_id: str, where: dict[str, Any]) -> list[Issue]:
    """Return a project's issues that a filter lets through, oldest first."""
    tests, values = ["project_id = ?"], [project_id]
    for name, column in FILTERS.items():
        if where.get(name) is not None:
            tests, values = [*tests, f"{column} = ?"], [*values, where[name]]
    if where.get("content") is not None:
        tests, values = [*tests, "instr(lower(content), lower(?)) > 0"], [*values, where["content"]]
    if where.get("dataRow") is not None:
        tests, values = [*tests, "data_row_id = ?"], [*values, where["dataRow"].get("id")]
    sql = f"SELECT * FROM issues WHERE {' AND '.join(tests)} ORDER BY seq"  # noqa: S608 - names are ours
    return session.all(Issue, sql, tuple(values))


def shown(found: list[Issue], after: str | None, first: int) -> tuple[list[Issue], str | None]:
    """Return a page of issues that hang on a label, and the next cursor: the service lists no others."""
    skip = filters.offset(after)
    listed = [issue for issue in found if issue.label_id is not None]
    page = listed[skip : skip + first]
    return page, str(skip + first) if len(listed) > skip + first else None


def update(session: Session, issue_id: str | None, data: dict[str, Any]) -> Issue:
    """Change what is named."""
    values = {column: data[name] for name, column in CHANGES.items() if name in data}
    if "position" in data:
        values["position"] = _position(data)
    session.update("issues", get(session, issue_id).id, updated_at=now(), **values)
    return get(session, issue_id)


def resolve(session: Session, issue_id: str | None, *, resolved: bool) -> Issue:
    """Close an issue, or open it again."""
    made = now()
    status, when = (RESOLVED, made) if resolved else (OPEN, None)
    session.update("issues", get(session, issue_id).id, status=status, resolved_at=when, updated_at=made)
    return get(session, issue_id)


def delete(session: Session, issue_ids: list[str]) -> bool:
    """Remove issues, all of them or none."""
    for issue_id in issue_ids:
        session.delete("issues", get(session, issue_id).id)
    return True


def create_category(session: Session, data: dict[str, Any]) -> Category:
    """Make a category of a project."""
    category_id = new_id()
    owner = projects.get(session, data["projectId"]).id
    session.insert(
        "issue_categories", id=category_id, project_id=owner, name=data["name"], description=data["description"]
    )
    return category(session, category_id)


def category(session: Session, category_id: str | None) -> Category:
    """Return the category with that id."""
    found = session.one(Category, "SELECT * FROM issue_categories WHERE id = ?", (category_id,))
    if found is None:
        raise NotFoundError.of("IssueCategory", category_id)
    return found


def categories(session: Session, project_id: str) -> list[Category]:
    """Return a project's categories."""
    return session.all(Category, "SELECT * FROM issue_categories WHERE project_id = ? ORDER BY seq", (project_id,))


def edit_category(session: Session, category_id: str | None, data: dict[str, Any]) -> Category:
    """Rename or describe a category."""
    kept = {name: data[name] for name in ("name", "description") if name in data}
    session.update("issue_categories", category(session, category_id).id, **kept)
    return category(session, category_id)


def delete_category(session: Session, category_id: str | None) -> bool:
    """Remove a category; its issues stay without one."""
    session.delete("issue_categories", category(session, category_id).id)
    return True


def add_comment(session: Session, issue_id: str, content: str) -> Comment:
    """Answer an issue."""
    comment_id, made = new_id(), now()
    owner = get(session, issue_id).id
    session.insert("issue_comments", id=comment_id, issue_id=owner, content=content, created_at=made, updated_at=made)
    return comment(session, comment_id)


def comment(session: Session, comment_id: str | None) -> Comment:
    """Return the comment with that id."""
    found = session.one(Comment, "SELECT * FROM issue_comments WHERE id = ?", (comment_id,))
    if found is None:
        raise NotFoundError.of("Comment", comment_id)
    return found


def comments(session: Session, issue_id: str) -> list[Comment]:
    """Return an issue's comments, oldest first."""
    return session.all(Comment, "SELECT * FROM issue_comments WHERE issue_id = ? ORDER BY seq", (issue_id,))


def edit_comment(session: Session, comment_id: str | None, content: str) -> Comment:
    """Change a comment's text."""
    session.update("issue_comments", comment(session, comment_id).id, content=content, updated_at=now())
    return comment(session, comment_id)


def delete_comment(session: Session, comment_id: str | None) -> bool:
    """Remove a comment."""
    session.delete("issue_comments", comment(session, comment_id).id)
    return True
