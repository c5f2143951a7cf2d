"""The kinds of tools and questions in a Labelbox video import, and their spellings.

The values are those of Labelbox's normalised ontology; the spellings are the guide's (``BBOX``,
``RASTER_SEGMENTATION``) and the service's (``rectangle``).
"""

from enum import StrEnum

from labelferry.model.tracks import Geometry

__all__ = ["GEOMETRY_TOOLS", "QuestionKind", "Scope", "ToolKind", "question_kind", "tool_kind", "tool_remedy"]


class ToolKind(StrEnum):
    """Tools that accept video annotations."""

    BOX = "rectangle"
    POINT = "point"
    LINE = "line"
    MASK = "raster-segmentation"


class QuestionKind(StrEnum):
    """Questions that accept video annotations."""

    RADIO = "radio"
    CHECKLIST = "checklist"
    TEXT = "text"


class Scope(StrEnum):
    """Whether a top-level question is asked once per video or for its frames."""

    GLOBAL = "global"
    INDEX = "index"


GEOMETRY_TOOLS = {Geometry.BOX: ToolKind.BOX, Geometry.POINT: ToolKind.POINT, Geometry.LINE: ToolKind.LINE}

TOOL_SPELLINGS = {
    **{str(kind): kind for kind in ToolKind},
    "bbox": ToolKind.BOX,
    "box": ToolKind.BOX,
    "polyline": ToolKind.LINE,
    "mask": ToolKind.MASK,
}

REFUSED_TOOLS = {
    "polygon": "Labelbox cannot import polygons on video; use RASTER_SEGMENTATION with masks, or LINE",
    "superpixel": "on video, masks need RASTER_SEGMENTATION",
    "segmentation": "on video, masks need RASTER_SEGMENTATION",
}


def tool_kind(spelling: str) -> ToolKind | None:
    """Return the tool that ``spelling`` means, None when video imports do not accept it."""
    return TOOL_SPELLINGS.get(_plain(spelling))


def tool_remedy(spelling: str) -> str:
    """Return what to use instead of a tool that video imports do not accept."""
    return REFUSED_TOOLS.get(_plain(spelling), "use one of BBOX, POINT, LINE, RASTER_SEGMENTATION")


def question_kind(spelling: str) -> QuestionKind | None:
    """Return the question that ``spelling`` means, None when video imports do not accept it."""
    key = _plain(spelling)
    return QuestionKind(key) if key in set(QuestionKind) else None


def _plain(spelling: str) -> str:
    return spelling.strip().lower().replace("_", "-").replace(" ", "-")
