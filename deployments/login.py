"""The login of Prefect's server: whoever can reach its API can have anything run by the workers, so it asks for one."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from labelferry.errors import SpecError

__all__ = ["client_login", "login", "own_login", "server_login"]

CLIENT, SERVER = "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"


def login(path: Path, environment: Mapping[str, str]) -> str:
    """Return ``user:password``: of the environment, else of the file, which is made when it does not exist.

    Raises:
        SpecError: when the two variables of the environment disagree, or the file cannot be used.
    """
    given = {name: environment[name] for name in (SERVER, CLIENT) if environment.get(name)}
    if len(set(given.values())) > 1:
        raise SpecError(f"{SERVER} and {CLIENT} differ; give them one value, user:password, or set neither")
    return next(iter(given.values()), None) or own_login(path)


def own_login(path: Path) -> str:
    """Return the login that a file holds; a new one is readable by its owner only.

    Raises:
        SpecError: when the file cannot be read or written, or is empty.
    """
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    except OSError as error:
        raise SpecError(f"{path}: cannot be written ({error.strerror}); the login of Prefect is kept there") from error
    else:
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(f"labelferry:{secrets.token_urlsafe(24)}\n")
    try:
        kept = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: cannot be read as the login of Prefect; delete it, and it is made again") from error
    if not kept:
        raise SpecError(f"{path}: holds no login of Prefect; delete it, and it is made again")
    return kept


def client_login(text: str) -> dict[str, str]:
    """Return what lets worker, runs and commands in."""
    return {CLIENT: text}


def server_login(text: str, port: str) -> dict[str, str]:
    """Return what makes the server ask, and answer no page but its own."""
    return {SERVER: text, "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}"}
