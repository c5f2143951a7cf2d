"""User, organisation, tasks."""

from typing import Any

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import filters, jobs, organization, projects
from labelferry.localbox.state.jobs import Job
from labelferry.localbox.state.organization import Organization, Role, User


@query("user")
def user(_: None, context: Context, where: dict[str, Any] | None = None) -> User:
    """Return the user, or the one with that id."""
    return organization.user(context.session, (where or {}).get("id"))


@query("users")
def users(
    _: object, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[User]:
    """Return the users that match a filter: at most one."""
    only = organization.user(context.session)
    wanted = {key: value for part in [where or {}, *((where or {}).get("AND") or [])] for key, value in part.items()}
    fits = all(wanted.get(name) in (None, getattr(only, name)) for name in ("id", "email", "name"))
    return filters.page([only], skip, first) if fits else []


field("Organization", "users")(users)


@field("User", "apiKeys")
def api_keys(_: User, context: Context) -> list[dict[str, Any]]:
    """Return the user's keys, without the keys themselves."""
    return organization.api_keys(context.session)


@query("roles")
def roles(_: None, context: Context) -> list[Role]:
    """Return the available roles."""
    return organization.roles(context.session)


@query("organization")
def the_organization(_: None, context: Context) -> Organization:
    """Return the organisation."""
    return organization.organization(context.session)


def _owner(_: object, context: Context) -> Organization:
    return organization.organization(context.session)


def _author(_: object, context: Context) -> User:
    return organization.user(context.session)


for owned in ("User", "Dataset", "DataRow", "Task", "Project", "Webhook"):
    field(owned, "organization")(_owner)
for made in (
    "Dataset",
    "DataRow",
    "Task",
    "Project",
    "Batch",
    "Ontology",
    "AnnotationImport",
    "Label",
    "Benchmark",
    "Webhook",
    "Issue",
    "Comment",
):
    field(made, "createdBy")(_author)


@field("User", "projects")
@field("Organization", "projects")
def all_projects(
    _: object, context: Context, where: dict[str, Any] | None = None, skip: int | None = None, first: int | None = None
) -> list[projects.Project]:
    """Return the projects of the user or organisation."""
    return projects.find(context.session, where, skip, first)


@field("User", "createdTasks")
@field("Organization", "tasks")
def created_tasks(
    _: object, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[Job]:
    """Return jobs by id, which counts as a poll of each, or by other filters, which does not."""
    wanted = (where or {}).get("id")
    if wanted is not None:
        known = jobs.exists(context.session, wanted)
        return filters.page([work.advance(context.session, wanted)], skip, first) if known else []
    return jobs.find(context.session, where, skip, first)


@field("Task", "metadata")
def task_metadata(source: Job, _: Context) -> Any:
    """Return a job's metadata, which is always empty."""
    return None if source.metadata is None else {"note": source.metadata}


@field("Task", "result")
def task_result(source: Job, context: Context) -> str | None:
    """Return the result of a job: text, or the URL of a file."""
    return context.url(source.result)


@query("cancelableTaskTypes")
def cancelable_task_types(_: None, _context: Context) -> list[str]:
    """Return the job types that can be cancelled while in progress."""
    return list(jobs.CANCELABLE)


@mutation("cancelBulkOperationJob")
def cancel(_: None, context: Context, id: str) -> dict[str, bool]:  # noqa: A002
    """Stop a job."""
    jobs.cancel(context.session, id)
    return {"success": True}
