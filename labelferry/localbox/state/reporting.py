"""How imports are reported: what a test lets the service report, and omit. Imports themselves are unaffected.

Status files are stored whole; each switch changes only the answer, so resetting it shows the truth again.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson

from labelferry.localbox.state import settings
from labelferry.localbox.state.behaviours import is_count
from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import reference
from labelferry.localbox.state.switches import Switches

LOOKS = "looks"
Line = dict[str, Any]

UUIDS: dict[str, Callable[[str, int], str | None]] = {
    "sent": lambda uuid, _: uuid,
    "upper": lambda uuid, _: uuid.upper(),
    "braces": lambda uuid, _: f"{{{uuid}}}",
    "bare": lambda uuid, _: uuid.replace("-", ""),
    "own": lambda uuid, number: str(uuid5(NAMESPACE_OID, f"{number} {uuid}")),
    "none": lambda _uuid, _number: None,
}
WORDS: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "docs": lambda word: word.replace("FAILURE", "FAILED"),
}
ROWS = {"both": ("id", "globalKey"), "id": ("id",), "key": ("globalKey",), "none": ()}
ERRORS: dict[str, Callable[[list[Line]], Any]] = {
    "objects": lambda errors: errors,
    "texts": lambda errors: [error["message"] for error in errors],
    "object": lambda errors: errors[0],
    "text": lambda errors: errors[0]["message"],
    "null": lambda _: None,
}
SWITCHES = Switches("outcomes")
position = SWITCHES.position


def turn(session: Session, wanted: Any) -> Any:
    """Set the switches and restart the count of look-ups.

    Raises:
        MalformedError: no such switch or position exists.
    """
    settings.write(session, LOOKS, {})
    return SWITCHES.turn(session, wanted)


def counts_looks(session: Session) -> bool:
    """Return whether reading an import has to be counted."""
    return is_count(position(session, "shown_after"))


def hides(session: Session, import_id: str) -> bool:
    """Return whether an import is not found yet; the look-up is counted."""
    after = position(session, "shown_after")
    if after is None or after == "never":
        return after is not None
    looks: dict[str, int] = settings.read(session, LOOKS, {})
    looks[import_id] = looks.get(import_id, 0) + 1
    settings.write(session, LOOKS, looks)
    return looks[import_id] <= int(after)


def is_changed(session: Session, file_id: str) -> bool:
    """Return whether a file is the status file of an import and must not be served unchanged."""
    if not SWITCHES.standing(session):
        return False
    sql = "SELECT 1 FROM imports WHERE status_file LIKE ? LIMIT 1"
    return session.value(sql, (reference(file_id) + "%",)) is not None


def told(session: Session, file_id: str) -> bytes | None:
    """Return a status file as the switches want it; None when it is missing."""
    if position(session, "file") == "missing":
        return None
    with session.files.path(file_id).open("rb") as stream:
        lines = [orjson.loads(text) for text in stream]
    if position(session, "lines") == "failures":
        lines = [line for line in lines if line["status"] == "FAILURE"]
    shown = [_line(session, line, number) for number, line in enumerate(lines[: position(session, "cut")])]
    return b"".join(orjson.dumps(each) + b"\n" for each in [*shown, *(position(session, "also") or [])])


def _line(session: Session, line: Line, number: int) -> Line:
    return dict(_members(session, line, number))


def _members(session: Session, line: Line, number: int) -> Iterator[tuple[str, Any]]:
    uuid = UUIDS[position(session, "uuids")](line["uuid"], number)
    if uuid is not None:
        yield "uuid", uuid
    kept = ROWS[position(session, "rows")]
    yield "dataRow", {name: value for name, value in line["dataRow"].items() if name in kept}
    yield "status", WORDS[position(session, "words")](line["status"])
    if "errors" in line:
        yield "errors", ERRORS[position(session, "errors")](line["errors"])
