"""A verification -> terminal, and markdown for Prefect's UI."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from labelferry.account.profile import ProfileAge
from labelferry.listing import counted, shorten

__all__ = ["print_verification", "verification_markdown"]

SHOWN = 20
NOT_IN = ("failed", "unknown", "pending")
GOOD = ("verified", "accepted")

VerificationDict = Mapping[str, Any]


def print_verification(result: VerificationDict, console: Console) -> None:
    """Print a verification, as plain values, for people: the outcome, and what differs and where it came from."""
    console.print(f"\n[bold]{result['name']}[/bold]: {_headline(result)}", style=_colour(result), highlight=False)
    for name, value in _facts(result):
        console.print(f"  {name:<16} {value}", markup=False, highlight=False)
    for line in _listed(result):
        console.print(f"  {line}", style="red", markup=False, highlight=False, soft_wrap=True)
    if result.get("account") and (advice := ProfileAge(result["account"]).advice):
        console.print(f"  {advice}", style="yellow", highlight=False)


def verification_markdown(result: VerificationDict) -> str:
    """Return a verification as a table and a list."""
    parts = [f"# {result['name']}: {_headline(result)}"]
    parts.append("| | |\n|---|---|\n" + "\n".join(f"| {name} | {_cell(value)} |" for name, value in _facts(result)))
    listed = [f"- {_cell(line)}" for line in _listed(result)]
    return "\n\n".join([*parts, "\n".join(listed)] if listed else parts)


def _colour(result: VerificationDict) -> str:
    return "green" if result["outcome"] in GOOD else "red"


def _headline(result: VerificationDict) -> str:
    if result["outcome"] == "differs":
        return "differs: the service does not have what was sent"
    if result["outcome"] == "verified":
        return "verified: the service has what was sent"
    if not result["accepted"]:
        return "nothing is imported"
    if result["outcome"] == "incomplete":
        return "incomplete: everything that Labelbox accepted is there, but not every line is imported"
    if result["imported_as"] == "prelabels":
        return "accepted: pre-labels cannot be read back, so the statuses of their lines are the only proof"
    return "accepted: everything comparable is equal, but not everything can be compared"


def _facts(result: VerificationDict) -> Iterator[tuple[str, str]]:
    states = [state for state in ("accepted", *NOT_IN) if state != "unknown" or result[state]]
    yield "lines", ", ".join(f"{result[state]} {state}" for state in states)
    if result["rows"]:
        totals = result["totals"]
        yield "labels", ", ".join(f"{totals[name]} {name}" for name in ("equal", "missing", "extra", "moved"))
        yield "rows", f"{sum(not row['differences'] for row in result['rows'])} of {len(result['rows'])} as sent"
    for kind, count in result["not_comparable"].items():
        yield "not comparable", f"{kind}: {count}"
    for key, count in result["unknown_keys"].items():
        yield "unknown", f"{key} in the export: {count}"
    yield "read from", str(result["remote"])


def _listed(result: VerificationDict) -> Iterator[str]:
    differences = [
        f"{each['kind']}: {each['row']}, '{each['feature']}' ({each['place']}): {each['what']}"
        for row in result["rows"]
        for each in row["differences"]
    ]
    yield from shorten(differences, SHOWN, f"more in reports/{result['name']}-verify.json")
    for part, frames in result["offset"].items():
        way = "later" if frames > 0 else "earlier"
        yield f"{part} are one frame {way} than sent, and nothing else is wrong: frames are counted from another base"
    if result["totals"]["missing"] and not result["offset"]:
        yield "labels may appear some time after their import has ended: if that was just now, verify again in a minute"
    for line in result["failed_lines"][:SHOWN]:
        yield f"failed: {line['source']}: {line['row']}, '{line['feature']}': {line['message']}"
    if result["pending"]:
        yield f"{counted(result['pending'], 'line')} not known to be imported: run labelferry onboard again"
    if result["unknown"]:
        told = f"labelferry status {result['name']} lists them and says what to do"
        yield f"Labelbox does not report the outcome of {counted(result['unknown'], 'line')}: {told}"


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
