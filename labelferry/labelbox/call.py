"""One call as a value: what to send, not how.

The shapes (document, variables, multipart parts) are those of the official SDK 7.17.0.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from labelferry.errors import InputError

__all__ = ["Attachment", "Call", "JsonDict", "mutation", "query"]

JsonDict = dict[str, Any]

_NAME = re.compile(r"\s*(query|mutation)\s+(\w+?)(?:PyApi)?\b")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file sent with a call; reopened for each attempt, so that a retry never sends an empty remainder."""

    source: Path | bytes = field(repr=False)
    filename: str
    content_type: str
    part: str = "1"

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.source) if isinstance(self.source, bytes) else self.source.stat().st_size

    def open(self) -> BinaryIO:
        """Return the bytes as a fresh binary stream.

        Raises:
            InputError: the file cannot be read.
        """
        if isinstance(self.source, bytes):
            return io.BytesIO(self.source)
        try:
            return self.source.open("rb")
        except OSError as error:
            raise InputError(f"{self.source}: cannot be read to be uploaded ({error.strerror})") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A GraphQL operation to send.

    Attributes:
        document: the GraphQL text; exactly one named operation.
        variables: its variables; the file's slot is added by the sender.
        repeatable: True when a second arrival does no harm, so that the call may be sent again after a lost answer.
        experimental: True for the operations that live at ``/_gql``.
        attachment: a file for the variable ``file``.
        timeout: seconds for one answer, if the policy's default is not enough.
    """

    document: str
    variables: Mapping[str, object] = field(default_factory=dict, repr=False)
    repeatable: bool
    experimental: bool = False
    attachment: Attachment | None = None
    timeout: float | None = None

    @property
    def operation(self) -> str:
        """The operation's name without the ``PyApi`` that they all end in."""
        found = _NAME.match(self.document)
        return found[2] if found else "GraphQL"

    @property
    def changes(self) -> bool:
        """Whether it changes anything at the service, by GraphQL's grammar."""
        found = _NAME.match(self.document)
        return found is None or found[1] == "mutation"


def query(document: str, *, experimental: bool = False, **variables: object) -> Call:
    """Describe a call that only reads."""
    return Call(document=document, variables=variables, repeatable=True, experimental=experimental)


def mutation(document: str, *, experimental: bool = False, timeout: float | None = None, **variables: object) -> Call:
    """Describe a call that changes something, and must not blindly be sent twice."""
    return Call(document=document, variables=variables, repeatable=False, experimental=experimental, timeout=timeout)
