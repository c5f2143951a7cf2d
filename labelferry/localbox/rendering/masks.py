"""A line of masks turned into one object per instance, on the frames where its colour appears."""

import io
from typing import Any

from PIL import Image, ImageChops

from labelferry.localbox.rendering.classifications import nested_of
from labelferry.localbox.rendering.sheet import Sheet, derived_id, heading
from labelferry.localbox.validation import spans
from labelferry.localbox.validation.features import Feature, find
from labelferry.localbox.validation.masks import Colour, opened


def on_sheet(sheet: Sheet, line: dict[str, Any], tools: tuple[Feature, ...]) -> None:
    """Write a line with masks."""
    for number, instance in enumerate(line["masks"]["instances"]):
        tool = find(tools, instance)
        if tool is not None:
            _place(sheet, line, number, tool)


def _place(sheet: Sheet, line: dict[str, Any], number: int, tool: Feature) -> None:
    instance = line["masks"]["instances"][number]
    mask_id = derived_id(line["id"], number)
    frames = [frame for frame in line["masks"]["frames"] if number in frame.get("present", [])]
    if not frames:  # another instance has its colour
        return
    nested = nested_of(sheet, instance, tool.children, mask_id)
    for frame in frames:
        image = {"url": sheet.url(frame["file"]), "color_rgb": instance["colorRGB"]}
        shape = {"annotation_kind": "VideoSegmentationMask", "classifications": nested, "composite_mask": image}
        sheet.place(frame["index"], mask_id, heading(mask_id, tool) | shape)
    indexes = sorted(frame["index"] for frame in frames)
    sheet.segments[mask_id] = spans.joined((index, index) for index in indexes)
    sheet.keyframes[mask_id] = indexes


def picture_of(composite: bytes, colour: Colour) -> bytes:
    """Return a PNG of one instance of a composite: white where its colour is, black elsewhere."""
    image = opened(composite)
    red, green, blue = ImageChops.difference(image, Image.new("RGB", image.size, colour)).split()
    other = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    alone = other.point([255] + [0] * 255)
    out = io.BytesIO()
    Image.merge("RGB", (alone, alone, alone)).save(out, "PNG")
    return out.getvalue()
