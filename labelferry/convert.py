"""Python annotation objects -> NDJSON: the two functions that need nothing but labels."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from labelferry.assemble import assemble
from labelferry.ndjson import encode
from labelferry.private import BUFFER
from labelferry.types import Label

__all__ = ["to_ndjson", "write_ndjson"]


def to_ndjson(labels: Iterable[Label]) -> Iterator[dict[str, Any]]:
    """Yield one JSON object for each import line of ``labels``.

    Every line has ``dataRow`` and a ``uuid`` that depends only on the content, unless the caller gave one. No label is
    changed, and nothing is yielded before all labels were found valid.

    Raises:
        AnnotationError: with each label that cannot be written without loss, its annotation, frame and remedy.
    """
    for line in encode(assemble(labels)):
        yield line.data


def write_ndjson(labels: Iterable[Label], path: str | os.PathLike[str]) -> int:
    """Write the lines of ``labels`` to ``path`` and return how many there are.

    The file appears completely or not at all.

    Raises:
        AnnotationError: as for ``to_ndjson``; then the file is not touched.
    """
    target, count = Path(path), 0
    with tempfile.NamedTemporaryFile("wb", BUFFER, dir=target.parent, prefix=f".{target.name}.", delete=False) as out:
        draft = Path(out.name)
        try:
            for line in encode(assemble(labels)):
                out.write(line.body + b"\n")
                count += 1
        except BaseException:
            draft.unlink()
            raise
    draft.chmod(0o644)
    draft.replace(target)
    return count
