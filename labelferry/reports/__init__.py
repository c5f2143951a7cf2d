"""Outcomes -> terminal and JSON."""

from labelferry.reports.markdown import markdown
from labelferry.reports.report import FailedLine, Report, report_on

__all__ = ["FailedLine", "Report", "markdown", "report_on"]
