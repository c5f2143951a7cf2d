"""Annotation imports of both kinds."""

from typing import Any

from labelferry.localbox import work
from labelferry.localbox.context import Context
from labelferry.localbox.errors import MalformedError, NotFoundError
from labelferry.localbox.resolvers.registry import field, mutation, query
from labelferry.localbox.state import files, filters, imports, jobs, projects, reporting
from labelferry.localbox.state.filestore import relative
from labelferry.localbox.state.imports import Import, Kind


def _created(context: Context, kind: Kind, data: dict[str, Any]) -> Import:
    session = context.session
    project = projects.get(session, data["projectId"])
    imports.check_name(session, kind, project.id, data["name"])
    import_id = imports.create(
        session, kind, project_id=project.id, name=data["name"], input_file=_input(context, data)
    )
    if reporting.position(session, "lost"):
        return imports.lose(session, import_id)
    return imports.get(session, work.start(session, import_id))


def _input(context: Context, data: dict[str, Any]) -> str:
    payload, url = data.get("filePayload"), data.get("fileUrl")
    if payload is not None:
        upload = payload["file"]
        return files.keep(context.session, upload.stream, upload.name, upload.content_type)
    if url is not None:
        return relative(url)
    raise MalformedError("An import needs a file or the URL of one")


def _named(context: Context, kind: Kind, where: dict[str, Any]) -> Import:
    found = imports.named(context.session, kind, where["projectId"], where["name"])
    if reporting.hides(context.session, found.id):
        raise NotFoundError.of("Import", found.name)
    if found.status == "IN_PROGRESS":
        work.advance(context.session, found.id)
    return imports.get(context.session, found.id)


@mutation("createBulkImportRequest")  # its name in SDKs before 6
@mutation("createModelAssistedLabelingPredictionImport")
def create_mal(_: None, context: Context, data: dict[str, Any]) -> Import:
    """Start an import of pre-labels."""
    return _created(context, "mal-import", data)


@mutation("createLabelImport")
def create_labels(_: None, context: Context, data: dict[str, Any]) -> Import:
    """Start an import of ground truth."""
    return _created(context, "label-import", data)


@query("bulkImportRequest")
@query("modelAssistedLabelingPredictionImport")
def mal(_: None, context: Context, where: dict[str, Any]) -> Import:
    """Return an import of pre-labels; this counts as a poll."""
    return _named(context, "mal-import", where)


@query("labelImport")
def label_import(_: None, context: Context, where: dict[str, Any]) -> Import:
    """Return an import of ground truth; this counts as a poll."""
    return _named(context, "label-import", where)


def _listed(context: Context, kind: Kind, where: dict[str, Any] | None, skip: int, first: int) -> list[Import]:
    listed = imports.of_project(context.session, kind, str((where or {}).get("projectId")), filters.window(skip, first))
    return [each for each in listed if not reporting.hides(context.session, each.id)]


@query("modelAssistedLabelingPredictionImports")
def mals(
    _: None, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[Import]:
    """Return a project's imports of pre-labels."""
    return _listed(context, "mal-import", where, skip, first)


@query("labelImports")
def label_imports(
    _: None, context: Context, where: dict[str, Any] | None = None, skip: int = 0, first: int = 100
) -> list[Import]:
    """Return a project's imports of ground truth."""
    return _listed(context, "label-import", where, skip, first)


@mutation("deleteBulkImportRequest")
@mutation("deleteModelAssistedLabelingPredictionImport")
def delete_mal(_: None, context: Context, where: dict[str, Any]) -> Import:
    """Delete an import of pre-labels together with its pre-labels."""
    return imports.delete(context.session, str(where.get("id")))


@field("AnnotationImport", "project")
def import_project(source: Import, context: Context) -> projects.Project:
    """Return the project of an import."""
    return projects.get(context.session, source.project_id)


@field("AnnotationImport", "inputFileUrl")
def input_file(source: Import, context: Context) -> str | None:
    """Return the file as uploaded."""
    return context.url(source.input_file)


@field("AnnotationImport", "statusFileUrl")
def status_file(source: Import, context: Context) -> str | None:
    """Return the file with a verdict for each line; null until the import has finished."""
    unnamed = reporting.position(context.session, "file") == "unnamed"
    return None if unnamed else context.url(source.status_file)


@field("AnnotationImport", "errorFileUrl")
def error_file(source: Import, context: Context) -> str | None:
    """Return the file with the verdicts on the failed lines; null until the import has ended."""
    return context.url(source.error_file)


@field("AnnotationImport", "progress")
def progress(source: Import, context: Context) -> str:
    """Return the progress as text."""
    if not jobs.exists(context.session, source.id):
        return source.progress
    return f"{jobs.get(context.session, source.id).completion_percentage:.0f}%"
