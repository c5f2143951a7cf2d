"""Outcomes -> terminal and JSON."""

from labelferry.reports.report import FailedLine, Report, report_on

__all__ = ["FailedLine", "Report", "report_on"]
