"""The demo's second video: a scene with moving boxes, drawn here, and its tracks as a MOT file and as a table."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import SpecError

__all__ = ["GLOBAL_KEY", "draw_contact_sheet", "draw_scene"]

GLOBAL_KEY = "labelferry-scene"
WIDTH, HEIGHT, FPS, FRAMES = 320, 240, 25, 75


class Box(NamedTuple):
    """A box of one track at one frame, in pixels."""

    frame: int
    track: int
    left: int
    top: int
    width: int
    height: int


def boxes() -> Iterator[Box]:
    """Three ferries: one straight on, one that speeds up, and one that is hidden for a while (frames 31 to 45)."""
    for frame in range(1, FRAMES + 1):
        yield Box(frame, 1, 10 + 3 * frame, 40, 48, 30)
        yield Box(frame, 2, 250 - frame * frame // 30, 110, 40, 36)
        if not 30 < frame <= 45:
            yield Box(frame, 3, 60 + frame, 150 + frame // 2, 36, 44)


COLOURS = {1: (230, 120, 60), 2: (80, 170, 90), 3: (90, 110, 210)}


def draw_scene(folder: Path) -> None:
    """Write ``scene.mp4``, ``gt.txt`` (MOTChallenge, 10 columns) and ``boxes.csv`` into ``folder``.

    Raises:
        SpecError: when PyAV, which draws the video, is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    every = list(boxes())
    _draw_video(folder / "scene.mp4", every)
    (folder / "gt.txt").write_text("".join(f"{','.join(map(str, box))},1,-1,-1,-1\n" for box in every), "utf-8")
    with (folder / "boxes.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(("global_key", "frame", "track", "class", "left", "top", "width", "height"))
        table.writerows((GLOBAL_KEY, box.frame, box.track, "ferry", *box[2:]) for box in every)


def draw_contact_sheet(path: Path) -> None:
    """Write a picture of six frames of the scene, with the boxes as they are imported."""
    from PIL import Image, ImageDraw

    every, shown = list(boxes()), (1, 15, 30, 38, 50, 75)
    sheet = Image.new("RGB", (3 * WIDTH, 2 * HEIGHT))
    for place, frame in enumerate(shown):
        present = [box for box in every if box.frame == frame]
        picture = Image.fromarray(_picture(present))
        pen = ImageDraw.Draw(picture)
        pen.text((6, 6), f"frame {frame}", fill=(20, 20, 20))
        for box in present:
            pen.rectangle(
                (box.left, box.top, box.left + box.width, box.top + box.height), outline=(20, 20, 20), width=2
            )
            pen.text((box.left + 4, box.top + 4), f"ferry {box.track}", fill=(255, 255, 255))
        sheet.paste(picture, (place % 3 * WIDTH, place // 3 * HEIGHT))
    sheet.save(path, optimize=True)


def _draw_video(path: Path, every: list[Box]) -> None:
    try:
        import av
    except ModuleNotFoundError as error:
        raise SpecError("the demo draws its video with PyAV; install labelferry[video]") from error
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in range(1, FRAMES + 1):
            picture = _picture([box for box in every if box.frame == frame])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def _picture(present: list[Box]) -> NDArray[np.uint8]:
    picture = np.full((HEIGHT, WIDTH, 3), (150, 190, 215), dtype=np.uint8)
    for box in present:
        picture[box.top : box.top + box.height, box.left : box.left + box.width] = COLOURS[box.track]
    return picture
