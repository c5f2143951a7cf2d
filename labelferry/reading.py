"""A file or folder of labels -> labelled videos, without a spec: its format recognised, or named."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.listing import shorten
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.input_rules import ReaderRule
from labelferry.model.keys import legal
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo
from labelferry.regular import is_regular
from labelferry.sources.archives import is_archive, unpacked
from labelferry.sources.folders import sources_of
from labelferry.sources.glance import Glance
from labelferry.sources.media_beside import MediaBeside
from labelferry.sources.reader import Guess, Reader
from labelferry.sources.registry import READERS, read_labels, reader_of
from labelferry.sources.sniff import recognise

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reading", "read"]

log = logging.getLogger("labelferry")

GENERIC = re.compile(
    r"gt|det|dets|gt_whole|annotations?|labels?|instances?(_.*)?|results?|tracks?|train|val|test|data|default|trajectories(_csv)?|.*\d{13,}.*",
    re.IGNORECASE,
)
"""Names of files and folders that say nothing about the video."""
OTHERWISE = "convert other formats to a CSV table with the columns frame, track, class, left, top, width, height"


class Reading(Iterator[LabelledVideo]):
    """Labelled videos, one after another, and what there was to say about them.

    Args:
        path: the file or folder.
        format_name: its format; recognised when None.
        media: what is known of the videos.
        options: of the format, as in a spec.
    """

    def __init__(self, path: Path, format_name: str | None, media: Media, options: Mapping[str, Any]) -> None:
        self.path, self.options = path, options
        self.media = MediaBeside(path, media)
        self.findings: list[Finding] = []
        self.formats: dict[str, str] = {}
        """The formats that were found, each with what it was recognised by."""
        self._stack = ExitStack()
        self._root = root = self._stack.enter_context(unpacked(path)) if is_archive(path) else path
        self._videos = self._read(root, list(self._parts(root, format_name)))

    def __next__(self) -> LabelledVideo:
        try:
            return next(self._videos)
        except SourceError as error:
            error.args = (self._shown(str(error)), *error.args[1:])
            raise

    def _shown(self, text: str) -> str:
        """A text with the path of the archive for that of the folder that it was unpacked into."""
        return text.replace(str(self._root), str(self.path))

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the rest of the videos as one table; see ``LabelledVideo.to_dataframe``."""
        from labelferry.dataframe import to_dataframe

        return to_dataframe(self)

    def _parts(self, root: Path, format_name: str | None) -> Iterator[tuple[Path, Reader[Any], Guess]]:
        """Yield what is read at once, a folder or a file, with its reader."""
        if format_name is not None:
            yield root, *_named(root, format_name)
            return
        if found := recognise(root):
            yield root, *found
            return
        if not root.is_dir():
            raise SourceError(f"{self.path}: not recognised as labels; {_possible(self.path)}")
        yield from self._files(root)

    def _files(self, root: Path) -> Iterator[tuple[Path, Reader[Any], Guess]]:
        found, skipped = 0, []
        for name in Glance(root).files:
            if known := recognise(root / name):
                found += 1
                yield root / name, *known
            else:
                skipped.append(name)
        if not found:
            shown = ", ".join(shorten(skipped, 5)) or "none"
            raise SourceError(
                f"{self.path}: no file in this folder was recognised as labels ({shown}); name its format; {OTHERWISE}"
            )
        if skipped:
            rule = ReaderRule.FILES_NOT_READ
            self._note(rule.at(Where(str(self.path)), count=len(skipped), first=skipped[0]))

    def _read(self, root: Path, parts: list[tuple[Path, Reader[Any], Guess]]) -> Iterator[LabelledVideo]:
        with self._stack:
            for path, reader, guess in parts:
                self.formats.setdefault(reader.format, guess.why)
                yield from self._part(path, root, reader, guess)

    def _part(self, path: Path, root: Path, reader: Reader[Any], guess: Guess) -> Iterator[LabelledVideo]:
        named = "global_key" in reader.entry.model_fields and reader.entry.model_fields["global_key"].is_required()
        key = {"global_key": "{stem}"} if named else {}
        if "on_class_change" in reader.entry.model_fields:
            key["on_class_change"] = "split"  # reading alone needs no decision: nothing is lost, and a finding says so
        options = {**key, **guess.options, **self.options}
        self._note_assumed(path, guess)
        if options.get("global_key") == "{stem}":
            options["global_key"] = self._key(path, root)
        inside = str(options.pop("path", ""))
        shown = f"{escape(str(path))}/{inside}" if path.is_dir() else str(path)
        entry = _entry(reader, {"format": reader.format, "path": shown, **options})
        for source in sources_of(entry, Reach(Path.cwd()), self._note, self.media, lenient=True):
            yield from read_labels(source)

    def _note_assumed(self, path: Path, guess: Guess) -> None:
        """Report the options that were assumed."""
        if "class_name" in guess.options.keys() - self.options.keys():
            self._note(ReaderRule.CLASS_UNNAMED.at(Where(str(path)), name=guess.options["class_name"]))
        if guess.doubt and "layout" in guess.options.keys() - self.options.keys():
            rule = ReaderRule.LAYOUT_ASSUMED
            self._note(rule.at(Where(str(path)), doubt=guess.doubt, layout=guess.options["layout"]))
        if "header" in guess.options.keys() - self.options.keys():
            said = {"names": ", ".join(guess.options["header"]), "end": guess.options["end"]}
            rule = ReaderRule.HEADER_ASSUMED
            self._note(rule.at(Where(str(path), 1), base=guess.options["frame_base"], **said))
        if "classes" in guess.options.keys() - self.options.keys():
            numbers = list(guess.options["classes"])
            shown = ", ".join(map(str, shorten([str(each) for each in numbers], 10)))
            rule = ReaderRule.CLASS_NUMBERS
            self._note(rule.at(Where(str(path)), column="class", numbers=shown, first=str(numbers[0])))

    def _key(self, path: Path, root: Path) -> str:
        """The video's name, as the file or the folders above it have it."""
        whole = self.path.absolute() if path == root else self.path.absolute() / path.relative_to(root)
        for name in (whole.stem, *(parent.name.removesuffix(".zip") for parent in whole.parents)):
            if name and not GENERIC.fullmatch(name):
                return legal(name)
        return legal(whole.stem)

    def _note(self, finding: Finding) -> None:
        if finding.where:
            finding = replace(finding, where=replace(finding.where, source=self._shown(finding.where.source)))
        if finding in self.findings:  # the same of each video
            return
        self.findings.append(finding)
        log.warning("%s", finding)


