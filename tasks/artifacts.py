"""The artifacts of a report in Prefect's UI: tables of import jobs, refused lines and findings, and the report itself.

Long steps also have a progress artifact, which the UI shows as a percentage.
"""

from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from labelferry.pictures import Strip, contact_sheet
from labelferry.reports import Report, markdown
from labelferry.reports.rows import failed_rows, finding_rows

__all__ = ["show_report", "show_shards"]

VIDEOS = 3


def show_shards(rows: list[dict[str, Any]], description: str) -> None:
    """Create a table of the import jobs, if there are any."""
    if rows:
        create_table_artifact(key="import-jobs", table=rows, description=description)


def show_report(report: Report, strips: list[Strip]) -> None:
    """Create the artifacts of a report; a run that did nothing gets no picture, or a schedule would accumulate them."""
    tables = {"failed-lines": failed_rows(report), "findings": finding_rows(report)}
    for key, rows in tables.items():
        if rows:
            create_table_artifact(key=key, table=rows, description=f"{key.replace('-', ' ')} of {report.name}")
    if report.page is not None:
        text = f"project {report.project}"
        create_link_artifact(key="project", link=report.page, link_text=text, description="the project's page")
    sheet = None if report.nothing_done else contact_sheet(strips[:VIDEOS])
    text, description = markdown(report, sheet), f"{report.name}: {report.outcome}"
    create_markdown_artifact(key="onboarding", markdown=text, description=description)
