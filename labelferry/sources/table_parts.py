"""What a table of boxes leaves open -> a decision, with a finding that says which one and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from labelferry.errors import SourceError
from labelferry.model.feature import Where
from labelferry.model.findings import FindingHandler
from labelferry.model.frames import Frames
from labelferry.model.input_rules import ReaderRule
from labelferry.model.tracks import Coords
from labelferry.sources.box_cells import UNSAID
from labelferry.sources.columns import FORMS, Form, assign, choose_form, complete, part_of, unlikely
from labelferry.sources.glance import Glance
from labelferry.sources.reader import LIKELY, Guess
from labelferry.sources.sheet import Sheet
from labelferry.sources.text import fault

if TYPE_CHECKING:
    from labelferry.sources.table import TableLabels

__all__ = [
    "Parts",
    "coords_of",
    "drops",
    "is_identity",
    "note_swapped",
    "number_in",
    "parts_of",
    "recognise",
    "track_name",
]


WHOLE = re.compile(r"^(-?\d+)\.0*$")
"""What pandas makes of ids when a column once had a hole: 7.0 is track 7."""
NO_IDENTITY = re.compile(r"-\d+|nan|none|null|<na>|n/a|", re.IGNORECASE)
ZERO = re.compile(r"\s*0+(\.0*)?\s*")
"""Frame 0, which a table that counts from 1 cannot have."""
LAST_NUMBER = re.compile(r"(\d+)\D*$")
PICTURE_NAME = re.compile(
    r"\d[^\d/\\]*\.(jpe?g|png|bmp|tiff?|webp)$|(^|[/\\_])(frame|image|img)[ _.-]*\d+$", re.IGNORECASE
)
"""A name that has the number of a frame: of a picture, or one that begins with frame or image."""
LARGEST_FRACTION = 2.0
"""Fractions may lie a little outside the picture; no box of two pixels is meant."""
SAME = 4
"""A box is the same as another while their sizes differ by less than a part of this many."""
MOSTLY = 0.2
FEW_BOXES = 5
"""Fewer may look like anything."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which column plays which part, and how the boxes are written."""

    columns: Mapping[str, str]
    form: Form

    def has(self, part: str) -> bool:
        """Whether a column plays the part."""
        return part in self.columns

    def column(self, part: str) -> str:
        """The column that plays the part."""
        return self.columns[part]


def parts_of(sheet: Sheet, entry: "TableLabels", note: FindingHandler) -> Parts:
    """Give each part its column.

    Raises:
        SourceError: when one is missing, or the boxes can be read in several ways.
    """
    named = _with_words(sheet, entry.columns)
    assigned = assign(sheet.source, sheet.columns, {**named, **_numbers_of_list(sheet, entry, note)})
    for option, part in ((entry.global_key, "global_key"), (entry.class_name, "class")):
        if option:
            assigned.pop(part, None)
        elif part not in assigned:
            remedy = f"name it in columns:, or say {'class_name: car' if part == 'class' else 'global_key: ...'}"
            raise fault(sheet.source, 1, f"no column for {part}", remedy)
    if "frame" not in assigned:
        like = next((column for column in sheet.columns if column.strip().lower() in PICTURES), None)
        remedy = f"name it, as in columns: {{frame: {like or 'image'}}}"
        raise fault(sheet.source, 1, f"no column for frame among {', '.join(sheet.columns)}", remedy)
    _refuse_points(sheet, entry)
    if entry.box == "cxcywh" and "left" in assigned:  # columns called x and y
        assigned = {"cx": assigned["left"], "cy": assigned.get("top", ""), **assigned}
    parts = Parts(assigned, choose_form(sheet.source, assigned, entry.box or _agreed(sheet, assigned)))
    _note_unused(sheet, parts, note)
    if parts.form == "xy" and entry.box is None:
        note(ReaderRule.POINTS_ASSUMED.at(Where(sheet.source, 1), x=parts.column("x"), y=parts.column("y")))
    _note_corner(sheet, parts, entry, note)
    return parts


def _agreed(sheet: Sheet, assigned: Mapping[str, str]) -> Form | None:
    """The first of several ways to read the boxes, if all of them give the same boxes, up to rounding."""
    forms = complete(assigned)
    if len(forms) < 2:
        return None
    first, *others = forms
    left, top, width, height = coords_of(sheet, Parts(assigned, first))[0].T
    near = [coords_of(sheet, Parts(assigned, form))[0].T for form in others]
    same = all(
        (np.abs(w - width) * SAME <= width).all()
        and (np.abs(h - height) * SAME <= height).all()
        and (np.abs(x + w / 2 - left - width / 2) <= width).all()
        and (np.abs(y + h / 2 - top - height / 2) <= height).all()
        for x, y, w, h in near
    )
    return first if same else _beside_size(sheet, assigned)


