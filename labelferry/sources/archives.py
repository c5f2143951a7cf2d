"""Zip archives of labels -> the files in them, within bounds: an archive may claim anything about itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from labelferry.errors import SourceError
from labelferry.files.reach import is_hidden

__all__ = ["is_archive", "members", "unpacked"]

MOST_BYTES = 4 * 2**30
"""Of all files together, unpacked."""
MOST_MEMBERS = 200_000
BLOCK = 2**20


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, and not a workbook, which is one inside."""
    return path.suffix.lower() == ".zip" and is_zipfile(path)


def members(path: Path) -> list[str]:
    """Return the names of the files in an archive that are not hidden.

    Raises:
        SourceError: when it is broken.
    """
    with _opened(path) as archive:
        return [each.filename for each in _kept(archive, path)]


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack an archive into a folder that is there inside the block.

    Raises:
        SourceError: when it is broken, too large unpacked, or a name in it leads out of the folder.
    """
    with TemporaryDirectory(prefix="labelferry-") as folder, _opened(path) as archive:
        room = MOST_BYTES
        for member in _kept(archive, path):
            room -= _extract(archive, member, Path(folder), room, path)
        yield Path(folder)


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except (BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise SourceError(f"{path}: not a readable zip archive ({error}); unpack it and name the folder") from error


def _kept(archive: ZipFile, path: Path) -> list[ZipInfo]:
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS:
        raise SourceError(f"{path}: {len(infos):,} files in one archive; unpack it and name the folder")
    return [each for each in infos if not each.is_dir() and not is_hidden(PurePosixPath(each.filename))]


def _extract(archive: ZipFile, member: ZipInfo, folder: Path, room: int, path: Path) -> int:
    """Unpack one file and return its size; the size that the archive claims for it may be a lie."""
    name = PurePosixPath(member.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
        raise SourceError(f"{path}: '{member.filename}' leads out of the archive; unpack it yourself")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(member) as source, target.open("wb") as sink:
        while block := source.read(BLOCK):
            written += len(block)
            if written > room:
                raise SourceError(f"{path}: more than {MOST_BYTES // 2**30} GB unpacked; unpack it and name the folder")
            sink.write(block)
    return written
