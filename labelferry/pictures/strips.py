"""A desired state -> a strip for each of a few videos: some of its frames with their labels.

The frame comes from the video when its file is on this machine and can be read, else the labels are drawn on a plain
background of the video's size. The amount read and drawn is bounded, whatever the onboarding's size.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelferry.desired.state import Desired, IndexedLine
from labelferry.model import RowRef
from labelferry.model.frames import FIRST_FRAME
from labelferry.model.keys import identity
from labelferry.model.masks import Colour
from labelferry.pictures.drawing import COLOURS, Canvas, draw
from labelferry.pictures.frames import Patience, read_frames
from labelferry.pictures.shapes import DrawnLabels, frames_to_show

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["GROUND", "Strip", "choose_rows", "colours_of", "content_of", "draw_strips", "facts_of", "size_of"]

STAMP_WIDTH = 320
MOST_LINES, MOST_BYTES = 300, 20_000_000
PATIENCE = 10.0
"""Seconds for reading frames of videos."""
GROUND: Colour = (71, 85, 105)
UNKNOWN_SIZE = (640, 360)


@dataclass(frozen=True, slots=True)
class Strip:
    """Some frames of one video.

    Args:
        row: global key, or id.
        frames: their numbers, counted from 1.
        stamps: a picture for each frame, all of one size.
        seen: number of pictures that show the video itself.
        lines: number of lines drawn.
        left_out: number of lines not drawn, because there are too many.
        refused: number of drawn lines that were refused.
    """

    row: str
    frames: tuple[int, ...]
    stamps: "tuple[Image.Image, ...]"
    seen: int
    lines: int
    left_out: int
    refused: int


def draw_strips(
    desired: Desired,
    refused: Collection[str] = (),
    *,
    videos: int = 6,
    frames: int = 4,
    width: int = STAMP_WIDTH,
    by_track: bool = False,
    only: str | None = None,
) -> list[Strip]:
    """Draw the first videos that have labels, those with refused lines first.

    Args:
        desired: the desired state.
        refused: uuids of lines that the service refused; they have a colour of their own.
        videos: maximum number of videos.
        frames: maximum number of frames of each.
        width: of a picture in pixels, and its largest height.
        by_track: whether each track has a colour and a name of its own, else each class.
        only: global key of the only video to draw.
    """
    chosen = choose_rows(desired, refused, videos, only=only)
    colours = dict(zip(_names(chosen), cycle(COLOURS), strict=False))
    facts = facts_of(desired)
    artist, strips = _Artist(colours, frames, Patience(PATIENCE), width), []
    for row, lines in chosen.items():
        content = content_of(desired, lines, refused, by_track=by_track)
        mine = replace(artist, colours=colours | colours_of(content)) if by_track else artist
        strips.append(mine.strip(str(row), content, facts.get(identity(row.global_key or ""), {})))
    return strips


def facts_of(desired: Desired) -> dict[str, dict[str, Any]]:
    """Return what the manifest says of each video, by the identity of its key."""
    return {identity(str(row["global_key"])): row for row in desired.rows()}


def colours_of(content: DrawnLabels) -> dict[str, Colour]:
    """Return a colour for the name of each line that has a track."""
    names = [name for name, video in zip(content.names, content.videos, strict=True) if video.tracks]
    return dict(zip(names, cycle(COLOURS), strict=False))


def choose_rows(
    desired: Desired, refused: Collection[str], count: int, *, only: str | None = None
) -> dict[RowRef, list[IndexedLine]]:
    """Return the lines of the first rows that have any, those with refused lines first; or of the only one wanted."""
    quiet: dict[RowRef, list[IndexedLine]] = {}
    loud: dict[RowRef, list[IndexedLine]] = {}
    for row, lines in groupby(desired.index(), key=lambda line: line.row):
        if only is not None and row.identity != identity(only):
            continue
        listed = list(lines)
        found = loud if any(line.uuid in refused for line in listed) else quiet
        if len(found) < count:
            found[row] = listed
    return dict(islice((loud | quiet).items(), count))


def _names(chosen: Mapping[RowRef, Iterable[IndexedLine]]) -> list[str]:
    """Return classes in order of appearance; a line of masks names several, joined by commas."""
    features = (line.feature for lines in chosen.values() for line in lines)
    return list(dict.fromkeys(name for feature in features for name in (feature, *feature.split(", "))))


def content_of(
    desired: Desired, lines: list[IndexedLine], refused: Collection[str] = (), *, by_track: bool = False
) -> DrawnLabels:
    """Return what is drawn of a row's lines, those that were refused first; by track, each has its own name."""
    first = sorted(lines, key=lambda line: line.uuid not in refused)
    drawn = [(desired.video(line), line.uuid in refused) for line in _affordable(first)]
    videos, bad = tuple(video for video, _ in drawn), tuple(is_refused for _, is_refused in drawn)
    names = tuple(_numbered(line.feature for line, _ in zip(first, drawn, strict=False))) if by_track else ()
    return DrawnLabels(videos, bad, len(lines) - len(drawn), desired.spec.frames.temporal_base, names)


def _numbered(names: Iterable[str]) -> Iterator[str]:
    """Yield the names, each with its number among its equals."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield f"{name} {seen[name]}"


def _affordable(lines: Iterable[IndexedLine]) -> Iterator[IndexedLine]:
    size = 0
    for line in islice(lines, MOST_LINES):
        size += line.length
        if size > MOST_BYTES:
            return
        yield line


@dataclass(frozen=True, slots=True)
class _Artist:
    """The state shared by all strips: colours of classes, number of frames, time to read them."""

    colours: Mapping[str, Colour]
    count: int
    patience: Patience
    width: int = STAMP_WIDTH

    def strip(self, row: str, content: DrawnLabels, facts: Mapping[str, Any]) -> Strip:
        numbers = [number for number in frames_to_show(content, self.count) if number >= FIRST_FRAME]
        seen = read_frames(Path(facts["file"]), numbers, self.patience) if "file" in facts else {}
        size = next(iter(seen.values())).size if seen else size_of(content, facts)
        stamps = tuple(self.stamp(seen.get(number), size, content, number) for number in numbers)
        refused = sum(content.refused)
        return Strip(row, tuple(numbers), stamps, len(seen), len(content.videos), content.left_out, refused)

    def stamp(
        self, frame: "Image.Image | None", size: tuple[int, int], content: DrawnLabels, number: int
    ) -> "Image.Image":
        from PIL import Image

        scale = min(self.width / size[0], self.width / size[1])
        small = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
        ground = Image.new("RGB", small, GROUND) if frame is None else frame.resize(small)
        draw(Canvas(ground, scale, self.colours), content, number)
        return ground


def size_of(content: DrawnLabels, facts: Mapping[str, Any]) -> tuple[int, int]:
    """Return the video's size, or the extent of the labels when it is unknown."""
    if "width" in facts and "height" in facts:
        return int(facts["width"]), int(facts["height"])
    width, height = UNKNOWN_SIZE
    for track in (track for video in content.videos for track in video.tracks):
        ends = track.coords[:, :2] + (track.coords[:, 2:] if track.coords.shape[1] == 4 else 0)
        width, height = max(width, int(ends[:, 0].max())), max(height, int(ends[:, 1].max()))
    return width, height
