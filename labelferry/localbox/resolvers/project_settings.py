"""What surrounds a project: its copy, its instructions, its members and its tags."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation
from labelferry.localbox.state import filters, ontologies, organization, projects, tags
from labelferry.localbox.state.filestore import relative
from labelferry.localbox.state.ontologies import Ontology
from labelferry.localbox.state.projects import Project
from labelferry.localbox.state.tags import Tag


@mutation("cloneProject")
def clone(_: None, context: Context, data: dict[str, Any]) -> dict[str, str]:
    """Copy a project without its rows and labels."""
    return {"id": projects.clone(context.session, data["projectId"]).id}


@mutation("setProjectInstructions")
def instruct(_: None, context: Context, where: dict[str, Any], data: dict[str, Any]) -> Project:
    """Keep the URL of a project's instructions in its ontology."""
    owner = projects.get(context.session, where.get("id"))
    kept = ontologies.get(context.session, owner.ontology_id)
    ontologies.replace(context.session, kept.id, kept.tree | {"projectInstructions": relative(data["instructionsUrl"])})
    return owner


@field("Ontology", "options")
def options(source: Ontology, _: Context) -> dict[str, Any]:
    """Return what else an ontology holds: its instructions."""
    return {name: value for name, value in source.tree.items() if name == "projectInstructions"}


@field("Project", "members")
def members(source: Project, context: Context, skip: int = 0, first: int = 100) -> list[dict[str, Any]]:
    """Return who works on a project: the one user."""
    only = organization.user(context.session)
    member = {"id": f"{source.id}{only.id}", "user": only, "role": only.org_role, "accessFrom": "ORGANIZATION"}
    return filters.page([member], skip, first)


@mutation("createResourceTag")
def create_tag(_: None, context: Context, input: dict[str, Any]) -> Tag:  # noqa: A002
    """Make a tag."""
    return tags.create(context.session, input["text"], input["color"])


@mutation("deleteResourceTag")
def delete_tag(_: None, context: Context, input: dict[str, Any]) -> dict[str, str]:  # noqa: A002
    """Remove a tag."""
    return {"id": tags.delete(context.session, input["id"])}


@field("Organization", "resourceTag")
def all_tags(_: object, context: Context) -> list[Tag]:
    """Return all tags."""
    return tags.every(context.session)


@field("Project", "resourceTags")
def project_tags(source: Project, context: Context) -> list[Tag]:
    """Return a project's tags."""
    return tags.of_project(context.session, source.id)


@field("ProjectMutation", "updateProjectResourceTags")
def tag_project(source: Project, context: Context, input: dict[str, Any]) -> list[Tag]:  # noqa: A002
    """Give a project its tags."""
    return tags.put(context.session, source.id, input.get("resourceTagIds") or [])
