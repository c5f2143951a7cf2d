"""Settings from the environment, which nothing else in labelferry reads.

======================  =====================================================================================
variable                meaning
======================  =====================================================================================
LABELBOX_API_KEY        key of the real service; without it everything goes to the embedded localbox
LABELBOX_API_KEY_FILE   file with the key (such as a mounted secret); LABELBOX_API_KEY takes precedence
LABELBOX_ENDPOINT       GraphQL endpoint, default https://api.labelbox.com/graphql
LABELFERRY_HOME         folder of ledger, shards, reports and localbox's data; default: the user data folder
LABELFERRY_LEDGER       database URL of the ledger; default: SQLite in LABELFERRY_HOME
LABELFERRY_RATE         maximum requests per minute, as a number or as the account's tier: free (1500),
                        starter or edu (5000), enterprise (20000); default: no limit
LABELFERRY_PATIENCE     seconds for which a request without an answer is retried; default: 180
LABELFERRY_DEADLINE     seconds to wait for one job of the service (an import, an upload, an export); a later run picks
                        up a job that has not ended by then; default: 14400 for imports, 3600 for the others
LABELFERRY_WAIT         seconds to wait for another run of the same onboarding or in the same project; default: 0, which
                        refuses at once
LABELFERRY_SPECS        folder below which specs that are pasted, filled in or fetched by URL may read and upload files;
                        default: they read none. A spec given by its path reads what it names
LABEL_STUDIO_API_KEY    token for the Label Studio whose projects a spec reads
LABEL_STUDIO_API_KEY_FILE  file with that token; LABEL_STUDIO_API_KEY takes precedence
LABEL_STUDIO_URL        the one Label Studio that specs that are pasted, filled in or fetched by URL may read; default:
                        none. A spec given by its path reads the one that it names
LABELFERRY_STORAGE      Prefect block where flows store shards and reports, such as s3-bucket/labelferry; default: none
LABELFERRY_LOCALBOX     if set: use the embedded localbox, whatever keys are set, as ``--localbox`` does
LOCALBOX_KEY            key of the embedded localbox; default: localbox
======================  =====================================================================================
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from labelferry.errors import SpecError
from labelferry.regular import open_regular

__all__ = ["ONLY_LOCALBOX", "TIERS", "Settings"]

PATIENCE = 180
ONLY_LOCALBOX = "LABELFERRY_LOCALBOX"
TIERS = {"free": 1_500, "starter": 5_000, "edu": 5_000, "enterprise": 20_000}
"""Requests per minute that an account of each tier may send (docs.labelbox.com/docs/limits, November 2026)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings.

    Args:
        home: folder of all our data.
        ledger_url: SQLAlchemy database URL.
        api_key: None means: use the embedded localbox.
        endpoint: where the real service (or another localbox) listens.
        requests_per_minute: our own limit, None for none.
        patience: seconds for which a request without an answer is retried.
        deadline: seconds to wait for a job of the service, None for the client's default.
        wait: seconds to wait for another run of the same onboarding or in the same project.
        specs: folder that pasted and fetched specs may read, None for none.
        storage: Prefect block where shards and reports are stored.
        localbox_key: key of the embedded localbox.
        label_studio_key: token of a Label Studio, None for none.
        label_studio_url: the Label Studio that pasted and fetched specs may read, None for none.
    """

    home: Path
    ledger_url: str = field(repr=False)
    api_key: SecretStr | None
    endpoint: str
    requests_per_minute: int | None
    patience: int
    deadline: int | None
    wait: int
    specs: Path | None
    storage: str | None
    localbox_key: SecretStr
    label_studio_key: SecretStr | None
    label_studio_url: str | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings.

        Raises:
            SpecError: when a variable is invalid.
        """
        from labelferry.labelbox.endpoints import DEFAULT_ENDPOINT  # imported late, because it loads httpx

        env = os.environ if environment is None else environment
        home = _folder(env, "LABELFERRY_HOME") or _user_data_folder().expanduser().absolute()
        return cls(
            home=home,
            ledger_url=env.get("LABELFERRY_LEDGER") or f"sqlite:///{home / 'ledger.db'}",
            api_key=None if env.get(ONLY_LOCALBOX) else _key(env, "LABELBOX_API_KEY", "LABELBOX_API_KEY_FILE"),
            endpoint=env.get("LABELBOX_ENDPOINT") or DEFAULT_ENDPOINT,
            requests_per_minute=_rate(env),
            patience=_whole(env, "LABELFERRY_PATIENCE", "seconds", PATIENCE) or PATIENCE,
            deadline=_whole(env, "LABELFERRY_DEADLINE", "seconds", 3600),
            wait=_whole(env, "LABELFERRY_WAIT", "seconds", 3600, least=0) or 0,
            specs=_folder(env, "LABELFERRY_SPECS"),
            storage=_text(env, "LABELFERRY_STORAGE"),
            localbox_key=SecretStr(env.get("LOCALBOX_KEY") or "localbox"),
            label_studio_key=_key(env, "LABEL_STUDIO_API_KEY", "LABEL_STUDIO_API_KEY_FILE"),
            label_studio_url=env.get("LABEL_STUDIO_URL", "").rstrip("/") or None,
        )

    @property
    def reports(self) -> Path:
        """Folder of the reports."""
        return self.home / "reports"


def _text(env: Mapping[str, str], name: str) -> str | None:
    return env.get(name) or None


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]).expanduser().absolute() if env.get(name) else None


def _rate(env: Mapping[str, str]) -> int | None:
    tier = TIERS.get(env.get("LABELFERRY_RATE", "").lower())
    return tier or _whole(env, "LABELFERRY_RATE", "requests per minute", 1500)


def _user_data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("labelferry")


MOST_OF_A_KEY = 10_000


def _key(env: Mapping[str, str], name: str, file: str) -> SecretStr | None:
    """Return a key: the value of a variable, or what is in the file that another one names."""
    key = env.get(name, "").strip()
    return SecretStr(key) if key else _key_in_file(env, file)


def _key_in_file(env: Mapping[str, str], name: str) -> SecretStr | None:
    """Return the key in the file that a variable names."""
    file = env.get(name, "")
    if not file:
        return None
    try:
        with open_regular(Path(file).expanduser()) as opened:
            key = opened.read(MOST_OF_A_KEY).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SpecError(f"{name}: {file} cannot be read ({reason}); name a file with the key") from error
    if len(key) == MOST_OF_A_KEY:
        raise SpecError(f"{name}: {file} is too long for a key; name a file with nothing but the key")
    if not key:
        raise SpecError(f"{name}: {file} is empty; put the key into it")
    return SecretStr(key)


def _whole(env: Mapping[str, str], name: str, what: str, example: int, least: int = 1) -> int | None:
    text = env.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < least:
        raise SpecError(f"{name} is {text!r}; give {what} as a whole number, such as {example}")
    return int(text)
