"""Cells that hold a whole box, as a list of four numbers or an object -> a column for each number.

Ultralytics' results have ``box`` with ``x1, y1, x2, y2``; pandas writes a list of a table's cell as ``[1, 2, 3, 4]``.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from labelferry.sources.sheet import Sheet, cell_text

__all__ = ["BOXES", "UNSAID", "spread", "unfolded"]

CORNER, CORNERS = ("x", "y", "width", "height"), ("x1", "y1", "x2", "y2")
UNSAID = ("bbox[0]", "bbox[1]", "bbox[2]", "bbox[3]")
"""The numbers of a list that does not say whether they are a corner and a size, or two corners."""
LISTS = {"bbox": UNSAID, "bounding_box": UNSAID, "box": UNSAID, "tlwh": CORNER, "ltwh": CORNER, "xywh": CORNER,
         "xyxy": CORNERS, "ltrb": CORNERS, "tlbr": CORNERS, "bbox_xyxy": CORNERS, "car_bbox": CORNERS,
         "bbox_xywh": CORNER}  # fmt: skip
"""What the numbers of a list are by its name."""
SPACED = re.compile(r"\[?\s*{0}(\s+{0}){{3}}\s*\]?".format(r"-?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]+)?"))
"""Four numbers as NumPy writes an array."""
OBJECTS = ("box", "bbox", "bounding_box")
"""Columns whose cells may be objects."""
BOXES = tuple(dict.fromkeys((*LISTS, *OBJECTS)))
"""Columns whose cells may be whole boxes."""


def spread(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of JSON with a column for each number of its box."""
    for name in BOXES:
        numbers = _numbers(name, row.get(name))
        if numbers is not None and not numbers.keys() & row.keys():
            return {key: value for key, value in row.items() if key != name} | numbers
    return row


def unfolded(sheet: Sheet) -> Sheet:
    """Return a table of text with a column for each number of its boxes, if every row has one."""
    import pyarrow as pa

    for name in BOXES:
        known = _boxes(sheet, name)
        if known and not known[0].keys() & sheet.columns.keys():
            columns = {key: column for key, column in sheet.columns.items() if key != name}
            for key in known[0]:
                columns[key] = pa.array([cell_text(each.get(key)) for each in known], pa.string())
            return Sheet(sheet.places, columns)
    return sheet


def _boxes(sheet: Sheet, name: str) -> list[dict[str, Any]]:
    """The boxes of a column by row; none unless every cell has one."""
    import pyarrow as pa

    if name not in sheet.columns or not pa.types.is_string(sheet.columns[name].type):
        return []
    cells = sheet.text(name)
    if _numbers(name, _parsed(cells[0])) is None:
        return []
    found = [each for cell in cells if (each := _numbers(name, _parsed(cell))) is not None]
    return found if len(found) == len(cells) else []


def _numbers(name: str, value: Any) -> dict[str, Any] | None:
    """The numbers of a box by their names; None for what is none."""
    if isinstance(value, list) and len(value) == 4 and name in LISTS:
        return dict(zip(LISTS[name], value, strict=True))
    if isinstance(value, Mapping) and len(value) == 4 and name in OBJECTS:
        return {str(key): each for key, each in value.items()}
    return None


def _parsed(cell: str) -> Any:
    """The value of a cell that Python, NumPy or JSON wrote; None for neither."""
    if SPACED.fullmatch(cell):
        return [float(number) for number in cell.strip("[] ").split()]
    try:
        return orjson.loads(cell.replace("(", "[").replace(")", "]").replace("'", '"'))
    except orjson.JSONDecodeError:
        return None
