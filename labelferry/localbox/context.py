"""What a resolver may use: the transaction and the requested host. Nothing else of HTTP."""

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
        """Return a file's reference as a URL that the client can reach."""
        return absolute(reference, self.base_url)
