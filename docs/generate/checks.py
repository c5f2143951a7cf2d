"""The table of rules, labelferry/model/rules.py -> docs/reference/checks.md."""

from collections.abc import Iterator
from string import Formatter

from docs.generate.markdown import generated, prose, table
from labelferry.model.findings import KEPT, SHOWN
from labelferry.model.rules import SECTIONS

__all__ = ["lines", "readable"]

HEAD = ("rule", "severity", "message", "remedy")


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    yield from generated("Checks", "labelferry/model/rules.py")
    yield "Everything that a spec names is checked before the first request. An **error** stops the run (exit code 2,"
    yield "nothing sent); a **warning** is printed and included in the report. A finding has its place (file and line),"
    yield f"what is wrong and what to do. Findings of one rule are shown together: their number and the first {SHOWN};"
    yield f"a report keeps {KEPT} of each rule, and `labelferry check SPEC --json` lists all. Words in *italics* stand"
    yield "for parts that depend on your files."
    yield ""
    for section in SECTIONS:
        yield f"## {section.__name__.removesuffix('Rule')}s"
        yield ""
        yield prose(section.__doc__)
        yield ""
        rows = ((rule.code, rule.severity, readable(rule.message), readable(rule.remedy)) for rule in section)
        yield from table(HEAD, ((f"`{code}`", *cells) for code, *cells in rows))


def readable(template: str) -> str:
    """Return a template with its fields in italics, and the plural of counted things."""
    return "".join(text + _field(name, spec) for text, name, spec, _ in Formatter().parse(template))


def _field(name: str | None, spec: str | None) -> str:
    if name is None:
        return ""
    _, several, many = (spec or "").partition("|")
    return f"*N* {many}" if several else f"*{name.replace('_', ' ')}*"
