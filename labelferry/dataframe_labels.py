"""A table of pandas -> labelled videos, for any table that a file may have.

The table is read as the formats ``table`` (boxes and points), ``ranges`` or ``pose`` read a file of it, or as what
``to_dataframe`` returned.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.dataframe_back import is_own, read_own
from labelferry.errors import SourceError
from labelferry.model.video import LabelledVideo
from labelferry.reading import read

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_dataframe"]

NAME = "DataFrame.parquet"


def from_dataframe(
    table: "pd.DataFrame",
    format: str | None = None,  # noqa: A002  what a spec calls it
    **options: Any,
) -> list[LabelledVideo]:
    """Return the labels of a table, as ``labelferry.read`` returns those of a file.

    Args:
        table: one row a box, point or range; its index plays no part.
        format: how it is read, ``table`` or ``ranges``; recognised when it is left out, as is a table of
            ``to_dataframe``.
        options: of the format, as in a spec, and ``width``, ``height``, ``fps``, ``frame_count`` of the video. For a
            table of ``to_dataframe``: ``questions``, the way each is answered (radio, checklist or text) by its name.

    Raises:
        SourceError: when a column is missing or a cell is not what it should be; rows count from 1.
    """
    import pyarrow as pa

    if format is None and is_own(table):
        return read_own(table, options.pop("questions", {}))
    with tempfile.TemporaryDirectory(prefix="labelferry-") as folder:
        path = Path(folder) / NAME
        try:
            table.to_parquet(path, index=False)
        except (pa.ArrowException, ValueError, TypeError) as error:
            what = "a column has values of several types, or the names of columns are not texts"
            raise SourceError(f"DataFrame: {what} ({error}); make each one of one type") from error
        found = list(read(path, format, **options))
    if any(video.row.global_key == path.stem for video in found):
        raise SourceError("DataFrame: no column says the video; add a column global_key, or say global_key='clip.mp4'")
    return found