def _beside_size(sheet: Sheet, assigned: Mapping[str, str]) -> Form | None:
    """Two corners, if width and height are always the same and hold all of them: those of the picture."""
    if len(sheet) < FEW_BOXES or not {"width", "height", "right", "bottom"} <= assigned.keys():
        return None
    sides = (("width", "right"), ("height", "bottom"))
    numbers = [[sheet.numbers(assigned[part]) for part in side] for side in sides]
    return "xyxy" if all(size.min() == size.max() >= edge.max() for size, edge in numbers) else None


PICTURES = {"image", "image_id", "image_name", "image_path", "img", "filename", "file_name", "file", "path"}


def _with_words(sheet: Sheet, given: Mapping[str, str]) -> Mapping[str, str]:
    """The columns that are given, and of several columns of classes the surest that has words, not numbers."""
    if any(part_of(name) == "class" for name in given):
        return given
    candidates = assign_all(sheet, "class")
    worded = next((column for column in candidates if not _is_numeric(sheet, column)), None)
    return {**given, "class": worded} if worded and len(candidates) > 1 else given


def _numbers_of_list(sheet: Sheet, entry: "TableLabels", note: FindingHandler) -> Mapping[str, str]:
    """Which part each number of a list plays: as the entry says, else two corners if enough of them all could be."""
    if not set(UNSAID) <= set(sheet.columns) - set(entry.columns.values()):
        return {}
    form = entry.box
    if form is None:
        left, top, third, fourth = (sheet.numbers(name) for name in UNSAID)
        form = "xyxy" if len(sheet) >= FEW_BOXES and bool(((third > left) & (fourth > top)).all()) else "ltwh"
        note(ReaderRule.LIST_ASSUMED.at(Where(sheet.source, 1), parts=", ".join(FORMS[form]), form=form))
    return dict(zip(FORMS[form], UNSAID, strict=False))


def assign_all(sheet: Sheet, part: str) -> list[str]:
    """The columns that could play a part, the surest first."""
    left, found = list(sheet.columns), []
    while column := assign(sheet.source, left, {}).get(part):
        found.append(column)
        left.remove(column)
    return found


def _is_numeric(sheet: Sheet, column: str) -> bool:
    return all(text.replace(".", "", 1).lstrip("-").isdecimal() for text in set(sheet.text(column)) if text)


def _refuse_points(sheet: Sheet, entry: "TableLabels") -> None:
    if entry.box is None and not entry.columns and (more := unlikely(sheet.columns)):
        what = f"columns x1, y1, x2, y2 go on with {more}, so they are points (of several animals, say), not corners"
        raise fault(sheet.source, 1, what, "if they are corners, say box: xyxy")


def _note_unused(sheet: Sheet, parts: Parts, note: FindingHandler) -> None:
    needed = {"global_key", "frame", "track", "class", "segment", "visible", *FORMS[parts.form]}
    used = {column for part, column in parts.columns.items() if part in needed}
    if unused := [column for column in sheet.columns if column not in used]:
        names = ", ".join(column or "(no name)" for column in unused)
        note(ReaderRule.COLUMNS_IGNORED.at(Where(sheet.source, 1), count=len(unused), names=names))


def _note_corner(sheet: Sheet, parts: Parts, entry: "TableLabels", note: FindingHandler) -> None:
    """Columns called x and y may be a corner or a centre."""
    if parts.form != "ltwh" or entry.box or {"left", "top"} & {part_of(name) for name in entry.columns}:
        return
    x, y = parts.column("left"), parts.column("top")
    if (x.strip().lower(), y.strip().lower()) == ("x", "y"):
        note(ReaderRule.CORNER_ASSUMED.at(Where(sheet.source, 1), x=x, y=y))


def drops(sheet: Sheet, entry: "TableLabels") -> Sheet:
    """The table without the rows of classes that the entry leaves out."""
    gone = {text for text, name in entry.classes.items() if name is None}
    if not gone:
        return sheet
    column = assign(sheet.source, sheet.columns, _with_words(sheet, entry.columns)).get("class")
    if column is None:
        return sheet
    return sheet.take(np.array([at for at, text in enumerate(sheet.text(column)) if text not in gone], dtype=np.int64))


