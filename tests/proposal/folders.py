"""Ten folders as people have them, made small: videos of a few frames, and labels of made-up objects."""

import json
import struct
import unicodedata
import zlib
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import av
from PIL import Image

__all__ = ["FOLDERS", "mot_rows", "put", "video"]

SIZE = (160, 120)
FRAMES = 12


@cache
def _clip(kind: str) -> bytes:
    out = BytesIO()
    with av.open(out, "w", format="mov" if kind == ".mov" else "mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(25))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for number in range(FRAMES):
            picture = Image.new("RGB", SIZE, (20 * number, 90, 160))
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return out.getvalue()


def video(path: Path) -> None:
    """Write a video of 12 frames, 160 x 120; each has content of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    free = struct.pack(">I4sI", 12, b"free", zlib.crc32(str(path).encode()))
    path.write_bytes(_clip(path.suffix.lower()) + free)


def put(path: Path, text: str) -> None:
    """Write a text file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def mot_rows(columns: str = "-1,-1,-1") -> str:
    """Two tracks of five frames in MOT's columns."""
    rows = [f"{frame},{ident},{10 * ident + frame},20,30,25,1,{columns}" for frame in range(1, 6) for ident in (1, 2)]
    return "\n".join(rows) + "\n"


def cvat(task: str | None) -> str:
    """CVAT's XML of one box on three frames."""
    meta = (
        f"<meta><task><name>{task}</name><size>12</size><mode>interpolation</mode><source>{task}</source></task></meta>"
    )
    boxes = "".join(
        f'<box frame="{frame}" outside="0" occluded="0" keyframe="1" xtl="5" ytl="6" xbr="40" ybr="50"/>'
        for frame in range(3)
    )
    return f'<annotations><version>1.1</version>{meta}<track id="0" label="car">{boxes}</track></annotations>'


def coco(names: list[str]) -> str:
    """COCO with videos."""
    return json.dumps(
        {
            "categories": [{"id": 1, "name": "boat"}],
            "videos": [{"id": at, "name": name, "width": 160, "height": 120} for at, name in enumerate(names, 1)],
            "images": [
                {"id": 10 * at + frame, "video_id": at, "frame_id": frame, "file_name": f"{name}/{frame:06}.jpg",
                 "width": 160, "height": 120}
                for at, name in enumerate(names, 1) for frame in range(3)
            ],
            "annotations": [
                {"id": 10 * at + frame, "image_id": 10 * at + frame, "video_id": at, "category_id": 1, "track_id": at,
                 "instance_id": at, "bbox": [5, 6, 20, 30], "area": 600, "iscrowd": 0}
                for at, _ in enumerate(names, 1) for frame in range(3)
            ],
        }
    )  # fmt: skip


TABLE = "frame,track,class,left,top,width,height\n1,1,dog,5,6,20,20\n2,1,dog,6,6,20,20\n"


def phones(folder: Path) -> None:
    """As phones name them, in two endings, and a system's own files."""
    for name in ("IMG_1234.MOV", "VID_20240501_101500.mp4"):
        video(folder / name)
        put(folder / f"{Path(name).stem}.csv", TABLE)
    put(folder / ".DS_Store", "x")
    put(folder / "._IMG_1234.csv", "x")


def downloads(folder: Path) -> None:
    """As yt-dlp names them, with what it leaves beside them; brackets, spaces, and letters that no key may have."""
    name = unicodedata.normalize("NFD", "Café au lait \uff5c part 1 [dQw4w9WgXcQ]")
    video(folder / f"{name}.mp4")
    put(folder / f"{name}.info.json", json.dumps({"id": "dQw4w9WgXcQ", "annotations": [], "images": []}))
    put(folder / f"{name}.en.vtt", "WEBVTT\n")
    put(folder / f"{unicodedata.normalize('NFC', name)}.csv", TABLE)


def yolo(folder: Path) -> None:
    """A data set of YOLO: texts by frame, their classes in a file."""
    video(folder / "videos" / "yard.mp4")
    put(folder / "data.yaml", "names: {0: cat, 1: dog}\n")
    for frame in range(1, 5):
        put(folder / "labels" / f"yard_{frame:06}.txt", f"0 0.5 0.5 0.2 0.{frame} 7\n")


def mot(folder: Path) -> None:
    """Sequences of MOT16, their videos beside them."""
    for name in ("MOT17-02", "MOT17-04"):
        put(folder / name / "gt" / "gt.txt", mot_rows("1,1.0").replace(",1,1,1.0", ",1,1,1.0"))
        put(folder / name / "seqinfo.ini", f"[Sequence]\nname={name}\nframeRate=25\nseqLength=12\nimWidth=160\n")
        video(folder / f"{name}.mp4")


def masks(folder: Path) -> None:
    """Folders of palette masks, one a video, as DAVIS has them."""
    for name in ("bear", "boat"):
        video(folder / "videos" / f"{name}.mp4")
        for frame in range(3):
            picture = Image.new("P", SIZE)
            picture.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0] + [0] * 759)
            picture.paste(1, (10, 10, 60 + frame, 50))
            place = folder / "Annotations" / name / f"{frame:05}.png"
            place.parent.mkdir(parents=True, exist_ok=True)
            picture.save(place)


def coco_beside(folder: Path) -> None:
    """One JSON beside the videos that it names."""
    for name in ("quay", "pier"):
        video(folder / f"{name}.mp4")
    put(folder / "annotations.json", coco(["quay", "pier"]))


def cvat_zip(folder: Path) -> None:
    """The archive that CVAT exports, beside its video."""
    video(folder / "gate 3.mp4")
    with ZipFile(folder / "job_17_annotations.zip", "w") as archive:
        archive.writestr("annotations.xml", cvat("gate 3.mp4"))


def one_each(folder: Path) -> None:
    """A folder a video, with the same two names in each."""
    for day in ("monday", "tuesday"):
        video(folder / day / "video.mp4")
        put(folder / day / "boxes.csv", TABLE)


def incomplete(folder: Path) -> None:
    """Videos without labels, labels without a video."""
    for name in ("a", "b", "c"):
        video(folder / f"clip_{name}.mp4")
    for name in ("a", "b", "gone"):
        put(folder / "labels" / f"clip_{name}_gt.csv", TABLE)
    put(folder / "notes.txt", "look at b again\n")


def mixed(folder: Path) -> None:
    """Several formats at once, nested."""
    video(folder / "raw" / "2024" / "one.mp4")
    video(folder / "raw" / "2025" / "two.mp4")
    video(folder / "raw" / "2025" / "three.mp4")
    put(folder / "done" / "one.xml", cvat("one.mp4"))
    put(folder / "done" / "two.csv", TABLE)
    put(folder / "tracker" / "three.txt", mot_rows())


FOLDERS: tuple[Callable[[Path], None], ...] = (
    phones,
    downloads,
    yolo,
    mot,
    masks,
    coco_beside,
    cvat_zip,
    one_each,
    incomplete,
    mixed,
)
