"""A folder -> what is in it: videos, folders of pictures, labels by their format, and files that are none of these.

Labels are recognised as ``labelferry.read`` recognises them. A folder is one unit where a format spreads a video over
many files; every other file of labels is a unit of its own.
"""

import os
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from labelferry.errors import SourceError
from labelferry.files.reach import is_hidden
from labelferry.sources.manifest import PICTURE_ENDINGS
from labelferry.sources.media_beside import VIDEO_ENDINGS
from labelferry.sources.reader import Guess, Reader
from labelferry.sources.sniff import recognise

__all__ = ["FoundVideo", "Inventory", "LabelUnit", "take_inventory"]

MOST_FILES = 100_000
"""Files beyond which a folder is not one data set but a disk."""
FRAMES = {"img1", "images", "image", "frames", "jpegimages", "rgb", "img"}
"""Names of folders whose pictures are the frames of a video; the folder above has its name."""
NO_LABELS = {".md", ".pdf", ".docx", ".py", ".ipynb", ".ini", ".yaml", ".yml", ".log", ".srt", ".vtt", ".part", ".ytdl"}
"""Endings of files that stand next to videos and are not labels of them; code is never run to find out."""
SIDE_FILES = (".info.json", ".live_chat.json")
"""What yt-dlp writes next to a video."""
FEWEST_PICTURES = 2


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """A video file, or the one that could be made of a folder of pictures.

    Args:
        path: relative to the folder that was looked at.
        pictures: the pattern of the pictures that it would have to be made of; empty for a file that exists.
    """

    path: PurePosixPath
    pictures: str = ""


@dataclass(frozen=True, slots=True)
class LabelUnit:
    """Labels that are read at once.

    Args:
        path: of the file, or of the folder; relative to the folder that was looked at.
        reader: the format.
        guess: how it was recognised.
        files: the files of a folder; of a file, itself.
        inside: the pattern of the files in a folder; empty for a file.
    """

    path: PurePosixPath
    reader: Reader[Any]
    guess: Guess
    files: tuple[PurePosixPath, ...]
    inside: str = ""


@dataclass(slots=True)
class Inventory:
    """What a folder contains.

    Args:
        videos: the video files, then those that could be made of pictures.
        units: the labels.
        unread: files that were not recognised.
        doubts: files that could be of several formats, with the formats.
    """

    videos: list[FoundVideo] = field(default_factory=list)
    units: list[LabelUnit] = field(default_factory=list)
    unread: list[PurePosixPath] = field(default_factory=list)
    doubts: list[tuple[PurePosixPath, str]] = field(default_factory=list)


def take_inventory(root: Path) -> Inventory:
    """Look at everything below a folder but hidden files, without following links to folders.

    Raises:
        SourceError: when it has more files than a data set has.
    """
    found, seen = Inventory(), 0
    for folder, names in _folders(root):
        seen += len(names)
        if seen > MOST_FILES:
            raise SourceError(f"{root}: more than {MOST_FILES:,} files; give the folder of one data set")
        _look_into(root, folder, names, found)
    found.videos.sort(key=lambda video: (bool(video.pictures), video.path))
    return found


def _folders(root: Path) -> Iterator[tuple[PurePosixPath, list[str]]]:
    for place, inner, names in os.walk(root):
        folder = Path(place)
        inner[:] = sorted(name for name in inner if not is_hidden(PurePosixPath(name)))
        kept = sorted(name for name in names if not is_hidden(PurePosixPath(name)) and (folder / name).is_file())
        yield PurePosixPath(folder.relative_to(root).as_posix()), kept


def _look_into(root: Path, folder: PurePosixPath, names: list[str], found: Inventory) -> None:
    videos, rest = _parted(names, VIDEO_ENDINGS)
    pictures, _ = _parted(rest, PICTURE_ENDINGS)
    found.videos += [FoundVideo(folder / name) for name in videos]
    taken = {*pictures}
    if whole := _folder_unit(root, folder, rest, pictures, found):
        found.units.append(whole)
        taken |= {path.name for path in whole.files}
    elif len(pictures) >= FEWEST_PICTURES:
        found.videos.append(_of_pictures(root, folder, pictures))
    for name in rest:
        if name not in taken:
            _look_at(root, folder / name, found)


def _parted(names: Iterable[str], endings: Container[str]) -> tuple[list[str], list[str]]:
    """The names that have one of the endings, and the others."""
    have: list[str] = []
    others: list[str] = []
    for name in names:
        (have if _suffix(name) in endings else others).append(name)
    return have, others


def _folder_unit(
    root: Path, folder: PurePosixPath, names: list[str], pictures: list[str], found: Inventory
) -> LabelUnit | None:
    """The unit that a folder's own files are together, if they are one."""
    ending = _ending_together(folder, names, pictures)
    if not ending:
        return None
    try:
        known = recognise(root / folder)
    except SourceError as error:
        found.doubts.append((folder, str(error)))
        return None
    if known is None or not known[0].entry.together:
        return None
    inside = PurePosixPath(str(known[1].options.get("path", f"*{ending}"))).name
    files = tuple(folder / name for name in names if PurePosixPath(name).match(inside))
    return LabelUnit(folder, *known, files, inside) if files else None


def _ending_together(folder: PurePosixPath, names: list[str], pictures: list[str]) -> str:
    """The ending of files that may be one unit: masks, or texts by frame."""
    if pictures and all(_suffix(name) == ".png" for name in pictures):
        return "" if folder.name.lower() in FRAMES else ".png"
    return ".txt" if not pictures and any(_suffix(name) == ".txt" for name in names) else ""


def _of_pictures(root: Path, folder: PurePosixPath, pictures: list[str]) -> FoundVideo:
    named = folder.parent if folder.name.lower() in FRAMES else folder
    name = named.name or root.resolve().name
    return FoundVideo(named.parent / f"{name}.mp4", str(folder / f"*{PurePosixPath(pictures[0]).suffix}"))


def _look_at(root: Path, path: PurePosixPath, found: Inventory) -> None:
    if _suffix(path.name) in NO_LABELS or path.name.lower().endswith(SIDE_FILES):
        return
    try:
        known = recognise(root / path)
    except SourceError as error:
        found.doubts.append((path, str(error)))
        return
    if known is None:
        found.unread.append(path)
    else:
        found.units.append(LabelUnit(path, *known, (path,)))


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
