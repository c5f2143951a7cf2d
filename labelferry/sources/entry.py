"""The options common to all entries of a spec's ``labels``."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from labelferry.sources.simplify import Simplify

__all__ = ["LabelsEntry"]


class LabelsEntry(BaseModel):
    """One entry of ``labels`` in a spec; each format adds its own options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    together: ClassVar[bool] = False
    """Whether all files of a video are read at once (one file per frame, say) or each file alone."""

    path: str = Field(
        description="File, relative to the spec; a pattern such as labels/*.txt takes every match, and a folder "
        "such as labels/ all of its files"
    )
    format: str
    simplify: Simplify | None = Field(
        default=None,
        description="Leave out keyframes of boxes and points that Labelbox's linear interpolation returns, as in "
        "{tolerance: 0.5}, in pixels",
    )
