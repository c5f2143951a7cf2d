"""Bytes -> a URL at the service. A second upload is only a second file, so this may be repeated."""

import mimetypes
from pathlib import Path

from labelferry.errors import InputError
from labelferry.labelbox.call import Attachment, Call
from labelferry.labelbox.resource import Resource, present

__all__ = ["UploadResource"]

UPLOAD_FILE = """mutation UploadFile($file: Upload!, $contentLength: Int!, $sign: Boolean) {
  uploadFile(file: $file, contentLength: $contentLength, sign: $sign) { url filename } }"""


class UploadResource(Resource):
    """Uploaded files."""

    def send(
        self,
        source: Path | str | bytes,
        filename: str | None = None,
        content_type: str | None = None,
        *,
        sign: bool = False,
    ) -> str:
        """Upload a file, streamed from disk, and return its URL.

        Args:
            source: a path, or the bytes themselves.
            filename: the name at the service; by default the path's own.
            content_type: guessed from the name if not given.
            sign: whether to request a URL that opens without a key.

        Raises:
            InputError: the file does not exist or is empty.
        """
        attachment = attached(source, filename or _name(source), content_type)
        call = Call(
            document=UPLOAD_FILE,
            variables={"contentLength": attachment.size, "sign": sign},
            repeatable=True,
            attachment=attachment,
        )
        return str(present(self._wire.send(call).get("uploadFile"), "the uploaded file")["url"])


def attached(source: Path | str | bytes, filename: str, content_type: str | None = None, part: str = "1") -> Attachment:
    """Return a source as an attachment.

    Raises:
        InputError: the file does not exist or is empty.
    """
    source = Path(source) if isinstance(source, str) else source
    if isinstance(source, Path) and not source.is_file():
        raise InputError(f"{source}: the file to upload does not exist")
    guessed = content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream"
    attachment = Attachment(source, filename, guessed, part)
    if attachment.size == 0:
        raise InputError(f"{filename}: the file to upload is empty")
    return attachment


def _name(source: Path | str | bytes) -> str:
    return "upload" if isinstance(source, bytes) else Path(source).name
