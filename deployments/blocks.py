"""Blocks: the type of credentials, the storage of shards and reports, and the webhook for alerts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.filesystems import LocalFileSystem

from labelferry.errors import SpecError
from labelferry.settings import Settings
from tasks.credentials import LabelboxCredentials

__all__ = ["ensure_blocks"]

STORAGE = "local-file-system/labelferry"
ALERTS = "labelferry-alerts"


def ensure_blocks(environment: Mapping[str, str]) -> UUID | None:
    """Register our block type, and save the blocks that the environment names.

    Args:
        environment: LABELFERRY_STORAGE names the storage block (only that of this machine is created here), and
            LABELFERRY_ALERTS the URL of a webhook or the block of a notification, such as ``slack-webhook/team``.

    Returns:
        The notification block, if there is one.

    Raises:
        SpecError: when a named block does not exist.
    """
    LabelboxCredentials.register_type_and_schema()
    wanted = environment["LABELFERRY_STORAGE"]
    if wanted == STORAGE:
        folder = Settings.from_environment(environment).home / "storage"
        folder.mkdir(parents=True, exist_ok=True)
        _save(LocalFileSystem(basepath=str(folder)), "labelferry")
    else:
        _document(wanted, "LABELFERRY_STORAGE")
    alerts = environment.get("LABELFERRY_ALERTS")
    if not alerts:
        return None
    return _webhook(alerts) if alerts.startswith(("http://", "https://")) else _document(alerts, "LABELFERRY_ALERTS")


def _webhook(url: str) -> UUID:
    says = {"subject": "{{subject}}", "body": "{{body}}"}
    return _save(CustomWebhookNotificationBlock(name=ALERTS, url=url, json_data=says), ALERTS)


def _save(block: Block, name: str) -> UUID:
    saved: Any = block.save(name, overwrite=True)
    return UUID(str(saved))


def _document(slug: str, setting: str) -> UUID:
    kind, _, name = slug.partition("/")
    with get_client(sync_client=True) as client:
        try:
            return client.read_block_document_by_name(name, kind).id
        except ObjectNotFound as error:
            raise SpecError(
                f"{setting} is '{slug}', which does not exist; save this block in Prefect's UI first"
            ) from error
