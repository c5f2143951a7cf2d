"""The columns of a table matched to the parts of a box row, by the names in common use.

The names are those of pandas and tracker exports found in practice: Ultralytics' and supervision's ``xmin`` and
``tracker_id``, MOT's ``bb_left``, the ``x_center`` of YOLO.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from labelferry.listing import shorten
from labelferry.sources.text import fault

__all__ = ["FORMS", "Form", "NormalizedUnit", "assign", "choose_form", "complete", "part_of", "unlikely"]

NormalizedUnit = Literal["percent"] | bool | None
Form = Literal["ltwh", "xyxy", "cxcywh", "xy"]

FORMS: Mapping[Form, tuple[str, ...]] = {
    "ltwh": ("left", "top", "width", "height"),
    "xyxy": ("left", "top", "right", "bottom"),
    "cxcywh": ("cx", "cy", "width", "height"),
    "xy": ("x", "y"),
}
SIZES = {"width", "height", "right", "bottom"}
COORDINATES = {part for form in FORMS.values() for part in form}

NAMES: Mapping[str, tuple[str, ...]] = {
    "global_key": ("global_key", "globalkey", "video", "video_id", "video_name", "video_file"),
    "frame": (
        "frame", "frame_id", "frame_number", "frame_no", "frame_num", "frame_nr", "frame_nmr", "frame_idx",
        "frame_index", "frameid", "frames",
    ),
    "track": (
        "track", "track_id", "tracker_id", "trackid", "tracking_id", "object_id", "objectid", "obj_id", "instance_id",
        "person_id", "player_id", "vehicle_id", "car_id", "particle", "id",
    ),
    "class": (
        "class_name", "label", "category_name", "class", "category", "name", "class_label", "classname", "object_class",
        "object_type", "object_name", "species", "type", "class_id", "category_id", "label_id", "cls",
    ),
    "segment": ("segment", "segment_index"),
    "visible": ("visibility", "visible", "is_visible"),
    "left": ("left", "bb_left", "bbox_left", "x1", "box.x1", "xmin", "x_min", "bbox_x", "xtl", "bbox[0]", "x"),
    "top": ("top", "bb_top", "bbox_top", "y1", "box.y1", "ymin", "y_min", "bbox_y", "ytl", "bbox[1]", "y"),
    "width": ("width", "bb_width", "bbox_width", "bbox_w", "box_width", "bbox[2]", "w"),
    "height": ("height", "bb_height", "bbox_height", "bbox_h", "box_height", "bbox[3]", "h"),
    "right": ("right", "x2", "box.x2", "xmax", "x_max", "xbr"),
    "bottom": ("bottom", "y2", "box.y2", "ymax", "y_max", "ybr"),
    "cx": ("cx", "x_center", "xcenter", "center_x", "x_centre", "centre_x", "xc"),
    "cy": ("cy", "y_center", "ycenter", "center_y", "y_centre", "centre_y", "yc"),
}  # fmt: skip
"""The recognised names of each part, the surest first."""

SHOWN = 12

PARTS = {name: part for part, names in NAMES.items() for name in names}
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a new word begins in a name such as trackId."""
OF_BOX = re.compile(r"(bbox|bb|box)[._]")
"""What tools write before the names of the numbers of a box."""


POINTS = (("position_x", "position_y"), ("pos_x", "pos_y"), ("point_x", "point_y"), ("x", "y"))
"""Names of the columns of points, which have no size beside them; x and y are the corner of a box where they have."""


def part_of(name: str) -> str | None:
    """Return the part of a column with this name, None when the name is not recognised."""
    return PARTS.get(_plain(name))


def _plain(name: str) -> str:
    """The name as ``NAMES`` has it: in small letters, words apart, without a word for a box that says nothing more."""
    words = HUMP.sub("_", name.strip()).lower().replace(" ", "_").replace("-", "_")
    bare = words if words in PARTS else OF_BOX.sub("", words, count=1)
    return bare if PARTS.get(bare) in COORDINATES else words


def _as_points(assigned: dict[str, str], left: Iterable[str]) -> dict[str, str]:
    """The parts, and those of a point where nothing says a size."""
    if assigned.keys() & (SIZES | {"x", "y"}):
        return assigned
    named = {_plain(column): column for column in left}
    pair = next((pair for pair in POINTS if set(pair) <= named.keys()), None)
    if pair is None and {"cx", "cy"} <= assigned.keys():
        return assigned | {"x": assigned["cx"], "y": assigned["cy"]}
    return assigned if pair is None else assigned | {"x": named[pair[0]], "y": named[pair[1]]}


def assign(source: str, columns: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Give each part its column: those of ``given`` first, then by name, the most specific name first.

    Args:
        source: what the user calls the file.
        columns: the table's column names.
        given: column name by part (or by any recognised name of it).

    Raises:
        SourceError: when a given column is not in the table.
    """
    free = list(columns)
    assigned = {}
    for name, column in given.items():
        if column not in free:
            remedy = f"the columns are {', '.join(shorten(free, SHOWN))}"
            raise fault(source, 1, f"no column '{column}' for {name}", remedy)
        assigned[part_of(name) or name] = column
    left = [column for column in free if column not in assigned.values()]
    for part, column in sorted(_recognised(left), key=_sureness):
        assigned.setdefault(part, column)
    points = {name.strip().lower(): column for name, column in given.items()}
    if {"x", "y"} <= points.keys() and not assigned.keys() & SIZES:
        return assigned | {"x": points["x"], "y": points["y"]}
    return _as_points(assigned, left)


def unlikely(columns: Iterable[str]) -> str | None:
    """A column that shows that x1, y1, x2, y2 are no corners of a box; None when there is none."""
    names = {column.strip().lower(): column for column in columns}
    return names.get("x3") if {"x1", "y1", "x2", "y2", "x3", "y3"} <= set(names) else None


def _recognised(columns: Iterable[str]) -> list[tuple[str, str]]:
    return [(part, column) for column in columns if (part := part_of(column))]


def _sureness(pair: tuple[str, str]) -> int:
    part, column = pair
    return NAMES[part].index(_plain(column))


def choose_form(source: str, parts: Mapping[str, str], wanted: Form | None) -> Form:
    """Return how the boxes are written: as the spec says, or as the columns imply.

    Raises:
        SourceError: when columns are missing or ambiguous.
    """
    if wanted:
        _refuse_incomplete(source, parts, wanted)
        return wanted
    found = complete(parts)
    if not found:
        listed = " or ".join("/".join(needed) for needed in FORMS.values())
        raise fault(source, 1, f"no columns of boxes ({listed})", "name them, as in columns: {left: x1, top: y1}")
    if len(found) > 1:
        raise fault(source, 1, f"the boxes can be read as {' and '.join(found)}", f"choose one, as in box: {found[0]}")
    return found[0]


def complete(parts: Mapping[str, str]) -> list[Form]:
    """The ways in which the boxes could be written: those whose parts all have a column."""
    return [form for form, needed in FORMS.items() if parts.keys() >= set(needed)]


def _refuse_incomplete(source: str, parts: Mapping[str, str], form: Form) -> None:
    if missing := ", ".join(part for part in FORMS[form] if part not in parts):
        raise fault(source, 1, f"no column for {missing}", "name it, as in columns: {left: x1}")
