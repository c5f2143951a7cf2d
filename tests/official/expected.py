"""What the run of the official tests comes to: kept in outcomes.json, with reasons for what fails or is skipped."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("outcomes.json")
FAILING = ("failed", "error")


@dataclass(frozen=True)
class Expected:
    """The kept outcome.

    Args:
        counts: tests by outcome.
        reasons: why tests fail or are skipped, by the reason's name.
        failing: the tests that fail, each with the name of its reason.
        skipped: those that do not run, in the same way.
    """

    counts: Mapping[str, int]
    reasons: Mapping[str, str]
    failing: Mapping[str, str]
    skipped: Mapping[str, str]


def kept() -> Expected:
    """Return what outcomes.json says."""
    found: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    failing, skipped = (_reasons(found[outcome]) for outcome in ("failing", "skipped"))
    return Expected(found["counts"], found["reasons"], failing, skipped)


def _reasons(tests: Mapping[str, list[str]]) -> dict[str, str]:
    return {test: reason for reason, together in tests.items() for test in together}


def counted(outcomes: Mapping[str, str]) -> dict[str, int]:
    """Return how many tests had each outcome; those that failed, and those that could not begin, are one."""
    counts = Counter("failed" if outcome in FAILING else outcome for outcome in outcomes.values())
    return dict(sorted(counts.items()))
