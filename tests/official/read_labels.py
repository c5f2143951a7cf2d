"""What libraries that others wrote find in label files: goes to stdout as JSON, file by file.

Run by the Python of an environment that holds motmetrics, TrackEval, pycocotools and datumaro, with the folder of the
files.
"""

import contextlib
import json
import sys
from pathlib import Path

ROOT = Path(sys.argv[1])
MOT = ["mot/motmetrics/TUD-Campus/gt/gt.txt", "mot/mmtracking/TUD-Campus/gt/gt.txt",
       "mot/motmetrics/TUD-Campus/tracker_output.txt", "tracker_output/mmtracking/TUD-Campus.txt"]  # fmt: skip
KITTI = [f"kitti_tracking/AB3DMOT/label_02/{name}.txt" for name in ("0000", "0004", "0012")]
SAV = "coco_vid/sam2/sav_000001_manual.json"
DATUMARO = {
    "cvat_video/datumaro/annotations.xml": ("cvat_video/datumaro", "cvat"),
    "mots_png/datumaro/train/instances": ("mots_png/datumaro/train", "mots"),
}


def of_motmetrics(name):
    """Boxes and tracks, and the left edges, from which it takes one pixel."""
    import motmetrics

    table = motmetrics.io.loadtxt(str(ROOT / name), fmt="mot15-2D")
    tracks = table.index.get_level_values("Id").nunique()
    return {"boxes": len(table), "tracks": tracks, "left": round(float((table.X + 1).sum()), 3)}


def of_trackeval(name):
    """Boxes and tracks of a text file, as its benchmarks read them; KITTI's ignored regions are not tracks."""
    from trackeval.datasets._base_dataset import _BaseDataset

    frames, _ = _BaseDataset._load_simple_text_file(str(ROOT / name))
    rows = [row for rows in frames.values() for row in rows if "DontCare" not in row]
    return {"boxes": len(rows), "tracks": len({row[1] for row in rows})}


def of_pycocotools():
    """The pixels of each object in each frame of SA-V, later objects over earlier ones."""
    import numpy
    from pycocotools import mask

    areas = {}
    document = json.loads((ROOT / SAV).read_text("utf-8"))
    for at, frame in enumerate(document["masklet"]):
        numbers = numpy.zeros((int(document["video_height"]), int(document["video_width"])), dtype=int)
        for place, rle in enumerate(frame, 1):
            numbers[mask.decode(rle) > 0] = place
        counts = numpy.bincount(numbers.ravel(), minlength=len(frame) + 1)[1:]
        areas[4 * at + 1] = sorted(int(count) for count in counts if count)
    return areas


def of_datumaro(folder, format_name):
    """Annotations by type, without those that are outside of the picture."""
    import datumaro

    data = datumaro.Dataset.import_from(str(ROOT / folder), format_name)
    kinds = [each.type.name for item in data for each in item.annotations if not each.attributes.get("outside")]
    return {kind: kinds.count(kind) for kind in set(kinds)}


with contextlib.redirect_stdout(sys.stderr):
    found = {
        "motmetrics": {name: of_motmetrics(name) for name in MOT},
        "trackeval": {name: of_trackeval(name) for name in MOT + KITTI},
        "pycocotools": {SAV: of_pycocotools()},
        "datumaro": {name: of_datumaro(*source) for name, source in DATUMARO.items()},
    }
