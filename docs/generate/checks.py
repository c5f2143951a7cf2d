"""The sources of labelferry/checks and of the readers -> docs/reference/checks.md.

A rule is a call of ``error`` or ``warning`` with a name, a place, what is wrong and what to do. The calls are read from
the source, so that a rule that is added there is on the page without a second list.
"""

import ast
from collections.abc import Iterator
from types import ModuleType
from typing import NamedTuple

from docs.generate.markdown import generated, prose, table
from docs.generate.wording import Wording, calls, name_of
from labelferry import checks, media
from labelferry.checks import answers, frames, geometry, masks, names, siblings
from labelferry.checks import lines as line_rules
from labelferry.sources import mot
from labelferry.sources import table as tables

__all__ = ["FAMILIES", "Rule", "lines", "rules"]

FAMILIES = (line_rules, names, answers, siblings, frames, geometry, masks)
READERS = {"mot": mot, "table": tables, "video files": media}
SEVERITIES = {"error": "error", "warning": "warning", "grave": "error, or warning for texts"}


class Rule(NamedTuple):
    """A rule as its source has it; what depends on the input is in angle brackets."""

    name: str
    severity: str
    what: str
    remedy: str


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield from generated("Checks", "labelferry/checks and labelferry/sources")
    yield "Everything that a spec names is checked before the first request. An **error** stops the run (exit code 2,"
    yield "nothing sent); a **warning** is printed and stands in the report. A finding says its place (file and line),"
    yield "what is wrong and what to do. The same finding at many places is said once, with their number; of each rule"
    yield f"{checks.LISTED} are listed and the others counted. `<...>` stands for what depends on your files."
    yield ""
    for family in FAMILIES:
        yield f"## {family.__name__.rsplit('.')[-1].capitalize()}"
        yield ""
        yield prose(family.__doc__)
        yield ""
        yield from table(
            ("rule", "severity", "what it says", "remedy"),
            ((f"`{rule.name}`", rule.severity, rule.what, rule.remedy) for rule in rules(family)),
        )
    yield from _readers()


def rules(family: ModuleType) -> list[Rule]:
    """The rules of a module, each once for each of its wordings, in the order of the source."""
    wording = Wording(family)
    return list(dict.fromkeys(rule for call in calls(wording.tree, *SEVERITIES) for rule in _rules(call, wording)))


def _rules(call: ast.Call, wording: Wording) -> Iterator[Rule]:
    name, _, what, remedy = call.args
    severity, shown = SEVERITIES[name_of(call.func)], Rule(*map(wording.of, (name, name, what, remedy)))
    if not shown.name.startswith("<"):
        yield shown._replace(severity=severity)
        return
    part = shown.name.partition(">")[0] + ">"
    for told in dict.fromkeys(wording.of(other.args[0]) for other in calls(wording.tree, "unknown")):
        yield Rule(*(text.replace(part, told) for text in shown))._replace(severity=severity)


def _readers() -> Iterator[str]:
    yield "## What the readers warn of"
    yield ""
    yield "What a reader cannot take it refuses, with the file, the line and a remedy. These are its warnings."
    yield ""
    rows = []
    for reader, module in READERS.items():
        wording = Wording(module)
        for call in calls(wording.tree, "Finding", "_warning"):
            *_, what, remedy = call.args
            rows.append((reader, wording.of(what), wording.of(remedy)))
    yield from table(("reader", "what it says", "remedy"), [row for row in rows if row[1] != "<what>"])