def track_name(text: str) -> str:
    """The name of a track: without what pandas makes of whole numbers when a column once had a hole."""
    return WHOLE.sub(r"\1", text)


def is_identity(name: str) -> bool:
    """Whether the name of a track is one: -1, nan and an empty cell are not."""
    return NO_IDENTITY.fullmatch(name) is None


def number_in(sheet: Sheet, column: str) -> Frames | None:
    """Return the numbers at the end of names of pictures; None for a column of numbers."""
    try:
        sheet.numbers(column)
    except SourceError:
        cells = sheet.text(column)
    else:
        return None
    if not all(PICTURE_NAME.search(cell) for cell in cells):
        return None
    found = [LAST_NUMBER.search(PurePath(cell).stem) for cell in cells]
    return np.array([int(each.group(1)) if each else 0 for each in found], dtype=np.int64)


def coords_of(sheet: Sheet, parts: Parts) -> tuple[Coords, int]:
    """Return the boxes as left, top, width, height, in the units of the table, and how many had swapped corners."""
    swapped = 0
    if parts.form == "xy":
        x, y = (sheet.numbers(parts.column(part)) for part in FORMS["xy"])
        return np.column_stack((x, y, np.zeros((len(x), 2)))), 0
    a, b, c, d = (sheet.numbers(parts.column(part)) for part in FORMS[parts.form])
    with np.errstate(over="ignore", invalid="ignore"):
        if parts.form == "xyxy":
            swapped = int(np.count_nonzero((c < a) | (d < b)))
            a, b, c, d = np.minimum(a, c), np.minimum(b, d), np.abs(c - a), np.abs(d - b)
        elif parts.form == "cxcywh":
            a, b = a - c / 2, b - d / 2
        return np.column_stack((a, b, c, d)), swapped


def note_swapped(source: str, swapped: int, count: int, note: FindingHandler) -> None:
    """Say so when boxes had their corners swapped, or so many that they are no corners."""
    if swapped > MOSTLY * count and count >= FEW_BOXES:
        note(ReaderRule.CORNERS_UNLIKELY.at(Where(source, 1), count=count, swapped=swapped))
    elif swapped:
        note(ReaderRule.CORNERS_SWAPPED.at(Where(source), count=swapped))


def recognise(look: Glance) -> Guess | None:
    """How a file could be read as a table of boxes."""
    sheet = look.sheet
    if sheet is None:
        return None
    try:
        assigned = assign(sheet.source, sheet.columns, {})
        form = next(iter(complete(assigned)), None)
        named = {} if "frame" in assigned else _pictured(sheet)
        assigned |= named
        if form is None or "frame" not in assigned or unlikely(sheet.columns):
            return None
        options = _options(sheet, assigned, _agreed(sheet, assigned) or form)
        options |= {"columns": named} if named else {}
    except SourceError:
        return None
    return Guess(LIKELY, f"columns {', '.join(assigned.values())}", options)


def _pictured(sheet: Sheet) -> dict[str, str]:
    """The column of the pictures' names as that of the frames, if the names differ in their number alone."""
    column = next((column for column in sheet.columns if column.strip().lower() in PICTURES), None)
    if column is None or number_in(sheet, column) is None:
        return {}
    names = {LAST_NUMBER.sub("", PurePath(cell).stem) for cell in sheet.text(column)}
    return {"frame": column} if len(names) == 1 else {}


def _has_zero(sheet: Sheet, column: str) -> bool:
    """Whether a column of frames has frame 0."""
    numbers = number_in(sheet, column)
    if numbers is not None:
        return bool((numbers == 0).any())
    return any(ZERO.fullmatch(text) for text in sheet.codes(column, empty=True)[1])


def _options(sheet: Sheet, assigned: Mapping[str, str], form: Form) -> dict[str, Any]:
    """What a table shows of an entry: what no column says, fractions, its first frame."""
    options: dict[str, Any] = {}
    if "global_key" not in assigned:
        options["global_key"] = "{stem}"
    if "class" not in assigned:
        options["class_name"] = "object"
    if _has_zero(sheet, assigned["frame"]):
        options["frame_base"] = 0
    coords, _ = coords_of(sheet, Parts(assigned, form))
    if (np.abs(coords) <= LARGEST_FRACTION).all() and (coords != np.floor(coords)).any():
        options["normalized"] = True
    return options
