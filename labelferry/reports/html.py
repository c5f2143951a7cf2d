"""A report -> one HTML file that opens anywhere: it needs no other file, no network and no script.

The template is ``report.html.jinja``; every text in it is escaped, and the page's own content security policy lets
the browser load nothing, whatever a name or a message contains.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from labelferry.pictures import Strip, contact_sheet
from labelferry.reports.journal import StepTime, bars
from labelferry.reports.pages import render
from labelferry.reports.report import FailedLine, Report
from labelferry.spec.model import ImportAs

__all__ = ["render_html"]

TEMPLATE = "report.html.jinja"
MOST_FAILED = 5_000
STRIP_BYTES, COLUMNS = 80_000, 4


def render_html(
    report: Report, failed: Sequence[FailedLine], strips: Sequence[Strip], unknown: Sequence[FailedLine] = ()
) -> str:
    """Return the page.

    Args:
        report: the outcomes.
        failed: every refused line.
        strips: pictures of labels on frames.
        unknown: every line whose outcome the service does not report.
    """
    return render(
        TEMPLATE,
        report=report,
        imported_as=ImportAs(report.imported_as).words,
        total=_total(report),
        elsewhere=_elsewhere(report),
        listed=[_listed("Failed lines", failed), *([_listed("Unknown lines", unknown)] if unknown else [])],
        pictures=list(_pictures(strips)),
        bars=bars(report.steps),
        when=_when(report.steps),
    )


def _total(report: Report) -> Mapping[str, int]:
    names = ("lines", "accepted", "failed", "unknown", "pending")
    return {name: sum(getattr(tally, name) for tally in report.tallies) for name in names}


def _elsewhere(report: Report) -> int:
    """Return the number of lines of earlier runs whose rows the spec no longer names."""
    total = _total(report)
    known = (getattr(report, name) - total[name] for name in ("accepted", "failed", "unknown", "pending"))
    return sum(max(0, more) for more in known)


def _listed(title: str, lines: Sequence[FailedLine]) -> dict[str, Any]:
    groups = _by_kind(lines[:MOST_FAILED])
    return {"title": title, "groups": groups, "unlisted": max(0, len(lines) - MOST_FAILED)}


def _by_kind(failed: Iterable[FailedLine]) -> list[dict[str, Any]]:
    ordered = sorted(failed, key=lambda line: line.kind)
    groups = ((kind, list(lines)) for kind, lines in groupby(ordered, key=lambda line: line.kind))
    return [{"kind": kind, "remedy": lines[0].remedy, "lines": lines} for kind, lines in groups]


def _pictures(strips: Iterable[Strip]) -> Iterable[dict[str, Any]]:
    for strip in strips:
        sheet = contact_sheet([strip], STRIP_BYTES, columns=COLUMNS, titles=False)
        if sheet is not None:
            yield {"strip": strip, "jpeg": b64encode(sheet).decode("ascii")}


def _when(steps: Sequence[StepTime]) -> dict[str, str] | None:
    if not steps:
        return None
    first, last = min(step.started_at for step in steps), max(step.ended_at for step in steps)
    return {"started": _clock(first), "ended": _clock(last), "took": f"{StepTime('', first, last).seconds:.1f} s"}


def _clock(moment: str) -> str:
    return f"{moment[:10]} {moment[11:19]} UTC"
