"""The login of Prefect's server, which it requires because its API lets anyone run anything on the workers."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from labelferry.errors import SpecError

__all__ = ["CLIENT", "login", "server_login"]

CLIENT, SERVER = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"


def login(path: Path, environment: Mapping[str, str]) -> str:
    """Return ``user:password`` from the environment, else from the file, which is created if it does not exist.

    Raises:
        SpecError: when the two variables in the environment disagree, or the file cannot be used.
    """
    given = {name: environment[name] for name in (SERVER, CLIENT) if environment.get(name)}
    if len(set(given.values())) > 1:
        raise SpecError(f"{SERVER} and {CLIENT} differ; give both the same value, user:password, or set neither")
    return next(iter(given.values()), None) or _kept(path)


def _kept(path: Path) -> str:
    """Return the login in a file; a new one is readable by its owner only.

    Raises:
        SpecError: when the file cannot be read or written, or is empty.
    """
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise SpecError(f"{path}: cannot be written ({error.strerror}), but Prefect's login is stored there") from error
    else:
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(f"labelferry:{secrets.token_urlsafe(24)}\n")
    try:
        kept = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot be read as Prefect's login; delete it, and a new one is created") from error
    if not kept:
        raise SpecError(f"{path}: contains no login; delete it, and a new one is created")
    return kept


def server_login(text: str, port: str) -> dict[str, str]:
    """Return the settings that make the server require the login and answer only its own pages."""
    return {SERVER: text, "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}"}
