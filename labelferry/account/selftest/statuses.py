"""The status file of the self-test's import -> how this account reports the outcome of lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from labelferry.account.assumptions import Group
from labelferry.account.selftest.trial import Trial

__all__ = ["judge_statuses"]

StatusLine = Mapping[str, Any]
WORDS = {
    frozenset({"SUCCESS", "FAILURE"}): "upper",
    frozenset({"success", "failure"}): "lower",
    frozenset({"SUCCESS", "FAILED"}): "docs",
}
SUCCEEDED = frozenset({"SUCCESS", "success"})
ROWS = {(True, True): "both", (True, False): "id", (False, True): "key", (False, False): "none"}


def judge_statuses(trial: Trial, lines: Mapping[str, StatusLine], content: Sequence[Any]) -> None:
    """Record how a status file is written.

    Args:
        trial: the self-test.
        lines: those that were sent, by what they try out.
        content: the values on the lines of the file.
    """
    statuses = [each for each in content[: len(lines)] if isinstance(each, dict)]
    failed = _failed(statuses)
    trial.found(Group.OUTCOMES, "also", [*content[len(lines) :]] or None)
    is_short = len(statuses) < len(lines)
    only_failures = is_short and 0 < len(statuses) == len(failed)
    trial.found(Group.OUTCOMES, "lines", "failures" if only_failures else "all")
    trial.found(Group.OUTCOMES, "cut", len(statuses) if is_short and not only_failures else None)
    _judge_spelling(trial, lines, statuses)
    if failed:
        trial.found(Group.OUTCOMES, "errors", _errors([each.get("errors") for each in failed]))


def _failed(statuses: Sequence[StatusLine]) -> list[StatusLine]:
    return [each for each in statuses if each.get("status") not in SUCCEEDED]


def _judge_spelling(trial: Trial, lines: Mapping[str, StatusLine], statuses: Sequence[StatusLine]) -> None:
    if not statuses:
        return
    pairs = [*_paired(list(lines.values()), statuses)]
    trial.found(Group.OUTCOMES, "uuids", _echo(pairs, statuses))
    if words := _words(statuses):
        trial.found(Group.OUTCOMES, "words", words)
    trial.found(Group.OUTCOMES, "rows", _row(statuses))


def _paired(lines: Sequence[StatusLine], statuses: Sequence[StatusLine]) -> Iterator[tuple[str, str]]:
    """Yield the uuid of each line that was sent with the one that came back, in whatever spelling."""
    sent = {_plain(line["uuid"]): line["uuid"] for line in lines}
    for status in statuses:
        told = status.get("uuid")
        if isinstance(told, str) and _plain(told) in sent:
            yield sent[_plain(told)], told


def _plain(uuid: str) -> str:
    try:
        return UUID(uuid).hex
    except ValueError:
        return uuid


def _echo(pairs: Sequence[tuple[str, str]], statuses: Sequence[StatusLine]) -> str:
    if not pairs:
        return "own" if any(status.get("uuid") for status in statuses) else "none"
    fitting = (name for name, spell in SPELLINGS.items() if all(spell(sent) == told for sent, told in pairs))
    return next(fitting, "otherwise")


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "sent": str,
    "upper": str.upper,
    "braces": "{{{}}}".format,
    "bare": lambda uuid: uuid.replace("-", ""),
}


def _words(statuses: Sequence[StatusLine]) -> str | None:
    """Return the words; None when they are not enough to tell."""
    said = {str(status.get("status")) for status in statuses}
    fitting = [name for words, name in WORDS.items() if said <= words]
    return fitting[0] if len(fitting) == 1 else None if fitting else "/".join(sorted(said))


def _row(statuses: Sequence[StatusLine]) -> str:
    rows = [status.get("dataRow") or {} for status in statuses]
    return ROWS[all(row.get("id") for row in rows), all(row.get("globalKey") for row in rows)]


def _errors(values: Sequence[Any]) -> str:
    """Return the shape of errors, as all refused lines have it."""
    return "/".join(sorted({_shape(value) for value in values}))


def _shape(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "object"
    return "objects" if all(isinstance(each, dict) for each in value) else "texts"
