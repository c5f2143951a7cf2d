"""Outcomes -> terminal, JSON, CSV, HTML with pictures, and what Prefect's UI shows."""

from labelferry.reports.markdown import markdown
from labelferry.reports.report import FailedLine, Report, report_on

__all__ = ["FailedLine", "Report", "markdown", "report_on"]
