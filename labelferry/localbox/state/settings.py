"""Named values that outlive a request: how jobs end, what is broken on purpose, the limits in force."""

from typing import Any

import orjson

from labelferry.localbox.state.database import Session, as_json


def read(session: Session, name: str, default: Any = None) -> Any:
    """Return the value of a setting."""
    text = session.value("SELECT value FROM settings WHERE name = ?", (name,))
    return default if text is None else orjson.loads(text)


def write(session: Session, name: str, value: Any) -> None:
    """Store a value under a name."""
    session.run(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, as_json(value)),
    )


def flawed(session: Session, flaw: str) -> bool:
    """Return whether a rule was switched off on purpose, to see whether a test notices."""
    return flaw in read(session, "flaws", [])
