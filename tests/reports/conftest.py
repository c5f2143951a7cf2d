"""A report built by hand, with hostile names."""

from typing import Any

import pytest
from PIL import Image

from labelferry.desired.state import Counts
from labelferry.model import Where
from labelferry.model.findings import Finding, grouped
from labelferry.model.rules import ShapeRule
from labelferry.onboarding.steps.outcomes import classify
from labelferry.pictures import Strip
from labelferry.reports import FailedLine, Report
from labelferry.reports.journal import StepTime
from labelferry.reports.lines import Tally

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></table></style></title><h1>owned",
    "{{ 7 * 7 }}{% raw %}",
    "![x](https://evil.example/x.png) | [y](javascript:alert(1)) `z` *a* <b>c</b> &amp; ~~d~~",
    "line one\nline two\t\r# head",
    "\u202eright to left\u0000\u0007",
    "=HYPERLINK(1)",
)


def failed(name: str, number: int = 1, message: str = "Ontology does not contain name: ") -> FailedLine:
    found = classify(message)
    return FailedLine(name, name, f"{name}:{number}", message + name, str(found.kind), found.remedy)


def finding(name: str) -> Finding:
    return ShapeRule.BOX_WITHOUT_AREA.at(Where(name, 3), row=name, frame=2, track=name, feature=name, count=1)


def report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "name": "harbour",
        "remote": f"localbox {HOSTILE[0]}",
        "imported_as": "prelabels",
        "counts": Counts(rows=2, tracks=3, keyframes=9, masks=0, classifications=1, lines=4, bytes=400),
        "rows_created": 1,
        "rows_reused": 1,
        "rows_updated": 0,
        "project": "project-1",
        "ontology": "ontology-1",
        "made": ("project",),
        "batched": 2,
        "jobs": ("harbour-1",),
        "sent": 4,
        "accepted": 2,
        "failed": 1,
        "failed_lines": tuple(failed(name) for name in HOSTILE),
        "findings": tuple(grouped([finding(name)])[0] for name in HOSTILE),
        "folder": "/somewhere",
        "pending": 1,
        "unknown": 1,
        "unknown_lines": (FailedLine("clip", "car", "f:9", "not named", "unlisted", "look at it"),),
        "tallies": (Tally("box", 3, 2, 1, 0), Tally("classification", 2, 0, 0, 1, 1)),
        "planned": tuple(
            {"action": "create", "kind": "project", "name": name, "count": 1, "reason": name} for name in HOSTILE
        ),
        "steps": (
            StepTime("make-plan", "2026-11-26T10:00:00+00:00", "2026-11-26T10:00:02+00:00"),
            StepTime("import-labels", "2026-11-26T10:00:02+00:00", "2026-11-26T10:00:03+00:00", failed=True),
            StepTime("import-labels", "2026-11-26T10:00:06+00:00", "2026-11-26T10:00:10+00:00"),
        ),
        "page": "https://app.labelbox.com/projects/project-1",
        "html": "/reports/harbour.html",
    }
    return Report(**values | changes)


@pytest.fixture
def strips() -> list[Strip]:
    stamp = Image.new("RGB", (32, 24), (10, 120, 200))
    return [Strip(name, (1, 9), (stamp, stamp), 1, 2, 1, 1) for name in HOSTILE]
