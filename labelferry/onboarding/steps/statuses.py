"""The lines of a job and its status file -> the outcome of each line, without guessing.

A status belongs to the line whose uuid it repeats, in whatever spelling (docs.labelbox.com lets a uuid be written with
braces, without hyphens, in either case). Statuses without a uuid, or in a file that repeats none of ours, belong to the
lines of their row when there are equally many, in the order in which the lines were sent. A line that is left over has
no known outcome: it is unknown, not failed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import orjson

from labelferry.ledger import LineRecord, LineState, Reason, Verdict
from labelferry.model import RowRef
from labelferry.model.keys import identity
from labelferry.ndjson import of_generation
from labelferry.printable import masked

__all__ = ["verdicts"]

Status = Mapping[str, Any]
Keys = Callable[[], Mapping[str, str]]
T = TypeVar("T")

SUCCESS = frozenset({"SUCCESS"})
FAILURE = frozenset({"FAILURE", "FAILED"})
"""The official SDK's tests have FAILURE, docs.labelbox.com/reference/bulk-import-requests FAILED."""

LONGEST, MOST_STRAYS = 4_000, 3


def verdicts(sent: Sequence[LineRecord], content: Sequence[Any], keys: Keys) -> list[Verdict]:
    """Return the outcome of each line.

    Args:
        sent: the lines of one job.
        content: the lines of its status file, in any shape.
        keys: returns the global key of each row id; called only when statuses name rows by id.
    """
    matching = _Matching(sent)
    strays = matching.by_uuid(content)
    strays = matching.by_row(strays, keys)
    told = "; ".join(_raw(each) for each in strays[:MOST_STRAYS])[:LONGEST] or None
    unlisted = (LineState.UNKNOWN, told, Reason.UNLISTED)
    return [matching.found.get(line.uuid) or Verdict(line.uuid, *unlisted) for line in sent]


class _Matching:
    def __init__(self, sent: Sequence[LineRecord]) -> None:
        self.sent, self.found = sent, dict[str, Verdict]()

    def by_uuid(self, content: Iterable[Any]) -> list[Any]:
        """Assign the statuses that repeat the uuid of a line; return the rest."""
        lines, strays = _Spellings(self.sent), list[Any]()
        for status in content:
            line = lines.named(_uuid(status))
            if line is None:
                strays.append(status)
            else:
                self._add(line, _judged(line, status))
        return strays

    def by_row(self, strays: list[Any], keys: Keys) -> list[Any]:
        """Assign the statuses that match all remaining lines of a row, in order; return the rest."""
        usable: list[Status] = [each for each in strays if self._may_stand_for_a_row(each)]
        if not usable:
            return strays
        left = self._left_by_row()
        rows = _Rows(left, keys)
        taken: list[Any] = []
        for row, statuses in _grouped(usable, rows.of).items():
            lines = sorted(left.get(row, ()), key=lambda line: line.position)
            if len(lines) == len(statuses):
                taken += self._in_order(lines, statuses)
        used = {id(each) for each in taken}
        return [each for each in strays if id(each) not in used]

    def _may_stand_for_a_row(self, status: Any) -> bool:
        """Return False for a status with a foreign uuid in a file that repeats some of ours."""
        return isinstance(status, dict) and not (self.found and _uuid(status))

    def _left_by_row(self) -> dict[str, list[LineRecord]]:
        return _grouped((line for line in self.sent if line.uuid not in self.found), lambda line: identity(line.row))

    def _in_order(self, lines: list[LineRecord], statuses: list[Status]) -> list[Status]:
        judged = [_judged(line, status) for line, status in zip(lines, statuses, strict=True)]
        if len({verdict.state for verdict in judged}) > 1:
            if len({line.position for line in lines}) < len(lines):
                return []
            judged = [each._replace(reason=each.reason or _by_order(each)) for each in judged]
        self.found |= {verdict.uuid: verdict for verdict in judged}
        return statuses

    def _add(self, line: LineRecord, verdict: Verdict) -> None:
        """Add a status; a line with several keeps the one that they agree on."""
        before = self.found.get(line.uuid)
        if before is not None and before.state is not verdict.state:
            texts = "; ".join(each.message or str(each.state) for each in (before, verdict))
            verdict = Verdict(line.uuid, LineState.UNKNOWN, texts, Reason.UNREADABLE)
        self.found[line.uuid] = verdict


class _Spellings:
    """Lines by their uuid, in any spelling that is unique to them."""

    def __init__(self, sent: Iterable[LineRecord]) -> None:
        self._exact = {of_generation(line.uuid, line.generation): line for line in sent}
        self._normal = _grouped(self._exact.items(), lambda item: _normal(item[0]))

    def named(self, uuid: str) -> LineRecord | None:
        if uuid in self._exact:
            return self._exact[uuid]
        same = self._normal.get(_normal(uuid), ()) if uuid else ()
        return same[0][1] if len(same) == 1 else None


class _Rows:
    """Rows as lines name them, found by a status's reference to its row."""

    def __init__(self, known: Mapping[str, object], keys: Keys) -> None:
        self._known, self._keys = known, keys
        self._by_id: Mapping[str, str] | None = None

    def of(self, status: Status) -> str:
        row = status.get("dataRow")
        if not isinstance(row, dict):
            return ""
        key, row_id = (str(row.get(name) or "").strip() for name in ("globalKey", "id"))
        named = [identity(name) for name in (key, row_id and RowRef(id=row_id).key) if name]
        return next((name for name in named if name in self._known), "") or self._looked_up(row_id)

    def _looked_up(self, row_id: str) -> str:
        if not row_id:
            return ""
        if self._by_id is None:
            self._by_id = self._keys()
        return identity(self._by_id.get(row_id, ""))


def _grouped(items: Iterable[T], of: Callable[[T], str]) -> dict[str, list[T]]:
    groups: defaultdict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[of(item)].append(item)
    return groups


def _uuid(status: Any) -> str:
    uuid = status.get("uuid") if isinstance(status, dict) else None
    return uuid if isinstance(uuid, str) else ""


def _normal(uuid: str) -> str:
    try:
        return UUID(uuid.strip()).hex
    except ValueError:
        return uuid.strip().casefold()


def _judged(line: LineRecord, status: Status) -> Verdict:
    word = str(status.get("status")).strip().upper()
    if word in SUCCESS:
        return Verdict(line.uuid, LineState.ACCEPTED)
    if word in FAILURE:
        return Verdict(line.uuid, LineState.FAILED, _told(status)[:LONGEST])
    return Verdict(line.uuid, LineState.UNKNOWN, _raw(status)[:LONGEST], Reason.UNREADABLE)


def _by_order(verdict: Verdict) -> Reason | None:
    return Reason.BY_ORDER if verdict.state is LineState.FAILED else None


def _told(status: Status) -> str:
    """Return the service's error messages for a line; the whole status when there are none."""
    errors = status.get("errors")
    told = "; ".join(filter(None, map(_error, errors if isinstance(errors, list) else [errors])))
    return told or _raw({name: value for name, value in status.items() if name not in {"uuid", "dataRow"}})


def _error(error: Any) -> str:
    if isinstance(error, dict):
        parts = [masked(str(error[name])) for name in ("name", "message") if error.get(name)]
        return ": ".join(parts) or _raw(error)
    return "" if error is None else _raw(error)


def _raw(value: Any) -> str:
    return masked(value if isinstance(value, str) else orjson.dumps(value).decode())
