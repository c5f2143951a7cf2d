"""A command that is interrupted before its run begins -> an interrupted run in the history of its onboarding."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from labelferry.errors import LabelferryError

__all__ = ["remember"]

RUNS = {"onboard", "resume", "retry-failed", "undo"}
"""The commands whose runs are in the history."""


def remember(program: typer.Typer, arguments: Sequence[str]) -> None:
    """Record an interrupted command, unless it is none of these, names nothing, or its run has begun and did that.

    Args:
        program: the commands.
        arguments: what was typed after ``labelferry``.
    """
    asked = _asked(program, arguments)
    if not any(asked.values()):
        return
    from labelferry.onboarding.history import BEGUN, record_unbegun
    from labelferry.settings import Settings
    from labelferry.spec.load import load_spec

    if BEGUN.is_set():
        return
    with suppress(LabelferryError):
        name = asked.get("name") or load_spec(Path(asked["spec"])).spec.name
        record_unbegun(Settings.from_environment(), str(name), datetime.now(UTC))


def _asked(program: typer.Typer, arguments: Sequence[str]) -> dict[str, Any]:
    """Return the spec or the name that a command was given."""
    command, *rest = arguments or [""]
    if command not in RUNS:
        return {}
    known: Any = typer.main.get_command(program)
    given = known.commands[command].make_context(command, list(rest), resilient_parsing=True).params
    return {kind: given[kind] for kind in ("spec", "name") if given.get(kind)}
