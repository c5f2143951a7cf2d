"""The table of behaviours and the profiles as a page of the documentation.

Run ``python -m labelferry.localbox.behaviours_page`` to write ``docs/localbox-behaviours.md``; a test says when it is
stale.
"""

import sys
from collections.abc import Iterator
from typing import Any

import orjson

from labelferry.localbox.profiles import PROFILES, TRANSITIONS, USUAL
from labelferry.localbox.state import jobs
from labelferry.localbox.state.behaviours import GROUPS, TITLES, Same, Switch

INTRODUCTION = f"""# How localbox behaves

Generated from the table of behaviours by `python -m labelferry.localbox.behaviours_page`; do not edit.

What the real service does is known only in part. Each row below is one behaviour that public sources leave open, with
what speaks for its usual position. *Tests* are the integration tests in the source distribution of the official SDK
7.17.0, which run against the real service; *guide* is the page "Import video annotations" of Labelbox's documentation,
*docs* its other pages.

A test turns a group of switches by `POST /_localbox/GROUP` with one JSON object, such as
`{{"range_base": 1}}`. A switch that it does not name goes back, and every count starts again. `GET` returns what
was turned.

`labelferry localbox --like PROFILE` makes all of them stand as in a profile, also after a reset: `{USUAL}`
(the usual positions), `as-documented` or `hostile` (what is allowed and least convenient). `--like FILE` reads a JSON
file of the same form, for example what was measured with an account of your own:

```json
{{"reading": {{"range_base": 1}}, "transitions": {{"*": {{"when": "polls", "n": 3}}}}}}
```
"""


def lines() -> Iterator[str]:
    """Yield the page, line by line."""
    yield from INTRODUCTION.splitlines()
    yield ""
    for group, switches in GROUPS.items():
        yield f"## {TITLES[group]}: `{group}`"
        yield ""
        yield "| switch | positions, the usual one first | evidence | as-documented | hostile |"
        yield "|---|---|---|---|---|"
        yield from map(_row, switches)
        yield ""
    yield from _jobs()


def _row(switch: Switch) -> str:
    positions = "; ".join(f"`{_shown(value)}`: {meaning}" for value, meaning in switch.positions)
    moved = (_moved(switch.documented), _moved(switch.hostile))
    cells = [f"`{switch.name}`", f"{switch.about}: {positions}", switch.evidence, *moved]
    return "| " + " | ".join(cells) + " |"


def _moved(position: Any) -> str:
    return "" if position is Same else f"`{_shown(position)}`"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _jobs() -> Iterator[str]:
    yield "## How jobs end: `transitions`"
    yield ""
    yield "Also part of a profile; the form is told with the [control plane](localbox-control.md#transitions)."
    yield ""
    yield from (f"- `{job_type}`: `{_shown(plan)}`" for job_type, plan in jobs.USUAL.items())
    yield f"- the others: `{_shown(jobs.AT_ONCE)}`"
    yield f"- in the profile `hostile`: `{_shown(PROFILES['hostile'][TRANSITIONS])}`"


def text() -> str:
    """Return the whole page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
