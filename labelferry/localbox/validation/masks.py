"""Rules for video masks: one composite PNG per frame, one colour per instance."""

import base64
import binascii
import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from labelferry.localbox.validation.classifications import Place, nested_faults
from labelferry.localbox.validation.features import Feature, find, missing
from labelferry.localbox.validation.objects import frame_faults
from labelferry.localbox.validation.spans import MOST_FRAMES

TOOL = "raster-segmentation"
PIXELS = 100_000_000
Colour = tuple[int, int, int]
Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Media:
    """What is known about a line's video."""

    frame_count: int = MOST_FRAMES
    width: int | None = None
    height: int | None = None


class BadImageError(ValueError):
    """The bytes of a mask cannot be used."""


def faults(
    masks: object, tools: tuple[Feature, ...], media: Media, fetch: Fetch, *, once: bool = False
) -> Iterator[str]:
    """Yield what is wrong with the ``masks`` of a line.

    Args:
        masks: the member of the line.
        tools: of the ontology.
        media: what is known of the video.
        fetch: turns an instance URI into bytes.
        once: whether a colour may stand for one instance only; the guide's own example repeats one.
    """
    frames = masks.get("frames") if isinstance(masks, dict) else None
    instances = masks.get("instances") if isinstance(masks, dict) else None
    if not _objects(frames) or not _objects(instances):
        yield "masks needs frames and instances, lists of at least one object each"
        return
    problems = [*_frame_list_faults(frames, media), *_instance_faults(instances, tools, once=once)]
    yield from problems
    if not problems:
        yield from _image_faults(frames, instances, media, fetch)


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _frame_list_faults(frames: Any, media: Media) -> Iterator[str]:
    seen: set[object] = set()
    for frame in frames:
        index = frame.get("index")
        problems = list(frame_faults(index, media.frame_count))
        yield from problems
        if not problems and index in seen:
            yield f"Two composite masks for frame {index}: only one can exist per frame"
        if not problems:
            seen.add(index)


def _instance_faults(instances: Any, tools: tuple[Feature, ...], *, once: bool) -> Iterator[str]:
    seen: set[Colour] = set()
    for instance in instances:
        tool = find(tools, instance)
        yield from _tool_faults(instance, tool)
        colour = colour_of(instance)
        if colour is None:
            yield f"colorRGB must be three whole numbers from 0 to 255, not {instance.get('colorRGB')}"
        elif once and colour in seen:
            yield f"Colour {list(colour)} stands for two instances"
        else:
            seen.add(colour)


def _tool_faults(instance: dict[str, Any], tool: Feature | None) -> Iterator[str]:
    if tool is None:
        yield missing(instance)
    elif tool.kind != TOOL:
        yield f"'{tool.name}' is a {tool.kind}: it takes no mask"
    else:
        yield from nested_faults(instance.get("classifications"), tool.children, Place(nested=True))


def colour_of(instance: dict[str, Any]) -> Colour | None:
    """Return an instance's colour, or None when it is invalid."""
    value = instance.get("colorRGB")
    if not isinstance(value, list) or len(value) != 3:
        return None
    if not all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= 255 for each in value):
        return None
    return value[0], value[1], value[2]


def _image_faults(frames: Any, instances: Any, media: Media, fetch: Fetch) -> Iterator[str]:
    present: set[Colour] = set()
    problems: list[str] = []
    for frame in frames:
        try:
            image = opened(content(frame, fetch))
            present |= colours(image)
        except BadImageError as error:
            problems.append(f"Mask at frame {frame['index']}: {error}")
        else:
            problems += _size_faults(image, frame["index"], media)
    yield from problems
    if not problems:
        absent = [instance["colorRGB"] for instance in instances if colour_of(instance) not in present]
        yield from (f"Colour {colour} is in none of the masks" for colour in absent)


def _size_faults(image: Image.Image, index: int, media: Media) -> Iterator[str]:
    if media.width and media.height and image.size != (media.width, media.height):
        size, wanted = f"{image.width}x{image.height}", f"{media.width}x{media.height}"
        yield f"Mask at frame {index}: it is {size}, the video is {wanted}"


def content(frame: dict[str, Any], fetch: Fetch) -> bytes:
    """Return the bytes of a frame's image, inline or behind its URI."""
    inline, uri = frame.get("imBytes"), frame.get("instanceURI")
    if isinstance(inline, str):
        try:
            return base64.b64decode(inline, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadImageError(f"imBytes is not base64: {error}") from error
    if isinstance(uri, str):
        return fetch(uri)
    raise BadImageError("it has neither imBytes nor instanceURI")


def opened(data: bytes) -> Image.Image:
    """Return the bytes decoded as a three-channel PNG."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=["PNG"])
        _check_header(image)
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise error if isinstance(error, BadImageError) else BadImageError("it is not a PNG") from error
    return image


def _check_header(image: Image.Image) -> None:
    if image.mode != "RGB":
        raise BadImageError(f"it must have three channels (RGB), not {image.mode}")
    if image.width * image.height > PIXELS:
        raise BadImageError(f"it has more than {PIXELS} pixels")


def colours(image: Image.Image) -> set[Colour]:
    """Return every colour of an image."""
    counted = image.getcolors(maxcolors=image.width * image.height) or []
    return {colour for _, colour in counted if isinstance(colour, tuple)}  # type: ignore[misc]
