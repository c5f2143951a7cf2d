"""This machine: its folders, the ledger, the versions of libraries that must go together."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from labelferry.account.doctor.checkup import HealthCheck, Topic, bad, ok, warn
from labelferry.errors import LabelferryError
from labelferry.ledger import OPEN, Ledger, LedgerFile, open_ledger
from labelferry.listing import counted
from labelferry.onboarding.undoing.journal import is_undoing
from labelferry.settings import Settings

__all__ = ["check_machine", "installed", "sqlite_file"]

LEAST_FREE = 1 << 30
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"})
"""File systems on which SQLite's locks are not safe (https://www.sqlite.org/faq.html#q5)."""
MOUNTS = Path("/proc/mounts")


def check_machine(settings: Settings, installed: Callable[[str], tuple[int, ...] | None]) -> Iterator[HealthCheck]:
    """Yield the checks of this machine.

    Args:
        settings: of this process.
        installed: returns the version of a package, None when it is not installed.
    """
    yield _home(settings.home)
    yield from _ledger(settings)
    yield from _versions(installed)


def installed(package: str) -> tuple[int, ...] | None:
    """Return the numbers of a package's version."""
    try:
        text = version(package)
    except PackageNotFoundError:
        return None
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def _home(home: Path) -> HealthCheck:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        return bad(Topic.HOME, f"{place} cannot be written to", "set LABELFERRY_HOME to a folder of your own")
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE:
        return warn(Topic.HOME, f"{free >> 20:,} MB free in {place}", "free some space, or set LABELFERRY_HOME")
    return ok(Topic.HOME, f"{home}, {free >> 30:,} GB free")


def _ledger(settings: Settings) -> Iterator[HealthCheck]:
    path = sqlite_file(settings.ledger_url)
    if path is not None and not path.exists():
        yield ok(Topic.LEDGER, f"none yet; it will be {path}")
        return
    try:
        with open_ledger(settings.ledger_url) as file:
            yield from _records(file)
    except LabelferryError as error:
        yield bad(Topic.LEDGER, str(error), "repair or restore it, or set LABELFERRY_LEDGER to another database")
        return
    if path is not None and _file_system(path) in NETWORK:
        remedy = "set LABELFERRY_HOME to a local folder, or LABELFERRY_LEDGER to a PostgreSQL database"
        yield warn(Topic.LEDGER, f"{path} is on a network file system, where SQLite may lose writes", remedy)


def sqlite_file(url: str) -> Path | None:
    """Return the file of a ledger; None when it is in another database."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _records(file: LedgerFile) -> Iterator[HealthCheck]:
    known = sorted({*file.onboardings()})
    yield ok(Topic.LEDGER, f"{file}, {counted(len({name for _, name in known}), 'onboarding')}")
    for workspace, name in known:
        yield from _unfinished(file.of(workspace, name))


def _unfinished(ledger: Ledger) -> Iterator[HealthCheck]:
    name = ledger.onboarding
    if is_undoing(ledger):
        yield bad(Topic.LEDGER, f"the undo of '{name}' was interrupted", f"finish it: labelferry undo {name} --yes")
    if holder := ledger.lease().in_use():
        yield ok(Topic.LEDGER, f"a run of '{name}' is in progress ({holder})")
    jobs = sum(entry.state in OPEN for entry in ledger.entries("job"))
    if jobs:
        remedy = f"labelferry resume {name}, within 24 hours of their import: then Labelbox deletes the outcomes"
        yield warn(Topic.LEDGER, f"'{name}' has {counted(jobs, 'import')} without an outcome", remedy)


def _file_system(path: Path) -> str:
    """Return the kind of file system that a path is on; empty if it is not known."""
    try:
        mounts = [line.split()[1:3] for line in MOUNTS.read_text("utf-8").splitlines()]
    except OSError:
        return ""
    inside = [(place, kind) for place, kind in mounts if path.is_relative_to(place)]
    return max(inside, key=lambda each: len(each[0]))[1] if inside else ""


def _versions(installed: Callable[[str], tuple[int, ...] | None]) -> Iterator[HealthCheck]:
    prefect, alchemy, fastapi = map(installed, ("prefect", "sqlalchemy", "fastapi"))
    if installed("av") is None:
        remedy = "pip install 'labelferry[video]', so that sizes and frames of videos are checked"
        yield warn(Topic.VERSIONS, "PyAV is not installed", remedy)
    if prefect and alchemy and alchemy >= (2, 1) and prefect < (3, 9):
        remedy = "pip install 'prefect>=3.9' (or 'sqlalchemy<2.1')"
        yield bad(Topic.VERSIONS, "this Prefect schedules nothing with SQLAlchemy 2.1", remedy)
    elif prefect and fastapi and fastapi >= (0, 151) and prefect <= (3, 9, 1):
        yield bad(Topic.VERSIONS, "this Prefect needs fastapi below 0.151", "pip install 'fastapi<0.151'")
    else:
        yield ok(Topic.VERSIONS, "installed versions go together")
