"""Masks as an import line: composites by frame, and instances by colour; written, and read back."""

import binascii
from base64 import b64decode, b64encode
from typing import Any

from labelferry.model import Composite, MaskObject, Masks
from labelferry.model.masks import Colour
from labelferry.ndjson.at import At
from labelferry.ndjson.feature_keys import INSTANCE_KEYS, read_feature, write_feature
from labelferry.ndjson.question_line import NESTED, read_nested, write_nested

__all__ = ["MASK_KEYS", "read_masks", "write_masks"]

MASK_KEYS = frozenset({"masks"})
HOLDER_KEYS = frozenset({"frames", "instances"})
BYTES, URI = "imBytes", "instanceURI"
FRAME_KEYS = frozenset({"index", BYTES, URI})
COLOURED_KEYS = INSTANCE_KEYS | {"colorRGB", NESTED}


def write_masks(masks: Masks) -> dict[str, Any]:
    """Return composites by frame, and instances by colour."""
    frames = [_write_frame(frame) for frame in masks.frames]
    return {"masks": {"frames": frames, "instances": [_write_instance(each) for each in masks.instances]}}


def read_masks(value: object, at: At, uuid: str | None) -> Masks:
    """Return the composites and instances of a line.

    Args:
        value: the value of ``masks``.
        at: its place.
        uuid: the line's own id.

    Raises:
        AnnotationError: when a frame has two composites.
    """
    holder = at.mapping(value, HOLDER_KEYS)
    if len(holder) < 2:
        raise at.fault("frames or instances are missing", "give both")
    frames = [_read_frame(item, place) for place, item in (at / "frames").items(holder["frames"])]
    instances = [_read_instance(item, place) for place, item in (at / "instances").items(holder["instances"])]
    return Masks(tuple(frames), tuple(instances), at.where, uuid)


def _write_frame(frame: Composite) -> dict[str, Any]:
    if frame.png is None:
        return {"index": frame.frame, URI: frame.uri}
    return {"index": frame.frame, BYTES: b64encode(frame.png).decode("ascii")}


def _write_instance(instance: MaskObject) -> dict[str, Any]:
    named = write_feature(instance.feature, instance=True)
    return {"colorRGB": list(instance.colour)} | named | write_nested(instance.classifications)


def _read_frame(value: object, at: At) -> Composite:
    frame = at.mapping(value, FRAME_KEYS)
    if "index" not in frame:
        raise at.fault("no index", "give the frame of the video that it is for")
    index = (at / "index").frame(frame["index"])
    if at.one_of(frame, (BYTES, URI)) == URI:
        return Composite(index, uri=(at / URI).text(frame[URI]))
    return Composite(index, png=_read_bytes(frame[BYTES], at / BYTES))


def _read_bytes(value: object, at: At) -> bytes:
    try:
        return b64decode(at.text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise at.fault(f"not base64 ({error})", "write the bytes of the PNG as base64, without line breaks") from error


def _read_instance(value: object, at: At) -> MaskObject:
    instance = at.mapping(value, COLOURED_KEYS)
    if "colorRGB" not in instance:
        raise at.fault("no colorRGB", "give the colour that the instance has in the composites")
    colour = _read_colour(instance["colorRGB"], at / "colorRGB")
    return MaskObject(colour, read_feature(instance, at, instance=True), read_nested(instance, at))


def _read_colour(value: object, at: At) -> Colour:
    levels = [item for _, item in at.items(value)]
    if len(levels) != 3 or not all(type(level) is int and 0 <= level <= 255 for level in levels):
        raise at.fault(f"{levels} is not a colour", "give red, green and blue as whole numbers from 0 to 255")
    red, green, blue = levels
    return red, green, blue
