"""Python annotation types -> labelled videos: a Python file next to the spec that builds a list of Labels.

The file is executed, so it is accepted only from a spec that is itself a file on this machine.
"""

import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Literal

from pydantic import Field

from labelferry.errors import LabelferryError, SourceError
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.input_rules import ReaderRule
from labelferry.model.video import LabelledVideo
from labelferry.printable import said_by
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.reader import Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty

__all__ = ["READER", "PythonLabels", "read"]


class PythonLabels(LabelsEntry):
    """A Python file with a variable that is a list of ``labelferry.types.Label``."""

    format: Literal["python"]
    variable: str = Field("labels", description="Name of the variable with the list of Labels")


def read(source: Source[PythonLabels]) -> Iterator[LabelledVideo]:
    """Run the file and take its labels.

    Raises:
        SourceError: when the file fails, or has no such variable.
        AnnotationError: when a Label cannot be written without loss.
    """
    from labelferry.assemble import assemble

    entry = source.entry
    path = source.reach.file(entry.path)
    labels = _run(path, entry)
    for note in _labels_read(path, entry.path):
        source.note(note)
    if not isinstance(labels, (list, tuple)):
        raise SourceError(f"{entry.path}: '{entry.variable}' is not a list of Labels; set it to one")
    # As they are stored: a subclass may iterate over something else, without end.
    plain = list.copy(labels) if isinstance(labels, list) else tuple.__getitem__(labels, slice(None))
    if not plain:
        raise empty(entry.path, f"'{entry.variable}' is empty")
    yield from assemble(plain, entry.path)


def _run(path: Path, entry: PythonLabels) -> object:
    try:
        with redirect_stdout(sys.stderr):  # its prints must not mix with the command's output
            scope = runpy.run_path(str(path), run_name="labels")
    except LabelferryError as error:
        raise SourceError(f"{entry.path}:{_line(error, path)}: {error}") from error
    except (Exception, SystemExit) as error:  # whatever the user's file raises must be fixed there
        raise SourceError(
            f"{entry.path}:{_line(error, path)}: {type(error).__name__}: {said_by(error)}; fix the file"
        ) from error
    if entry.variable not in scope:
        raise SourceError(f"{entry.path}: has no variable '{entry.variable}'; name it in the spec with variable: ...")
    return scope[entry.variable]


def _labels_read(path: Path, shown: str) -> Iterator[Finding]:
    """Yield a finding for each file of labels beside this one that it names: a reader may know more about it."""
    from labelferry.sources.sniff import recognise  # which knows all readers, this one too

    code = path.read_text("utf-8", errors="ignore")
    for file in sorted(path.parent.iterdir()):
        if file == path or not file.is_file() or file.name not in code:
            continue
        with suppress(SourceError):
            if found := recognise(file):
                rule = ReaderRule.LABELS_OF_A_FORMAT
                yield rule.at(Where(shown), file=file.name, format=found[0].format)


def _line(error: BaseException, path: Path) -> int:
    """Return the last line of the user's own file that led to the error."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return (frames[-1].lineno or 1) if frames else 1


def _never(_look: Glance) -> Guess | None:
    """Code is run only when it was asked for."""
    return None


READER = Reader(
    PythonLabels,
    read,
    _never,
    endings=(".py",),
    signs="never by itself: the file is run, so a spec has to name the format",
    takes="what the annotation types of the official client hold",
    leaves="nothing",
)
