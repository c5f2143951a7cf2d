"""Labels and benchmarks."""

from typing import Any

from labelferry.localbox.context import Context
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import annotations, data_rows, feedback, labels, projects
from labelferry.localbox.state.database import as_json
from labelferry.localbox.state.feedback import Feedback
from labelferry.localbox.state.labels import Benchmark, Label


@query("label")
def label(_: None, context: Context, where: dict[str, Any] | None = None) -> Label:
    """Return one label."""
    return labels.get(context.session, str((where or {}).get("id")))


@query("benchmark")
def benchmark(_: None, context: Context, where: dict[str, Any] | None = None) -> Benchmark:
    """Return one benchmark."""
    return labels.get_benchmark(context.session, str((where or {}).get("id")))


@mutation("deleteLabels")
def delete_labels(_: None, context: Context, labelIds: list[str]) -> list[dict[str, str]]:  # noqa: N803
    """Delete labels."""
    return [{"id": label_id} for label_id in labels.delete(context.session, labelIds)]


@mutation("createBenchmark")
def create_benchmark(_: None, context: Context, data: dict[str, Any]) -> Benchmark:
    """Make a label a benchmark."""
    return labels.make_benchmark(context.session, data["labelId"])


@mutation("deleteBenchmark")
def delete_benchmark(_: None, context: Context, where: dict[str, Any]) -> dict[str, str]:
    """Remove a label's benchmark."""
    return {"id": labels.drop_benchmark(context.session, where["labelId"])}


@mutation("upsertAutoQaLabelFeedback")
def give_feedback(_: None, context: Context, input: dict[str, Any]) -> Feedback:  # noqa: A002 - the schema's word
    """Give a label feedback and scores."""
    return feedback.upsert(context.session, input["labelId"], input["feedback"], input["scores"])


@field("LabelFeedback", "scores")
def scores(source: Feedback, _: Context) -> list[dict[str, Any]]:
    """Return the scores of a label."""
    return source.scored


@field("Label", "label")
def content(source: Label, context: Context) -> str:
    """Return the annotations as JSON text, in the form that an export has."""
    return as_json(annotations.exported(context.session, source, interpolated=False, url=context.url))


@field("Label", "isBenchmarkReference")
def is_benchmark(source: Label, _: Context) -> bool:
    """Return whether a label is a benchmark."""
    return bool(source.is_benchmark_reference)


@field("Label", "dataRow")
def label_row(source: Label, context: Context) -> data_rows.DataRow:
    """Return the data row of a label."""
    return data_rows.get(context.session, source.data_row_id)


@field("Label", "project")
def label_project(source: Label, context: Context) -> projects.Project:
    """Return the project of a label."""
    return projects.get(context.session, source.project_id)


@field("Label", "benchmark")
def label_benchmark(source: Label, context: Context) -> Benchmark | None:
    """Return the label's benchmark, if it is one."""
    return labels.benchmark_of(context.session, source.id)


@field("Benchmark", "referenceLabel")
def reference_label(source: Benchmark, context: Context) -> Label:
    """Return the label of a benchmark."""
    return labels.get(context.session, source.label_id)
