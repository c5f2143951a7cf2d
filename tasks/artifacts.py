"""What Prefect's UI shows of a report: tables of import jobs, refused lines and findings, and the report itself.

A progress artifact is not among them: the UI shows no more of it than a number.
"""

from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from labelferry.pictures import Strip, contact_sheet
from labelferry.reports import Report, markdown
from labelferry.reports.rows import failed_rows, finding_rows

__all__ = ["show_report", "show_shards"]

VIDEOS = 3


def show_shards(rows: list[dict[str, Any]], description: str) -> None:
    """Make a table of the import jobs, if there are any."""
    if rows:
        create_table_artifact(key="import-jobs", table=rows, description=description)


def show_report(report: Report, strips: list[Strip]) -> None:
    """Make the artifacts of a report; a run that did nothing brings no picture, or a schedule would pile them up."""
    tables = {"failed-lines": failed_rows(report), "findings": finding_rows(report)}
    for key, rows in tables.items():
        if rows:
            create_table_artifact(key=key, table=rows, description=f"{key.replace('-', ' ')} of {report.name}")
    if report.page is not None:
        text = f"project {report.project}"
        create_link_artifact(key="project", link=report.page, link_text=text, description="where to look at it")
    sheet = None if report.nothing_done else contact_sheet(strips[:VIDEOS])
    text, description = markdown(report, sheet), f"{report.name}: {report.outcome}"
    create_markdown_artifact(key="onboarding", markdown=text, description=description)
