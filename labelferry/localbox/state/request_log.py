"""Requests logged and counted, and the faults that await some of them."""

import random
import re
import time
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from labelferry.localbox.errors import MalformedError
from labelferry.localbox.faults import KINDS, Fault
from labelferry.localbox.ids import new_id, now
from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session, as_json


@dataclass(frozen=True)
class Seen:
    """What the log and the faults need of a request."""

    method: str
    path: str
    operation: str | None
    sdk_method: str | None
    agent: str | None
    bytes_in: int


def limit(session: Session, from_start: int | None) -> int | None:
    """Return the allowed requests per minute: the control plane's value, or else the command line's."""
    value = settings.read(session, "rate_limit", from_start)
    return None if value is None else int(value)


def over(session: Session, allowed: int) -> int | None:
    """Count a request; return the seconds to wait when it is one too many."""
    moment = time.time()
    minute = int(moment // 60)
    session.run("DELETE FROM request_counts WHERE minute < ?", (minute,))
    session.run(
        "INSERT INTO request_counts (minute, requests) VALUES (?, 1) "
        "ON CONFLICT (minute) DO UPDATE SET requests = requests + 1",
        (minute,),
    )
    counted = int(session.value("SELECT requests FROM request_counts WHERE minute = ?", (minute,)))
    return None if counted <= allowed else max(1, 60 - int(moment % 60))


def note(session: Session, seen: Seen, *, status: int | None, fault: str | None, milliseconds: float) -> None:
    """Add a request to the log."""
    session.insert(
        "requests", at=now(), status=status, fault=fault, milliseconds=round(milliseconds, 2), **asdict(seen)
    )


def log(session: Session, after: int) -> list[dict[str, Any]]:
    """Return the requests after a number, oldest first."""
    return session.rows("SELECT * FROM requests WHERE seq > ? ORDER BY seq LIMIT 10000", (after,))


def add_fault(session: Session, rule: dict[str, Any]) -> str:
    """Set up a fault and return its id. See ``docs/localbox-control.md`` for the shape of a rule."""
    _check(rule)
    fault_id = new_id()
    session.insert("faults", id=fault_id, rule=as_json(rule))
    return fault_id


def _check(rule: dict[str, Any]) -> None:
    kind = rule.get("kind")
    if kind not in KINDS:
        raise MalformedError(f"A fault's kind is one of {', '.join(KINDS)}")
    if sum(name in rule for name in ("nth", "every", "share")) > 1:
        raise MalformedError("A fault has one of nth, every and share")
    try:
        re.compile(str(rule.get("operation", "")))
        _fault(rule)
        float(rule.get("share", 0)), int(rule.get("nth", 1)), int(rule.get("times", 1))
        every = int(rule.get("every", 1))
    except (re.error, TypeError, ValueError) as error:
        raise MalformedError(f"A fault's member has the wrong form: {error}") from error
    if every < 1:
        raise MalformedError("every starts at 1")


def faults(session: Session) -> list[dict[str, Any]]:
    """Return the faults set up, with how often each matched and fired."""
    rows = session.rows("SELECT id, rule, seen, fired FROM faults ORDER BY seq")
    return [{**orjson.loads(row.pop("rule")), **row} for row in rows]


def faults_waiting(session: Session) -> bool:
    """Return whether any fault is set up."""
    return session.value("SELECT 1 FROM faults LIMIT 1") is not None


def draw(session: Session, seen: Seen) -> Fault | None:
    """Return the fault that a request meets, if any; every matching rule counts the request."""
    met: Fault | None = None
    for row in session.rows("SELECT * FROM faults ORDER BY seq"):
        rule = orjson.loads(row["rule"])
        if not _matches(rule, seen):
            continue
        fires = met is None and _fires(rule, row["seen"] + 1, row["fired"])
        session.run("UPDATE faults SET seen = seen + 1, fired = fired + ? WHERE seq = ?", (fires, row["seq"]))
        met = _fault(rule) if fires else met
    return met


def _matches(rule: dict[str, Any], seen: Seen) -> bool:
    operation, path = rule.get("operation"), rule.get("path")
    if operation is not None and not re.fullmatch(operation, seen.operation or ""):
        return False
    return path is None or seen.path.startswith(str(path))


def _fires(rule: dict[str, Any], number: int, fired: int) -> bool:
    if "times" in rule and fired >= int(rule["times"]):
        return False
    if "nth" in rule:
        return number == int(rule["nth"])
    if "every" in rule:
        return number % int(rule["every"]) == 0
    if "share" in rule:
        drawn = random.Random(f"{rule.get('seed', 0)}/{number}").random()  # noqa: S311 - not used for a secret
        return drawn < float(rule["share"])
    return True


def _fault(rule: dict[str, Any]) -> Fault:
    after = rule.get("retry_after")
    return Fault(
        kind=rule["kind"],
        status=int(rule.get("status", 500)),
        retry_after=None if after is None else float(after),
        seconds=float(rule.get("seconds", 0)),
    )
