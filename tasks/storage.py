"""Shards and reports in a Prefect storage block, so that a worker on another machine can continue an onboarding."""

from pathlib import Path
from typing import Protocol, cast

from prefect.blocks.core import Block

from labelferry.desired.folder import APPLIED, home_of
from labelferry.settings import Settings
from tasks.base import step

__all__ = ["bring", "keep_files"]


@step("keep-files")
def keep_files(folder: Path) -> None:
    """Copy a desired state, its shards and the reports to the storage in LABELFERRY_STORAGE, if it is set."""
    settings, name = Settings.from_environment(), folder.parent.name
    if settings.storage is None:
        return
    storage = _storage(settings.storage)
    storage.put_directory(str(folder), f"{home_of(name)}/{folder.name}")
    storage.write_path(f"{home_of(name)}/{APPLIED}", folder.name.encode())
    for report in settings.reports.glob(f"{name}.*"):
        storage.write_path(f"{settings.reports.name}/{report.name}", report.read_bytes())


def bring(name: str) -> None:
    """Fetch the desired state of an onboarding's latest run, if that was on another machine."""
    settings = Settings.from_environment()
    if settings.storage is None:
        return
    storage, parent = _storage(settings.storage), settings.home / home_of(name)
    try:
        folder = storage.read_path(f"{home_of(name)}/{APPLIED}").decode()
    except (ValueError, FileNotFoundError):
        return  # never stored there; whatever looks for it locally reports that
    if not (parent / folder).exists():
        storage.get_directory(f"{home_of(name)}/{folder}", str(parent / folder))
    (parent / APPLIED).write_text(folder, "utf-8")


class _Storage(Protocol):
    """The interface of a storage block, as called from synchronous code."""

    def put_directory(self, local_path: str, to_path: str) -> object: ...
    def get_directory(self, from_path: str, local_path: str) -> object: ...
    def read_path(self, path: str) -> bytes: ...
    def write_path(self, path: str, content: bytes) -> object: ...


def _storage(slug: str) -> _Storage:
    return cast("_Storage", Block.load(slug))
