"""Behaviour of the service that is known only in part, or varies: what a test chooses for rows and projects.

Unlike the outcomes of imports (``reporting``), these change what happens, not only what is reported.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from labelferry.localbox.state import settings
from labelferry.localbox.state.database import Session, as_json
from labelferry.localbox.state.switches import Switches

HELD_KEYS, LOOKS, WITHOUT_EDITOR = "held_keys", "key_looks", "without_editor"


def _outlasts(patience: Any, times: int) -> bool:
    """Return whether something requested this often must still be refused."""
    return bool(patience == "never" or times <= (patience or 0))


SWITCHES = Switches("behaviour")


def turn(session: Session, wanted: Any) -> Any:
    """Set the switches; unnamed ones are reset, and every count starts again.

    Raises:
        MalformedError: no such switch or position exists.
    """
    if not wanted.get("key_release"):
        settings.write(session, HELD_KEYS, {})
    settings.write(session, LOOKS, {})
    return SWITCHES.turn(session, wanted)


def unreadable(session: Session, row_ids: Sequence[str]) -> set[str]:
    """Return those of the rows whose media the service cannot read: as declared, or without a signer."""
    keys = {key.lower() for key in SWITCHES.position(session, "unreadable") or ()}
    named = {row_id for row_id in row_ids if keys and _key(session, row_id) in keys}
    return named | _unsigned(session, row_ids)


def _unsigned(session: Session, row_ids: Sequence[str]) -> set[str]:
    sql = (
        "SELECT r.id FROM data_rows r JOIN datasets d ON d.id = r.dataset_id LEFT JOIN integrations i "
        "ON i.id = d.signer_id WHERE r.id IN (SELECT value FROM json_each(?)) AND COALESCE(i.valid, 0) = 0 "
        "AND (r.row_data LIKE 'gs://%' OR r.row_data LIKE 's3://%')"
    )
    return set(session.column(sql, (as_json(list(row_ids)),)))


def _key(session: Session, row_id: str) -> str:
    return str(session.value("SELECT global_key FROM data_rows WHERE id = ?", (row_id,))).lower()


def makes_empty_batches(session: Session) -> bool:
    """Return whether a batch is created although none of its rows can be added."""
    return bool(SWITCHES.position(session, "empty_batch") == "made")


def hold_keys(session: Session, row_ids: Iterable[str]) -> None:
    """Store the keys of rows about to be deleted, if keys stay taken for a while."""
    if SWITCHES.position(session, "key_release"):
        held = settings.read(session, HELD_KEYS, {})
        settings.write(session, HELD_KEYS, held | {_key(session, row_id): 0 for row_id in row_ids})


def holds_key(session: Session, key: str) -> bool:
    """Return whether the key of a deleted row is still taken; the attempt is counted."""
    held: dict[str, int] = settings.read(session, HELD_KEYS, {})
    if key.lower() not in held:
        return False
    held[key.lower()] += 1
    settings.write(session, HELD_KEYS, held)
    return _outlasts(SWITCHES.position(session, "key_release"), held[key.lower()])


def unseen(session: Session, keys: Iterable[str]) -> set[str]:
    """Return those of the lower-case keys whose rows a look-up does not find yet; the look-up is counted."""
    patience = SWITCHES.position(session, "rows_shown_after")
    if not patience:
        return set()
    looks: dict[str, int] = settings.read(session, LOOKS, {})
    asked = {key.lower() for key in keys}
    looks |= {key: looks.get(key, 0) + 1 for key in asked}
    settings.write(session, LOOKS, looks)
    return {key for key in asked if _outlasts(patience, looks[key])}


def gives_editor(session: Session, project_id: str) -> bool:
    """Return whether a new project has an editor; one that never gets one is recorded."""
    editor = SWITCHES.position(session, "editor")
    if editor == "missing":
        settings.write(session, WITHOUT_EDITOR, [*settings.read(session, WITHOUT_EDITOR, []), project_id])
    return bool(editor == "given")


def is_without_editor(session: Session, project_id: str) -> bool:
    """Return whether a project can never be given an editor."""
    return project_id in settings.read(session, WITHOUT_EDITOR, [])


def replaces_prelabels(session: Session) -> bool:
    """Return whether an import of pre-labels replaces the earlier ones on its rows."""
    return bool(SWITCHES.position(session, "prelabels") == "replace")
