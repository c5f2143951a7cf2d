"""labelferry/settings.py and the client's policy -> docs/reference/settings.md."""

import re
from collections.abc import Iterator
from dataclasses import fields

from docs.generate.markdown import attributes, generated, prose, table
from labelferry import settings
from labelferry.labelbox import batches, exports, row_uploads
from labelferry.labelbox.policy import DEFAULT_POLICY, Pace, Policy
from labelferry.onboarding.steps import batch, sending

__all__ = ["lines", "variables"]

CUTS = (
    ("bytes of one import job", sending.MOST_BYTES),
    ("lines of one import job", sending.MOST_LINES),
    ("rows of one upload task", row_uploads.ROWS_PER_TASK),
    ("bytes of one file of an upload task", row_uploads.CHUNK_BYTES),
    ("rows of one batch of an onboarding", batch.LARGEST),
    ("rows from which a batch is filled in a second step", batches.SYNC_BELOW),
    ("global keys in one look-up", DEFAULT_POLICY.lookup_chunk),
    ("global keys in one export", exports.KEYS_AT_ONCE),
)


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    yield from generated("Settings", "labelferry/settings.py and the code's constants")
    yield "All settings are environment variables. An invalid variable is refused (exit code 2)."
    yield ""
    yield from table(("variable", "meaning"), ((f"`{name}`", meaning) for name, meaning in variables().items()))
    yield "## How work is divided"
    yield ""
    yield from table(("what", "number"), ((what, f"{most:,}") for what, most in CUTS))
    yield "## Fixed numbers of the client"
    yield ""
    yield prose(Policy.__doc__).replace("The client's numbers; times in seconds.", "Times in seconds.")
    yield "A wait polls at once, then at growing intervals up to the longest, until its deadline. Only"
    yield "`LABELFERRY_PATIENCE` changes one of them, `budget`."
    yield ""
    said = attributes(Policy.__doc__)
    yield from table(
        ("name", "number", "what"),
        ((f"`{each.name}`", _number(getattr(DEFAULT_POLICY, each.name)), said[each.name]) for each in fields(Policy)),
    )


def variables() -> dict[str, str]:
    """Return the table in the module's docstring."""
    _, _, body, _ = re.split(r"^=+ +=+$", settings.__doc__ or "", flags=re.M)
    found: dict[str, str] = {}
    for line in body.strip().splitlines():
        name, _, meaning = line.partition(" ")
        if name:
            found[name] = meaning.strip()
        else:
            found[list(found)[-1]] += f" {meaning.strip()}"
    return {name: meaning.replace("``", "`") for name, meaning in found.items()}


def _number(value: float | Pace | None) -> str:
    if isinstance(value, Pace):
        return f"every {value.every:g} at most, {value.deadline:g} in total"
    return "none" if value is None else f"{value:g}"
