"""The key of Labelbox as a Prefect block: flows and tasks pass its name, and each process loads the key for itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from prefect.blocks.abstract import CredentialsBlock
from prefect.settings import PREFECT_UI_URL
from pydantic import Field, HttpUrl, SecretStr

from labelferry.errors import SpecError
from labelferry.labelbox import DEFAULT_ENDPOINT, Client
from labelferry.remote import Remote, open_remote
from labelferry.settings import Settings

__all__ = ["LabelboxCredentials", "reference", "sent_to", "settings_of"]


def logo() -> HttpUrl | None:
    """Return the URL of a picture on Prefect's own server, so that it shows even if no other host can be reached.

    Prefect accepts only http(s) URLs for it, not the picture itself.
    """
    ui = PREFECT_UI_URL.value()
    return HttpUrl(f"{ui}/v2/ico/android-chrome-192x192.png") if ui else None


class LabelboxCredentials(CredentialsBlock):
    """The endpoint of Labelbox, and its key."""

    _block_type_name = "Labelbox Credentials"
    _block_type_slug = "labelbox-credentials"
    _logo_url = logo()

    api_key: SecretStr = Field(description="API key, from Labelbox's workspace settings")
    endpoint: str = Field(DEFAULT_ENDPOINT, description="GraphQL URL of Labelbox, or of a localbox")

    def get_client(self) -> Client:
        """Return a client, which the caller must close."""
        return Client(self.api_key, self.endpoint)

    def saved_as(self) -> str:
        """Return the name under which any process can load this block.

        Raises:
            SpecError: when the block has none.
        """
        if self._block_document_name is None:
            raise SpecError("credentials: the block is not saved; save it under a name, and choose that")
        return self._block_document_name


@contextmanager
def sent_to(credentials: LabelboxCredentials | None) -> Iterator[Remote]:
    """Yield the Labelbox of the block; without one, that of the environment, or an embedded localbox.

    Raises:
        SpecError: when the block was never saved, so no other process could load it.
    """
    if credentials is None:
        with open_remote(Settings.from_environment()) as remote:
            yield remote
        return
    yield Remote("Labelbox", credentials.endpoint, credentials=credentials.saved_as())


def settings_of(remote: Remote) -> Settings:
    """Return the settings of this process, with the key of the block that ``remote`` names."""
    settings = Settings.from_environment()
    if remote.credentials is None:
        return settings
    block = cast("LabelboxCredentials", LabelboxCredentials.load(remote.credentials))  # typed as possibly a coroutine
    return replace(settings, api_key=block.api_key, endpoint=block.endpoint)


def reference(remote: Remote) -> dict[str, Any] | None:
    """Return the block that ``remote`` names, as a parameter of another run, which stores this and never the key."""
    slug = f"{LabelboxCredentials.get_block_type_slug()}/{remote.credentials}"
    return None if remote.credentials is None else {"$ref": {"block_document_slug": slug}}
