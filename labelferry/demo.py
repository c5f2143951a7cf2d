"""The demo's second video: a scene with moving boxes, drawn here, and its tracks as a MOT file and as a table."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import SpecError

__all__ = ["GLOBAL_KEY", "draw_scene", "lay_out"]

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
    """Return three ferries: one at constant speed, one that accelerates, and one that is hidden in frames 31 to 45."""
    for frame in range(1, FRAMES + 1):
        yield Box(frame, 1, 10 + 3 * frame, 40, 48, 30)
        yield Box(frame, 2, 250 - frame * frame // 30, 110, 40, 36)
        if not 30 < frame <= 45:
            yield Box(frame, 3, 60 + frame, 150 + frame // 2, 36, 44)


COLOURS = {1: (230, 120, 60), 2: (80, 170, 90), 3: (90, 110, 210)}


def lay_out(folder: Path, examples: Path | None = None) -> list[Path]:
    """Write the demo's files into ``folder`` and return its specs: the tutorial's, and those of a scene drawn here.

    Args:
        folder: created if it does not exist.
        examples: the folder to copy; by default the examples that come with labelferry.

    Raises:
        SpecError: when PyAV, which draws the video, is not installed.
    """
    _copy(examples or _examples(), folder)
    draw_scene(folder / "scene")
    names = ("guide/prelabels", "guide/ground-truth", "scene/prelabels", "scene/ground-truth")
    return [folder / f"{name}.yaml" for name in names]


def _copy(source: Path, folder: Path) -> None:
    """Copy the contents of files without their permissions: the examples may be installed read-only."""
    for path in source.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _examples() -> Path:
    """Return the folder of the examples: in the wheel, or in a checkout under ``config``."""
    installed = Path(__file__).parent / "examples"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "config" / "examples"


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


def _draw_video(path: Path, every: list[Box]) -> None:
    try:
        import av
    except ModuleNotFoundError as error:
        raise SpecError("the demo draws its video with PyAV; install labelferry[video]") from error
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in range(1, FRAMES + 1):
            drawn = picture([box for box in every if box.frame == frame])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(drawn, format="rgb24")))
        container.mux(stream.encode())


def picture(present: list[Box]) -> NDArray[np.uint8]:
    """Return one frame of the scene, shape [height, width, 3], with the boxes that are present in it."""
    picture = np.full((HEIGHT, WIDTH, 3), (150, 190, 215), dtype=np.uint8)
    for box in present:
        picture[box.top : box.top + box.height, box.left : box.left + box.width] = COLOURS[box.track]
    return picture
