"""Folders of PNG masks, one a frame -> LabelledVideo: DAVIS and VOS, MOTS, BDD100K, SAM 2's output, coloured masks.

What a pixel says depends on the PNG: a palette or 8 bits of grey are an object's number (0 is background, 255 void), 16
bits are class * 1000 + instance (MOTS; 10000 is to be ignored), RGBA is BDD100K's (category in red, instance in blue
and alpha), RGB is an object's colour. The frame is the number in the file's name. Facts: https://davischallenge.org/,
https://www.vision.rwth-aachen.de/page/mots, https://doc.bdd100k.com/format.html.
"""

import io
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from labelferry.errors import SourceError
from labelferry.masks import encode_png, palette
from labelferry.masks.png import header
from labelferry.model import Composite, Feature, LabelledVideo, MaskObject, Masks, RowRef, Where
from labelferry.model.input_rules import ReaderRule
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.mask_arrays import ENDINGS, Numbers, arrays_in
from labelferry.sources.numbering import ClassName
from labelferry.sources.reader import LIKELY, POSSIBLE, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, empty, fault, text_of

__all__ = ["READER", "MaskFolderLabels", "read"]

Coding = Literal["index", "mots", "bdd", "colour"]

LAST_NUMBER = re.compile(r"(\d+)\D*$")
LABEL_FILES = {".xml", ".json", ".csv"}
"""Beside one of these, pictures are the frames of a video, not masks."""
VOID, MOTS_IGNORED, MOTS_CLASS = 255, 10_000, 1_000
MOTS_CLASSES = {1: "car", 2: "pedestrian"}
BDD_CLASSES = ("pedestrian", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle")
BITS = 8
FEW = 2**16


class MaskFolderLabels(LabelsEntry):
    """A folder of PNG masks or arrays of NumPy, one a frame; or a stack of frames in one array."""

    together: ClassVar[bool] = True
    format: Literal["masks"]
    global_key: GlobalKey = Field(
        default="{parent}", description="The video of a file; {parent} is the name of its folder"
    )
    coding: Coding | None = Field(
        default=None,
        description="What a pixel says: index (an object's number), mots (class * 1000 + instance), bdd, colour; by "
        "default as the PNGs are",
    )
    class_name: ClassName = Field(default="object", description="The class of objects whose mask does not say it")
    classes: dict[int, ClassName | None] = Field(
        default_factory=dict,
        description="Class name by an object's number (index) or by the number of a class (mots, bdd), or null to "
        "leave it out; by default from labels.txt next to the masks (mots), or the names of the data set",
    )
    frame_base: Literal[0, 1] | None = Field(
        default=None, description="Number of the first frame in names; by default 0 if a file has it, else 1"
    )
    frame_step: int = Field(
        default=1, ge=1, description="Video frames from one file to the next, where not all have one"
    )


def read(source: Source[MaskFolderLabels]) -> Iterator[LabelledVideo]:
    """Read the pictures of one video, one at a time.

    Raises:
        SourceError: when a file is not a PNG or its name has no number, or sizes differ.
    """
    entry, files = source.entry, [file for file in source.files if file.lower().endswith(".png")]
    if not files:
        yield _of_arrays(source)
        return
    numbers = {file: _number(file) for file in files}
    base = entry.frame_base if entry.frame_base is not None else min(1, *numbers.values(), 1)
    first = min(numbers, key=lambda file: numbers[file])
    shown = numbers[first] - base + 1
    rule = ReaderRule.FRAMES_FROM_NAMES
    source.note(rule.at(Where(first), column="name", number=shown))
    drawing = _Drawing(source)
    for file in sorted(files, key=lambda file: numbers[file]):
        drawing.add(file, (numbers[file] - base) * entry.frame_step + 1)
    masks = drawing.masks(Where(first))
    yield LabelledVideo(RowRef(entry.global_key), Where(first), masks=() if masks is None else (masks,))


def _of_arrays(source: Source[MaskFolderLabels]) -> LabelledVideo:
    """The masks of NumPy's files, one frame in memory at a time."""
    entry, files = source.entry, [file for file in source.files if PurePath(file).suffix.lower() in ENDINGS]
    if not files:
        raise empty(entry.path, "no PNG files and no arrays of NumPy")
    named = min((_number(file) for file in files if LAST_NUMBER.search(PurePath(file).stem)), default=1)
    drawing, seen = _Drawing(source), dict[int, str]()
    for file in files:
        for number, values in arrays_in(source.reach.file(file), file):
            base = 0 if number is not None else min(1, named)
            frame = ((_number(file) if number is None else number) - (entry.frame_base or base)) * entry.frame_step + 1
            if seen.setdefault(frame, file) != file or frame < 1:
                what = f"frame {frame} is in {seen[frame]} too, or lies before the first"
                raise fault(file, None, what, "name the files by frame")
            drawing.draw(values, file, frame, "index")
    where = Where(files[0])
    drawing.frames.sort(key=lambda each: each.frame)
    masks = drawing.masks(where)
    return LabelledVideo(RowRef(entry.global_key), where, masks=() if masks is None else (masks,))


def _number(file: str) -> int:
    found = LAST_NUMBER.search(PurePath(file).stem)
    if found is None or len(found.group(1)) > 9:
        raise fault(file, None, "its name has no frame number", "name it like 00001.png")
    return int(found.group(1))


class _Drawing:
    """Composites, drawn a frame at a time: the first object seen gets the first colour, and keeps it."""

    def __init__(self, source: Source[MaskFolderLabels]) -> None:
        self.source = source
        self.objects: dict[int, int] = {}
        self.names: dict[int, str | None] = {}
        self.frames: list[Composite] = []
        self.size: tuple[int, ...] = ()
        self.coding: Coding | None = source.entry.coding
        self.labels: dict[int, str] | None = None

    def add(self, file: str, frame: int) -> None:
        """Take a picture."""
        data = bytes_of(self.source.reach.file(file), file)
        self._take(self._decoded(data, file), file, frame)

    def draw(self, numbers: Numbers, file: str, frame: int, coding: Coding) -> None:
        """Take the numbers of the pixels of a frame."""
        self.coding = self.coding or coding
        ignored = {"mots": MOTS_IGNORED, "index": VOID if numbers.max() <= VOID else -1}.get(self.coding, -1)
        self._take(np.where(numbers == ignored, 0, numbers), file, frame)

    def _take(self, numbers: Numbers, file: str, frame: int) -> None:
        if self.size and numbers.shape != self.size:
            raise fault(
                file, None, f"{numbers.shape[1]}x{numbers.shape[0]} pixels where others have another size", "fix it"
            )
        self.size = numbers.shape
        values, flat = _distinct(numbers)
        lookup = np.zeros((int(flat.max()) + 1, 3), dtype=np.uint8)
        for value, place in values:
            if value and self._name(value, file) is not None:
                lookup[place] = _colour(self.objects.setdefault(value, len(self.objects)))
        if lookup.any():
            self.frames.append(Composite(frame, png=encode_png(lookup[flat])))

    def masks(self, where: Where) -> Masks | None:
        objects = [
            MaskObject(_colour(place), Feature(self.names[value] or "")) for value, place in self.objects.items()
        ]
        return Masks(tuple(self.frames), tuple(objects), where) if objects else None

    def _decoded(self, data: bytes, file: str) -> Numbers:
        """Number of the object at each pixel, 0 for none."""
        try:
            found = header(data)
        except SourceError as error:
            raise fault(file, None, str(error), "give PNG masks") from error
        values = _pixels(data, file)
        if self.coding is None:
            wide = found.bit_depth > BITS
            self.coding = {3: "index", 0: "mots" if wide else "index", 6: "bdd"}.get(found.colour_type, "colour")
        if self.coding == "bdd" and values.ndim == 3 and values.shape[2] == 4:
            return values[..., 0] << 16 | values[..., 2] << 8 | values[..., 3]
        if values.ndim == 3:
            return values[..., 0] << 16 | values[..., 1] << 8 | values[..., 2]
        values[values == (MOTS_IGNORED if self.coding == "mots" else VOID)] = 0
        return values

    def _name(self, value: int, file: str) -> str | None:
        if value not in self.names:
            self.names[value] = self._named(value, file)
        return self.names[value]

    def _named(self, value: int, file: str) -> str | None:
        entry = self.source.entry
        if self.coding in ("index", "colour"):
            return entry.classes.get(value, entry.class_name)
        number = value >> 16 if self.coding == "bdd" else value // MOTS_CLASS
        told = self._told(file)
        return entry.classes.get(number, told.get(number, entry.class_name))

    def _told(self, file: str) -> dict[int, str]:
        """Names of classes: of labels.txt, whose first line is class 1, else of the data set."""
        if self.labels is None:
            place = str(PurePath(file).with_name("labels.txt"))
            path = self.source.reach.find(place)
            lines = text_of(path, place).split("\n") if path else []
            known = dict(enumerate(BDD_CLASSES, 1)) if self.coding == "bdd" else MOTS_CLASSES
            self.labels = {at: line.strip() for at, line in enumerate(lines, 1) if line.strip()} or known
        return self.labels


def _distinct(numbers: Numbers) -> tuple[list[tuple[int, int]], Numbers]:
    """The different numbers, each with its place in a table; and the place of each pixel."""
    if int(numbers.max(initial=0)) < FEW:  # the numbers are places themselves, and need no sorting
        return [(value, value) for value in np.flatnonzero(np.bincount(numbers.ravel())).tolist()], numbers
    values, flat = np.unique(numbers, return_inverse=True)
    return [(value, place) for place, value in enumerate(values.tolist())], flat.reshape(numbers.shape)


def _pixels(data: bytes, file: str) -> Numbers:
    """The values of a PNG as they stand: numbers of a palette, not its colours."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            return np.asarray(image).astype(np.int64)
    except (OSError, SyntaxError, ValueError) as error:
        raise fault(file, None, f"a broken PNG ({error})", "write it again") from error


COLOURS: list[tuple[int, int, int]] = []


def _colour(place: int) -> tuple[int, int, int]:
    if place >= len(COLOURS):
        COLOURS[:] = palette(2 * place + 64)
    return COLOURS[place]


def _recognise(look: Glance) -> Guess | None:
    if not look.is_folder:
        return _recognise_file(look)
    names = [PurePath(name) for name in look.files]
    pictures = [name for name in names if name.suffix.lower() == ".png"]
    arrays = [name for name in names if name.suffix.lower() in ENDINGS]
    if not pictures and _are_frames(arrays) and len(arrays) == len(names):
        return Guess(LIKELY, "arrays of NumPy whose names have a number", {"path": "**/*.np[yz]"})
    if not _are_frames(pictures) or LABEL_FILES & {name.suffix.lower() for name in names}:
        return None
    is_flat = {name.parent for name in pictures} == {PurePath()}
    options = {"path": "**/*.png"} | ({"global_key": "{stem}"} if is_flat else {})
    return Guess(LIKELY, "PNG pictures whose names have a number", options)


def _recognise_file(look: Glance) -> Guess | None:
    options = {"global_key": "{stem}"}
    if look.suffix == ".png":
        return Guess(POSSIBLE, "a PNG picture", options)
    if look.suffix not in ENDINGS:
        return None
    try:
        next(arrays_in(look.path, look.path.name), None)
    except SourceError:
        return None
    return Guess(LIKELY, "an array of NumPy with whole numbers", options)


def _are_frames(pictures: list[PurePath]) -> bool:
    return bool(pictures) and all(LAST_NUMBER.search(name.stem) for name in pictures)


READER = Reader(
    MaskFolderLabels,
    read,
    _recognise,
    endings=(
        ".png",
        ".npy",
        ".npz",
    ),
    signs="a folder of PNG pictures whose names have a number; NumPy's .npy and .npz with whole numbers",
    takes="masks: palette or grey numbers, MOTS, BDD100K, colours, arrays of objects' numbers",
    leaves="void and ignored regions, BDD100K's flags",
)
