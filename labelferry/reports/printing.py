"""The printers of results outside the command line, such as in a notebook: the output is the same."""

from typing import Any

from labelferry.account.doctor.checkup import Checkup
from labelferry.account.selftest.records import Selftest
from labelferry.desired.checked import Checked
from labelferry.onboarding.plan import Plan
from labelferry.onboarding.undoing.records import Undo
from labelferry.reports.doctor import print_checkup
from labelferry.reports.plan import print_plan
from labelferry.reports.report import Report
from labelferry.reports.selftest import print_selftest
from labelferry.reports.terminal import print_check, print_report
from labelferry.reports.undo import print_undo
from labelferry.reports.verification import print_verification
from labelferry.shown import print_result
from labelferry.verification import Verification

__all__: list[str] = []


@print_result.register
def _(found: Checked, console: Any) -> None:
    print_check(found.to_dict(), console)


@print_result.register
def _(plan: Plan, console: Any) -> None:
    print_plan(plan.to_dict(), console)


@print_result.register
def _(report: Report, console: Any) -> None:
    print_report(report.to_dict(), console)


@print_result.register
def _(found: Checkup, console: Any) -> None:
    print_checkup(found.to_dict(), console)


@print_result.register
def _(found: Selftest, console: Any) -> None:
    print_selftest(found.to_dict(), console)


@print_result.register
def _(undo: Undo, console: Any) -> None:
    print_undo(undo.to_dict(), console)


@print_result.register
def _(found: Verification, console: Any) -> None:
    print_verification(found.to_dict(), console)
