"""Tables of boxes -> LabelledVideo: CSV, TSV, Parquet, Excel or JSON lines, one row per box in a frame.

The columns are found by their names (see ``columns``) or given. Nothing here is a standard: it is what a pandas user
has after a detector or a tracker. What the table leaves open is decided in ``table_parts``, with a finding.
"""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from labelferry.model import LabelledVideo
from labelferry.sources.box_store import BoxStore
from labelferry.sources.columns import Form, NormalizedUnit, part_of
from labelferry.sources.keys import GlobalKey
from labelferry.sources.numbering import ClassId, ClassName, GappedEntry
from labelferry.sources.reader import Reader
from labelferry.sources.sheet_files import sheets_of
from labelferry.sources.source import Source
from labelferry.sources.table_parts import recognise
from labelferry.sources.table_rows import TableRows

__all__ = ["READER", "TableLabels", "read"]


class TableLabels(GappedEntry):
    """A table of boxes and what its columns do not say."""

    format: Literal["table"]
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Column by part: global_key, frame, track, class, segment, visible, and left, top, width, height, "
        "right, bottom, cx, cy as the boxes need them, or x, y of points",
    )
    header: list[str] | None = Field(
        default=None, min_length=4, description="Names of the columns, for a table whose first line has none"
    )
    box: Form | None = Field(
        default=None,
        description="How a box is written: corner and size, two corners, or centre and size; or a point (xy); by "
        "default as named",
    )
    normalized: NormalizedUnit = Field(
        default=None,
        description="Coordinates are fractions of the picture's width and height (true), percent of them, or pixels "
        "(false, the default)",
    )
    width: int | None = Field(
        default=None, gt=0, description="Width in pixels, when normalized; by default the video's own"
    )
    height: int | None = Field(
        default=None, gt=0, description="Height in pixels, when normalized; by default the video's own"
    )
    global_key: GlobalKey | None = Field(default=None, description="The video, when no column says it")
    track_name: ClassName | None = Field(
        default=None, description="The track of all rows, when no column says it and they are one object"
    )
    class_name: ClassName | None = Field(default=None, description="The class, when no column says it")
    classes: dict[ClassId, ClassName | None] = Field(
        default_factory=dict,
        description="New name by the table's class, or null to leave the class out; others stay as they are",
    )

    @field_validator("columns")
    @classmethod
    def _known_parts(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := [name for name in columns if part_of(name) is None]:
            raise ValueError(f"unknown part {', '.join(unknown)}; see the documentation of tables for the known parts")
        return columns

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.width is None) != (self.height is None):
            raise ValueError("give both width and height of the video in pixels, or neither")
        told = {part_of(name) for name in self.columns}
        for option, part in (("global_key", "global_key"), ("class_name", "class"), ("track_name", "track")):
            if part in told and getattr(self, option):
                raise ValueError(f"both the option {option} and a column for it; keep one")
        return self


def read(source: Source[TableLabels]) -> Iterator[LabelledVideo]:
    """Read a table: a video for each global key, a track for each track id in it, in the order of the rows.

    Args:
        source: the file and its options, and the sizes of the videos; takes findings about what the table leaves open.

    Yields:
        One video for each global key.

    Raises:
        SourceError: when the table is malformed, lacks a column, or a track has two boxes in a frame or two classes.
    """
    with BoxStore() as store:
        rows = TableRows(source, store)
        for sheet in sheets_of(source.reach.file(source.file), source.file, source.entry.header):
            rows.add(sheet)
        yield from rows.videos()


READER = Reader(
    TableLabels,
    read,
    recognise,
    endings=(
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".parquet",
        ".jsonl",
        ".json",
    ),
    signs="CSV, TSV, Excel, Parquet, JSON lines or JSON with columns for frame and box or point, by their usual names; "
    "in JSON also in lists of each frame or track",
    takes="boxes or points, with track ids and classes as the columns say",
    leaves="columns that play no part",
)
