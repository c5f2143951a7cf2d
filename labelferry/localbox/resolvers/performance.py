"""How a project's labels came about: all are the one user's, and none is reviewed by hand."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field
from labelferry.localbox.state import filters, labels, organization, projects
from labelferry.localbox.state.labels import Label
from labelferry.localbox.state.projects import Project


@field("Project", "labelerPerformance")
def labeler_performance(source: Project, context: Context, skip: int = 0, first: int = 100) -> list[dict[str, Any]]:
    """Return what the user labelled; nothing while there are no labels."""
    made = [label.created_at for label in labels.find(context.session, project_id=source.id)]
    if not made:
        return []
    only = {
        "count": len(made),
        "user": organization.user(context.session),
        "secondsPerLabel": 0.0,
        "totalTimeLabeling": 0.0,
        "lastActivityTime": max(made),
    }
    return filters.page([only], skip, first)


@field("Project", "reviewMetrics")
def review_metrics(source: Project, _: Context) -> Project:
    """Return the project whose reviews are counted."""
    return source


@field("ReviewMetrics", "labelAggregate")
def label_aggregate(source: Project, context: Context, netScore: str | None = None) -> dict[str, int]:  # noqa: N803
    """Return the number of labels with a score; without one, of those that have no review: all."""
    reviewed = netScore not in (None, "None")
    return {"count": 0 if reviewed else projects.label_count(context.session, source.id)}


@field("Label", "reviews")
def reviews(_source: Label, _: Context, skip: int = 0, first: int = 100) -> list[dict[str, Any]]:  # noqa: ARG001
    """Return the reviews of a label."""
    return []
