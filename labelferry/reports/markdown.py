"""A report -> markdown, for Prefect's UI.

Measured in Chromium with the UI v2 of Prefect 3.8.8, the first of it also with 3.9.1 (``tests/up/test_browser.py``):
a picture with a ``data:`` URL in a markdown artifact is shown, PNG and JPEG alike, scaled to the column; an image
artifact with such a URL is shown too, but followed by the whole URL, which runs over the rest of the page. So pictures
go into the markdown. HTML in markdown is rendered, so every text from users is escaped; cells of table artifacts are
shown as they are. The column is 580 pixels wide and clips nothing: a wide table in markdown runs over the rest of the
page, a table artifact scrolls.
"""

import re
from base64 import b64encode
from collections.abc import Sequence

from labelferry.listing import counted, shorten
from labelferry.model.findings import FindingGroup
from labelferry.reports.report import FailedLine, Report
from labelferry.spec.model import ImportAs

__all__ = ["markdown", "plain"]

SHOWN = 20
SPECIAL = re.compile(r"([\\`*_\[\]<>|!#~&])")


def markdown(report: Report, sheet: bytes | None = None) -> str:
    """Return the report as a table, a picture and a list of failed lines.

    Args:
        report: the outcomes.
        sheet: a contact sheet, a JPEG; it becomes part of the text.
    """
    parts = [f"# {plain(report.name)}: {report.outcome}", _totals(report)]
    if report.failed_lines:
        parts.append(_listed("Failed lines", report.failed_lines, report.failed))
    if report.unknown_lines:
        parts.append(_listed("Unknown lines", report.unknown_lines, report.unknown))
    if report.findings:
        parts.append("\n".join(["## Warnings\n", *(line for group in report.findings for line in _bullets(group))]))
    if sheet is not None:
        parts.append(f"## Labels on frames\n\n![labels on frames](data:image/jpeg;base64,{b64encode(sheet).decode()})")
    return "\n\n".join(parts)


def plain(text: str) -> str:
    """Return a text on one line, escaped so that nothing in it is markdown or HTML."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _totals(report: Report) -> str:
    counts = report.counts
    project = plain(report.project_name or report.project)
    rows = [
        ("project", f"[{project}]({report.page})" if report.page else project),
        ("data rows", f"{report.rows_created} created, {report.rows_reused} reused, {report.rows_updated} updated"),
        ("rows not accepted into the project", plain(", ".join(report.left_out)) or "none"),
        ("tracks", f"{counts.tracks} with {counts.keyframes} keyframes"),
        ("masks", f"{counts.masks} frames"),
        ("classifications", counts.classifications),
        ("lines", _counts(report)),
        ("sent by this run", f"{counted(report.sent, 'line')} in {counted(len(report.jobs), 'job')}"),
        ("deleted by this run", report.deleted if report.deleted.jobs else "nothing"),
        ("imported as", ImportAs(report.imported_as).words),
        ("made", ", ".join(report.made) or "nothing"),
        ("dataset signed by", plain(report.signer) or "no integration, or unchanged"),
        ("went to", plain(report.remote)),
    ]
    return "| | |\n|---|---|\n" + "\n".join(f"| {k} | {v} |" for k, v in rows)


def _counts(report: Report) -> str:
    names = ("accepted", "failed", "unknown", "pending")
    return ", ".join(f"{getattr(report, name)} {name}" for name in names)


def _bullets(group: FindingGroup) -> list[str]:
    return [f"- {plain(group.headline)}", *(f"    - {plain(line)}" for line in group.lines)]


def _listed(title: str, lines: Sequence[FailedLine], count: int) -> str:
    texts = [
        f"{plain(line.source)} ({line.kind}): {plain(line.row)}, '{plain(line.feature)}': {plain(line.message)}"
        for line in lines
    ]
    listed = [f"- {text}" for text in shorten(texts, SHOWN, total=count)]
    remedies = [
        f"**{kind}**: {plain(remedy)}\n" for kind, remedy in sorted({(line.kind, line.remedy) for line in lines})
    ]
    return "\n".join([f"## {title}\n", *listed, "", *remedies]).rstrip()
