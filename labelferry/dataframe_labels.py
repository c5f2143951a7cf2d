"""A table of pandas -> labelled videos, for any table that a file may have.

The table is read as the formats ``table`` (boxes and points), ``ranges`` or ``pose`` read a file of it.
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        format: how it is read, ``table`` or ``ranges``; recognised when it is left out.
        options: of the format, as in a spec, and ``width``, ``height``, ``fps``, ``frame_count`` of the video.

    Raises:
        SourceError: when a column is missing or a cell is not what it should be; rows count from 1.
    """
    import pyarrow as pa

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
