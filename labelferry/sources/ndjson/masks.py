"""A line of masks -> Masks: composites as bytes or addresses, instances by colour."""

import binascii
from base64 import b64decode

from labelferry.model import MaskFrame, MaskInstance, Masks
from labelferry.model.masks import Colour
from labelferry.sources.ndjson.answers import classifications
from labelferry.sources.ndjson.at import At

__all__ = ["MASK_KEYS", "masks"]

MASK_KEYS = frozenset({"masks"})
FRAME_KEYS = frozenset({"index", "imBytes", "instanceURI"})
INSTANCE_KEYS = frozenset({"colorRGB", "name", "featureSchemaId", "classifications"})


def masks(value: object, at: At, uuid: str | None) -> Masks:
    """The composites and instances of a line.

    Raises:
        AnnotationError: when two composites are for one frame.
    """
    holder = at.mapping(value, {"frames", "instances"})
    if len(holder) < 2:
        raise at.fault("frames or instances are missing", "give both")
    frames = [_frame(item, place) for place, item in (at / "frames").items(holder["frames"])]
    instances = [_instance(item, place) for place, item in (at / "instances").items(holder["instances"])]
    return Masks(tuple(frames), tuple(instances), at.where, uuid)


def _frame(value: object, at: At) -> MaskFrame:
    frame = at.mapping(value, FRAME_KEYS)
    if "index" not in frame:
        raise at.fault("no index", "say which frame of the video it is for")
    index = (at / "index").frame(frame["index"])
    if at.one_of(frame, ("imBytes", "instanceURI")) == "instanceURI":
        return MaskFrame(index, uri=(at / "instanceURI").text(frame["instanceURI"]))
    return MaskFrame(index, png=_bytes(frame["imBytes"], at / "imBytes"))


def _bytes(value: object, at: At) -> bytes:
    try:
        return b64decode(at.text(value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise at.fault(f"not base64 ({error})", "write the bytes of the PNG as base64, without line breaks") from error


def _instance(value: object, at: At) -> MaskInstance:
    instance = at.mapping(value, INSTANCE_KEYS)
    if "colorRGB" not in instance:
        raise at.fault("no colorRGB", "give the colour that the instance has in the composites")
    colour = _colour(instance["colorRGB"], at / "colorRGB")
    return MaskInstance(colour, at.feature(instance, "featureSchemaId"), classifications(instance, at))


def _colour(value: object, at: At) -> Colour:
    levels = [item for _, item in at.items(value)]
    if len(levels) != 3 or not all(type(level) is int and 0 <= level <= 255 for level in levels):
        raise at.fault(f"{levels} is not a colour", "give red, green and blue as whole numbers from 0 to 255")
    red, green, blue = levels
    return red, green, blue