def read(
    path: str | Path,
    format: str | None = None,  # noqa: A002  what a spec calls it
    *,
    width: int | None = None,
    height: int | None = None,
    fps: float | None = None,
    frame_count: int | None = None,
    **options: Any,
) -> Reading:
    """Read labels of any known format.

    Args:
        path: a file, a folder or a zip archive.
        format: the name of its format in a spec; recognised when it is left out.
        width: of the video in pixels, for formats that count in fractions of it and do not say it.
        height: of the video in pixels.
        fps: frames per second, for formats that count in seconds.
        frame_count: of the video.
        options: of the format, as in a spec; but a track whose class changes is split, with a finding, unless
            ``on_class_change`` says otherwise.

    Returns:
        The labelled videos, read while they are taken; ``findings`` has what there was to say about them so far.

    Raises:
        SourceError: when the format is not recognised or in doubt, or the labels cannot be read.
    """
    whole = Path(path)
    if not whole.is_dir() and not is_regular(whole):
        raise SourceError(f"{path}: no such folder or regular file; give the path of labels")
    return Reading(whole, format, Media(width, height, fps, frame_count), options)


def _named(path: Path, format_name: str) -> tuple[Reader[Any], Guess]:
    reader = reader_of(format_name)
    if reader is None:
        raise SourceError(f"{path}: no format '{format_name}'; use one of {_known()}")
    return reader, reader.recognise(Glance(path)) or Guess(0, "named")


def _known() -> str:
    return ", ".join(each.format for each in READERS)


def _possible(path: Path) -> str:
    """Which formats a file that none recognised could have, by its ending."""
    ending = path.suffix.lower()
    fits = [each for each in READERS if ending in each.endings] or list(READERS)
    named = ", ".join(each.format for each in fits)
    if len(fits) == len(READERS):
        return f"if it is text, say format= one of {named}"
    return f"a {ending} file could be {named}: say it, as in format={fits[0].format!r}; {OTHERWISE}"


def _entry(reader: Reader[Any], options: Mapping[str, Any]) -> Any:
    try:
        return reader.entry.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "options"
        said = str(first["msg"]).removeprefix("Value error, ")
        known = ", ".join(name for name in reader.entry.model_fields if name not in ("path", "format"))
        raise SourceError(
            f"{options['path']}: {place}: {said}; format {reader.format} takes {known or 'no options'}"
        ) from error
