"""A report -> markdown, for Prefect's UI."""

from labelferry.reports.report import Report

__all__ = ["markdown"]


def markdown(report: Report) -> str:
    """The report as a table and a list of failed lines."""
    counts = report.counts
    rows = [
        ("data rows", f"{report.rows_created} created, {report.rows_reused} reused"),
        ("tracks", f"{counts.tracks} with {counts.keyframes} keyframes"),
        ("masks", f"{counts.masks} frames"),
        ("classifications", counts.classifications),
        ("lines", f"{report.accepted} accepted, {report.failed} failed, {report.sent} sent by this run"),
        ("imported as", report.imported_as),
        ("made", ", ".join(report.made) or "nothing"),
        ("went to", report.remote),
    ]
    parts = [f"# {report.name}: {report.outcome}", "| | |\n|---|---|\n" + "\n".join(f"| {k} | {v} |" for k, v in rows)]
    if report.failed_lines:
        listed = (
            f"| {_cell(f.source)} | {_cell(f.row)} | {_cell(f.feature)} | {_cell(f.message)} |"
            for f in report.failed_lines
        )
        parts.append("## Failed lines\n\n| source | row | feature | message |\n|---|---|---|---|\n" + "\n".join(listed))
    if report.findings:
        parts.append("## Warnings\n\n" + "\n".join(f"- {_cell(finding)}" for finding in report.findings[:20]))
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
