"""Options that entries share: how the source numbers frames, and what its classes are called."""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, StringConstraints

from labelferry.model.frames import FIRST_FRAME, Frames
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.sheet import Sheet

__all__ = ["ClassChange", "ClassId", "ClassName", "FramedEntry", "GappedEntry", "Gaps", "frames_of", "renumbered"]

Gaps = Literal["close", "bridge"]
ClassChange = Literal["fail", "majority", "split"]


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(  # noqa: TRY004  pydantic takes no TypeError
            f"YAML reads this as {str(value).lower()}; put the name in quotes, as in 'no' or 'yes'"
        )
    return value


ClassName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_no_boolean)]
ClassId = Annotated[str, Field(coerce_numbers_to_str=True), BeforeValidator(_no_boolean)]


class FramedEntry(LabelsEntry):
    """An entry whose files number frames: what they leave open."""

    frame_base: Literal[0, 1] = Field(default=1, description="Number of the first frame in the file")
    frame_step: int = Field(
        default=1, ge=1, description="Video frames from one of the file's frames to the next, as 25 for one a second"
    )
    frame_offset: int = Field(
        default=0, description="Added to every frame, as -1000 for a clip that begins at frame 1001 of the recording"
    )


class GappedEntry(FramedEntry):
    """An entry whose files have a row for each box."""

    gaps: Gaps = Field(
        default="close",
        description="close: a segment ends before every missing frame; bridge: a track is one segment, and Labelbox "
        "interpolates",
    )
    on_class_change: ClassChange = Field(
        default="fail",
        description="A track of two classes: stop, give it the class that most of its boxes have, or make a track of "
        "each class",
    )


def renumbered(frames: Frames, entry: FramedEntry) -> Frames:
    """Return the file's frame numbers as those of the video, counted from 1."""
    return (frames - entry.frame_base) * entry.frame_step + entry.frame_offset + FIRST_FRAME


def frames_of(sheet: Sheet, column: str, entry: FramedEntry, numbers: Frames | None = None) -> Frames:
    """Return the frames of a table, counted from 1.

    Args:
        sheet: the table.
        column: its column of frames.
        entry: how they are counted.
        numbers: the frames as the file counts them, when they do not stand in the column as numbers.

    Raises:
        SourceError: when one is not a whole number, or before the first.
    """
    given = sheet.whole(column) if numbers is None else numbers
    frames = renumbered(given, entry)
    early = given < entry.frame_base if entry.frame_offset >= 0 else frames < FIRST_FRAME
    if (low := np.flatnonzero(early)).size:
        row = int(low[0])
        if entry.frame_offset < 0:
            what, remedy = f"frame {given[row]} lies before the first frame of the video", "correct frame_offset"
        else:
            what = f"frame {given[row]} where frames count from {entry.frame_base}"
            remedy = "set frame_base: 0" if given[row] == 0 else "frames cannot be negative: correct the row"
        raise sheet.fault(row, what, remedy)
    return frames
