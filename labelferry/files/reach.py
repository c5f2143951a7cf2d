"""The files that a spec may name: a path as written -> the regular file that it means.

A spec by path belongs to its owner and reads what its owner can read. A spec that was pasted, filled in or fetched is
not trusted: with links resolved it reads only files below one folder, and errors about them never quote their content,
because it may name any file.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from labelferry.errors import EmptySourceError, InputError, SourceError
from labelferry.listing import brief
from labelferry.regular import is_regular

__all__ = ["Reach", "is_hidden", "is_many"]

SETTING = "LABELFERRY_SPECS"


@dataclass(frozen=True, slots=True)
class Reach:
    """The files that the paths of a spec can reach.

    Args:
        base: folder that its paths are relative to; None when it may read nothing.
        confined: whether the spec is not trusted, and reads nothing outside ``base``.
        fetched: files with what was fetched from servers, by its URL.
    """

    base: Path | None
    confined: bool = False
    fetched: Mapping[str, Path] = field(default_factory=dict, hash=False)

    @property
    def relative(self) -> str:
        """What paths are relative to, as text."""
        return f"paths are relative to {SETTING}" if self.confined else "paths are relative to the spec"

    def file(self, path: str) -> Path:
        """Return the file that a path means.

        Raises:
            SourceError: when it does not exist, is not a regular file, or may not be read.
        """
        found = self.find(path)
        if found is None:
            raise SourceError(f"{brief(path)}: no such file under {self.base}, or not a regular one; {self.relative}")
        return found

    def find(self, path: str) -> Path | None:
        """Return the file that a path means, or None when it does not exist or is not a regular file.

        Raises:
            SourceError: when it may not be read.
        """
        if path in self.fetched:
            return self.fetched[path]
        whole = self._folder(path) / path
        try:
            whole = self._resolved(whole, path) if self.confined else whole
            return whole if is_regular(whole) else None
        except (OSError, RuntimeError, ValueError) as error:  # too long, a loop of links, a NUL
            raise SourceError(f"{brief(path)!r}: cannot be read ({_reason(error)}); correct the path") from error

    def files(self, pattern: str) -> list[str]:
        """Return the files that a pattern matches in the order of their names, relative to ``base`` if below it.

        Args:
            pattern: such as ``labels/*.txt``; a folder, ``labels/``, means its files. Hidden files are left out, and
                those that a system or an office program leaves beside others, unless the pattern names them; the
                ending may be in upper case.

        Raises:
            SourceError: when none matches, it is not a pattern, or a match may not be read.
        """
        base = self._folder(pattern)
        try:
            found = sorted(_matches(pattern, base))
            for path in found if self.confined else ():
                self._resolved(path, pattern)
        except (OSError, RuntimeError, ValueError) as error:
            raise SourceError(f"{brief(pattern)!r}: not a pattern of files ({_reason(error)}); correct it") from error
        if not found:
            remedy = "correct the pattern, put a file there, or say on_empty: warn"
            raise EmptySourceError(brief(pattern), f"no file under {base} matches", remedy)
        return [str(path.relative_to(base) if path.is_relative_to(base) else path) for path in found]

    def named(self, path: str) -> list[str]:
        """Return the files that a path of a spec names: itself, or those that it matches when it is a pattern.

        A file of exactly that name is meant even if it could be a pattern, as in ``clip [abc].txt``.

        Raises:
            SourceError: as ``files`` does.
        """
        return self.files(path) if is_many(path) and self.find(path) is None else [path]

    @contextmanager
    def unquoted(self, path: str, what: str) -> Iterator[None]:
        """Replace errors about an untrusted spec's file by one with its place and expected kind that quotes nothing.

        Args:
            path: the file, as the spec names it; the error may be more precise when there are several.
            what: the expected kind, such as ``a table of videos``.

        Raises:
            SourceError: instead of the error that was raised inside.
        """
        try:
            yield
        except InputError as error:
            if not self.confined:
                raise
            file = error.file or path
            place = file if error.line is None else f"{file}:{error.line}"
            # From None: what Prefect logs of an error includes what it came from.
            raise SourceError(
                f"{place}: cannot be read as {what}; files of a pasted or fetched spec are never quoted, so save the "
                "spec as a file and run labelferry check on it to see the error"
            ) from None

    def _folder(self, path: str) -> Path:
        """Return the folder that a path begins in, unless the path itself leads outside."""
        shown = brief(path)
        if self.base is None:
            raise SourceError(
                f"{shown}: a pasted or fetched spec reads no files; set {SETTING} to the folder that such specs may "
                "read, or give the path of a spec file"
            )
        if self.confined and (PurePath(path).is_absolute() or ".." in PurePath(path).parts):
            raise SourceError(f"{shown}: a pasted or fetched spec reads only files below {SETTING}; {self.relative}")
        return self.base

    def _resolved(self, whole: Path, path: str) -> Path:
        there, base = whole.resolve(), self._folder(path).resolve()
        if not there.is_relative_to(base):
            raise SourceError(f"{brief(path)}: a link leads out of {base}; put the file itself there")
        return there


def is_many(path: str) -> bool:
    """Whether a path is a pattern or a folder."""
    return path.endswith("/") or any(sign in path for sign in "*?[")


def is_hidden(path: PurePath) -> bool:
    """Whether a file is hidden, or one that a system or an office program leaves beside others."""
    return not _is_meant(path, set())


def _matches(pattern: str, base: Path) -> Iterator[Path]:
    wanted = PurePath(f"{pattern}*" if pattern.endswith("/") else _any_case(pattern))
    root = Path(wanted.anchor) if wanted.is_absolute() else base
    shown = set(wanted.parts)
    for path in root.glob(str(wanted.relative_to(wanted.anchor))):
        if _is_meant(path.relative_to(root), shown) and is_regular(path):
            yield path


def _is_meant(path: PurePath, shown: Collection[str]) -> bool:
    """Whether no part of a path is hidden but those of ``shown``."""
    return not any(part.startswith(LEFT_BEHIND) for part in path.parts if part not in shown and part != "..")


def _any_case(pattern: str) -> str:
    """The pattern, its ending in any case: a camera writes .MP4."""
    stem, dot, ending = pattern.rpartition(".")
    if not dot or not ending.isalnum():
        return pattern
    return f"{stem}.{''.join(f'[{each.lower()}{each.upper()}]' if each.isalpha() else each for each in ending)}"


LEFT_BEHIND = (".", "~$", "__MACOSX")
"""What the names of such files and folders begin with."""


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
