"""Issues, their categories and comments."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import files, issues
from labelferry.localbox.state.database import as_json
from labelferry.localbox.state.issues import Category, Comment, Issue
from labelferry.localbox.state.organization import User, user
from labelferry.localbox.state.projects import Project

PAGE = 100
Where = dict[str, Any]


@query("issue")
def issue(_: None, context: Context, where: Where) -> Issue:
    """Return one issue."""
    return issues.get(context.session, where.get("id"))


@mutation("createIssue")
def create(_: None, context: Context, data: dict[str, Any]) -> Issue:
    """Open an issue."""
    return issues.create(context.session, data)


@mutation("updateIssue")
def update(_: None, context: Context, where: Where, data: dict[str, Any]) -> Issue:
    """Change an issue."""
    return issues.update(context.session, where.get("id"), data)


@mutation("deleteIssue")
def delete(_: None, context: Context, data: dict[str, Any]) -> bool:
    """Remove issues."""
    return issues.delete(context.session, data["issueIds"])


@mutation("resolveIssue")
def resolve(_: None, context: Context, where: Where) -> Issue:
    """Close an issue."""
    return issues.resolve(context.session, where.get("id"), resolved=True)


@mutation("openIssue")
def reopen(_: None, context: Context, where: Where) -> Issue:
    """Open an issue again."""
    return issues.resolve(context.session, where.get("id"), resolved=False)


@mutation("createIssueCategory")
def create_category(_: None, context: Context, data: dict[str, Any]) -> Category:
    """Make a category."""
    return issues.create_category(context.session, data)


@mutation("editIssueCategory")
def edit_category(_: None, context: Context, where: Where, data: dict[str, Any]) -> Category:
    """Change a category."""
    return issues.edit_category(context.session, where.get("id"), data)


@mutation("deleteIssueCategory")
def delete_category(_: None, context: Context, where: Where) -> bool:
    """Remove a category."""
    return issues.delete_category(context.session, where.get("id"))


@mutation("createComment")
def create_comment(_: None, context: Context, data: dict[str, Any]) -> Comment:
    """Answer an issue."""
    return issues.add_comment(context.session, data["issueId"], data["content"])


@mutation("updateComment")
def update_comment(_: None, context: Context, where: Where, data: dict[str, Any]) -> Comment:
    """Change a comment."""
    return issues.edit_comment(context.session, where.get("id"), data["content"])


@mutation("deleteComment")
def delete_comment(_: None, context: Context, where: Where) -> bool:
    """Remove a comment."""
    return issues.delete_comment(context.session, where.get("id"))


@field("Project", "issues")
def of_project(
    source: Project, context: Context, where: Where | None = None, after: str | None = None, first: int = PAGE
) -> dict[str, Any]:
    """Return a page of a project's issues and how many there are."""
    found = issues.of_project(context.session, source.id, where or {})
    nodes, cursor = issues.shown(found, after, max(1, min(first or PAGE, 5000)))
    return {"nodes": nodes, "nextCursor": cursor, "totalCount": len(found)}


@field("Project", "issueCategories")
def categories(source: Project, context: Context) -> list[Category]:
    """Return a project's categories."""
    return issues.categories(context.session, source.id)


@field("Project", "issueExportUrl")
def export(source: Project, context: Context, where: Where | None = None) -> str:
    """Return the URL of a file of all issues, a JSON list; it names the status that was asked for."""
    asked = where or {}
    found = issues.of_project(context.session, source.id, asked)
    lines = [{"id": each.id, "dataRowId": each.data_row_id, "labelId": each.label_id} | _said(each) for each in found]
    kept = files.keep_bytes(context.session, as_json(lines).encode(), "issues.json", "application/json")
    status = f"?status={asked['status']}" if asked.get("status") else ""
    return f"{context.url(kept)}{status}"


def _said(each: Issue) -> dict[str, Any]:
    return {"content": each.content, "status": each.status, "createdAt": each.created_at}


@field("Issue", "position")
def position(source: Issue, _: Context) -> Any:
    """Return where on the asset the issue is."""
    return issues.position(source)


@field("Issue", "comments")
def comments(source: Issue, context: Context) -> list[Comment]:
    """Return the answers to an issue."""
    return issues.comments(context.session, source.id)


@field("Issue", "resolvedBy")
def resolved_by(source: Issue, context: Context) -> User | None:
    """Return who closed the issue."""
    return user(context.session) if source.resolved_at else None


@field("Issue", "latestReplyAt")
def latest_reply(source: Issue, context: Context) -> str | None:
    """Return when the last answer came."""
    found = issues.comments(context.session, source.id)
    return found[-1].created_at if found else None
