"""What a resolver may reach: the transaction, and the host that was asked. Nothing of HTTP beyond that."""

from dataclasses import dataclass
from typing import BinaryIO

from labelferry.localbox.state.database import Session
from labelferry.localbox.state.filestore import absolute


@dataclass(frozen=True)
class Upload:
    """A file that came with a request."""

    stream: BinaryIO
    name: str
    content_type: str | None


@dataclass(frozen=True)
class Context:
    """One request's view of localbox."""

    session: Session
    base_url: str

    def url(self, reference: str | None) -> str | None:
        """A file's reference as a URL that the client can reach."""
        return absolute(reference, self.base_url)
