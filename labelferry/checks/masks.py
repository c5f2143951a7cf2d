"""Masks -> composites are RGB PNGs of the video's size, and colours tell the instances apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from labelferry.checks.subject import Facts, RowCheck, whole_row
from labelferry.errors import SourceError
from labelferry.listing import shorten
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.masks import Colour, Composite, MaskObject, Masks
from labelferry.model.media import Media
from labelferry.model.rules import MaskRule
from labelferry.model.video import LabelledVideo

__all__ = ["check"]

BLACK = (0, 0, 0)
COLOURS_SHOWN = 5


@dataclass(slots=True)
class _Looked:
    """The contents of the composites of one line.

    Args:
        colours: in any of them.
        sizes: width and height, each with the first frame that has it.
        unread: composites that are not readable.
        by_url: composites given by URL.
    """

    colours: set[Colour] = field(default_factory=set)
    sizes: dict[tuple[int, int], int] = field(default_factory=dict)
    unread: int = 0
    by_url: int = 0


def check(facts: Facts) -> RowCheck:
    """Check masks."""
    return whole_row(lambda videos: _row(videos, facts.media_of(videos[0].row)))


def _row(videos: Sequence[LabelledVideo], media: Media) -> Iterator[Finding]:
    lines = [masks for video in videos for masks in video.masks]
    yield from _frames(lines, str(videos[0].row))
    for masks in lines:
        yield from _instances(masks)
        yield from _pictures(masks, media)


def _frames(lines: Iterable[Masks], video: str) -> Iterator[Finding]:
    seen: dict[int, Where] = {}
    for masks in lines:
        for frame in (each.frame for each in masks.frames):
            if frame in seen:
                yield MaskRule.MASK_FRAME_TWICE.at(masks.where, frame=frame, video=video, other_place=seen[frame])
            seen.setdefault(frame, masks.where)


def _instances(masks: Masks) -> Iterator[Finding]:
    owners: dict[Colour, MaskObject] = {}
    for instance in masks.instances:
        yield from _colour(masks, instance)
        other = owners.setdefault(instance.colour, instance)
        if other is not instance:
            yield MaskRule.MASK_COLOUR_TWICE.at(
                masks.where, colour=instance.colour, first=other.feature, second=instance.feature
            )


def _colour(masks: Masks, instance: MaskObject) -> Iterator[Finding]:
    if instance.colour == BLACK:
        yield MaskRule.MASK_COLOUR_BLACK.at(masks.where, feature=instance.feature)
    elif not all(0 <= part <= 255 for part in instance.colour):
        yield MaskRule.MASK_COLOUR_RANGE.at(masks.where, colour=instance.colour, feature=instance.feature)


def _pictures(masks: Masks, media: Media) -> Iterator[Finding]:
    looked = _Looked()
    for frame in masks.frames:
        yield from _look(masks, frame, looked)
    yield from _sizes(masks, looked, media)
    if looked.by_url:
        yield MaskRule.MASK_BY_URL.at(masks.where, count=looked.by_url)
    # A colour may be in a composite that was not read, but unclaimed colours in the others are certain.
    if not looked.unread and not looked.by_url:
        yield from _absent(masks, looked)
    yield from _unclaimed(masks, looked)


def _look(masks: Masks, frame: Composite, looked: _Looked) -> Iterator[Finding]:
    from labelferry.masks.colours import distinct_png
    from labelferry.masks.png import header

    if frame.png is None:
        looked.by_url += 1
        return
    try:
        head = header(frame.png)
        looked.sizes.setdefault((head.width, head.height), frame.frame)
        found = distinct_png(frame.png)
    except SourceError as wrong:
        looked.unread += 1
        yield MaskRule.MASK_NOT_PNG.at(masks.where, frame=frame.frame, problem=wrong)
        return
    looked.colours.update(found)
    if not head.is_rgb:
        yield MaskRule.MASK_NOT_RGB.at(masks.where, frame=frame.frame, mode=head.described)


def _sizes(masks: Masks, looked: _Looked, media: Media) -> Iterator[Finding]:
    if len(looked.sizes) > 1:
        sizes = ", ".join(f"{_size(*size)} at frame {frame}" for size, frame in looked.sizes.items())
        yield MaskRule.MASK_SIZES_DIFFER.at(masks.where, sizes=sizes)
    for (width, height), frame in looked.sizes.items():
        video = (media.width or width, media.height or height)
        if video != (width, height):
            yield MaskRule.MASK_SIZE_NOT_VIDEO.at(
                masks.where, frame=frame, size=_size(width, height), video_size=_size(*video)
            )


def _absent(masks: Masks, looked: _Looked) -> Iterator[Finding]:
    drawn = _listed(looked.colours - {BLACK}) or "only black"
    for instance in masks.instances:
        if instance.colour not in looked.colours and instance.colour != BLACK:
            yield MaskRule.MASK_COLOUR_ABSENT.at(
                masks.where, colour=instance.colour, feature=instance.feature, drawn=drawn
            )


def _unclaimed(masks: Masks, looked: _Looked) -> Iterator[Finding]:
    extra = looked.colours - {BLACK} - {instance.colour for instance in masks.instances}
    if extra:
        yield MaskRule.MASK_COLOUR_UNCLAIMED.at(masks.where, count=len(extra), colours=_listed(extra))


def _listed(colours: Iterable[Colour]) -> str:
    return ", ".join(shorten([str(colour) for colour in sorted(colours)], COLOURS_SHOWN))


def _size(width: int, height: int) -> str:
    return f"{width}x{height}"
