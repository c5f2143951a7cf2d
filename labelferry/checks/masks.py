"""Rules about masks: composites are RGB PNGs of the video's size, and colours tell the instances apart.

Labelbox takes one 3-channel composite per frame; a colour that no composite has is refused, pixels of a colour that no
instance has are ignored. https://docs.labelbox.com/reference/import-video-annotations
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from labelferry.checks.scene import Raised, Scene, error, warning
from labelferry.errors import SourceError
from labelferry.model.feature import Where
from labelferry.model.masks import Colour, MaskFrame, MaskInstance, Masks
from labelferry.model.media import Media
from labelferry.model.video import LabelledVideo

__all__ = ["check"]

BLACK = (0, 0, 0)
MOST_SHOWN = 5


@dataclass(slots=True)
class _Looked:
    """What the composites of one line show."""

    colours: set[Colour] = field(default_factory=set)
    sizes: dict[tuple[int, int], int] = field(default_factory=dict)
    unknown: int = 0
    by_address: int = 0


def check(scene: Scene) -> Iterator[Raised]:
    """Check masks."""
    for videos in scene.by_row().values():
        media = scene.media_of(videos[0].row)
        yield from _frames(videos)
        for masks in (one for video in videos for one in video.masks):
            yield from _instances(masks)
            yield from _pictures(masks, media)


def _frames(videos: Sequence[LabelledVideo]) -> Iterator[Raised]:
    seen: dict[int, Where] = {}
    for masks in (one for video in videos for one in video.masks):
        for frame in masks.frames:
            if frame.frame in seen:
                yield error(
                    "mask-frame-twice",
                    masks.where,
                    f"frame {frame.frame} of {videos[0].row} already has a composite mask at {seen[frame.frame]}",
                    "Labelbox takes one per frame; draw all instances into one picture",
                )
            seen.setdefault(frame.frame, masks.where)


def _instances(masks: Masks) -> Iterator[Raised]:
    owners: dict[Colour, MaskInstance] = {}
    for instance in masks.instances:
        yield from _colour(masks, instance)
        other = owners.setdefault(instance.colour, instance)
        if other is not instance:
            yield error(
                "mask-colour-twice",
                masks.where,
                f"the colour {instance.colour} belongs to '{other.feature}' and again to '{instance.feature}'",
                "give each instance a colour of its own, and each only once",
            )


def _colour(masks: Masks, instance: MaskInstance) -> Iterator[Raised]:
    if instance.colour == BLACK:
        yield error(
            "mask-colour-black",
            masks.where,
            f"an instance of '{instance.feature}' is black, which is the background",
            "draw it in another colour",
        )
    elif not all(0 <= part <= 255 for part in instance.colour):
        yield error(
            "mask-colour-range",
            masks.where,
            f"{instance.colour} of '{instance.feature}' is no RGB colour",
            "give three whole numbers from 0 to 255",
        )


def _pictures(masks: Masks, media: Media) -> Iterator[Raised]:
    looked = _Looked()
    for frame in masks.frames:
        yield from _look(masks, frame, looked)
    yield from _sizes(masks, looked, media)
    if looked.by_address:
        yield warning(
            "mask-by-address",
            masks.where,
            f"{looked.by_address} composite masks are given by address and were not looked at",
            "nothing to do if they are right; give bytes or files to have them checked",
        )
    if not looked.unknown and not looked.by_address:
        yield from _absent(masks, looked)
    yield from _unclaimed(masks, looked)


def _look(masks: Masks, frame: MaskFrame, looked: _Looked) -> Iterator[Raised]:
    from labelferry.masks.colours import distinct_png
    from labelferry.masks.png import header

    if frame.png is None:
        looked.by_address += 1
        return
    try:
        head = header(frame.png)
        looked.sizes.setdefault((head.width, head.height), frame.frame)
        found = distinct_png(frame.png)
    except SourceError as wrong:
        looked.unknown += 1
        yield error("mask-not-png", masks.where, f"the mask of frame {frame.frame} is {wrong}", "give a readable PNG")
        return
    looked.colours.update(found)
    if not head.is_rgb:
        yield error(
            "mask-not-rgb",
            masks.where,
            f"the mask of frame {frame.frame} is {head.described}, not 3-channel RGB of 8 bits",
            "Labelbox takes only that; save it in mode RGB, without transparency or palette",
        )


def _sizes(masks: Masks, looked: _Looked, media: Media) -> Iterator[Raised]:
    if len(looked.sizes) > 1:
        found = ", ".join(f"{width}x{height} at frame {frame}" for (width, height), frame in looked.sizes.items())
        yield error(
            "mask-sizes-differ",
            masks.where,
            f"the masks have different sizes: {found}",
            "all must have the size of the video",
        )
    for (width, height), frame in looked.sizes.items():
        if (media.width or width, media.height or height) != (width, height):
            yield error(
                "mask-size-not-video",
                masks.where,
                f"the mask of frame {frame} has {width}x{height} pixels and the video {media.width}x{media.height}",
                "draw masks in the size of the video, or correct width and height in the manifest",
            )


def _absent(masks: Masks, looked: _Looked) -> Iterator[Raised]:
    there = sorted(looked.colours - {BLACK})
    for instance in masks.instances:
        if instance.colour not in looked.colours and instance.colour != BLACK:
            yield error(
                "mask-colour-absent",
                masks.where,
                f"no mask has the colour {instance.colour} of '{instance.feature}'",
                f"give the colour as it is drawn (there: {_some(there) or 'only black'}), or remove the instance",
            )


def _unclaimed(masks: Masks, looked: _Looked) -> Iterator[Raised]:
    extra = sorted(looked.colours - {BLACK} - {instance.colour for instance in masks.instances})
    if extra:
        yield warning(
            "mask-colour-unclaimed",
            masks.where,
            f"{len(extra)} colours in the masks belong to no instance ({_some(extra)}); their pixels are ignored",
            "add instances for them, or save masks without smoothing",
        )


def _some(colours: Sequence[Colour]) -> str:
    rest = len(colours) - MOST_SHOWN
    return ", ".join(str(colour) for colour in colours[:MOST_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
