"""What turning labels into NDJSON costs, side by side with the official SDK and with orjson alone in one run.

Each side runs in a process of its own, after one label to warm up; sides take turns; medians count. All write the
same boxes, one track a label: from Python types, objects are made, serialised and written; from columns in memory,
CSV or Parquet they are read, encoded and written. ``orjson`` serialises dicts that are ready, and writes nothing: the
floor of whatever ends in JSON. CPU time counts where others use the machine too.

    python -m benches.encode [--turns N] [--shapes SHAPE ...] [--sides SIDE ...]
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SHAPES = {"10 x 100": (10, 100), "100 x 100": (100, 100), "1,000 x 100": (1000, 100), "10,000 x 100": (10_000, 100)}
WARM_UP = (1, 100)
DEFAULT = list(SHAPES)[:-1]
FLOOR, SDK = "orjson", "SDK"

Work = Callable[[], object]
Figures = dict[str, float]


def made(lb: Any, labels: int, frames: int) -> list[Any]:
    """Labels with one track of boxes each, from the classes of either side."""
    return [
        lb.Label(
            data={"global_key": f"k{label}"},
            annotations=[
                lb.VideoObjectAnnotation(
                    name="b",
                    frame=frame + 1,
                    keyframe=True,
                    segment_index=0,
                    value=lb.Rectangle(start=lb.Point(x=frame, y=2.5), end=lb.Point(x=frame + 5.5, y=7.0)),
                )
                for frame in range(frames)
            ],
        )
        for label in range(labels)
    ]


def columns(labels: int, frames: int) -> list[Any]:
    """The same labels as a reader returns them."""
    import numpy as np

    from labelferry.model import Feature, Geometry, LabelledVideo, RowRef, Track, Where

    def track() -> Track:
        left, ones = np.arange(frames, dtype=np.float64), np.ones(frames)
        coords = np.column_stack((left, ones * 2.5, ones * 5.5, ones * 4.5))
        segment = np.zeros(frames, dtype=np.int64)
        return Track(Feature("b"), Geometry.BOX, np.arange(1, frames + 1), coords, segment, Where("columns"))

    return [LabelledVideo(RowRef(f"k{label}"), Where("columns"), tracks=(track(),)) for label in range(labels)]


def orjson_alone(labels: int, frames: int, _: Path) -> Work:
    import orjson

    from labelferry.ndjson import encode

    lines = [line.data for line in encode(columns(labels, frames))]
    return lambda: [len(orjson.dumps(line)) for line in lines]


def from_columns(labels: int, frames: int, folder: Path) -> Work:
    videos = columns(labels, frames)
    return lambda: written(videos, folder)


def from_parquet(labels: int, frames: int, folder: Path) -> Work:
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    write_csv(labels, frames, folder / "boxes.csv")
    pq.write_table(pc.read_csv(folder / "boxes.csv"), folder / "boxes.parquet")
    return from_table(folder, "boxes.parquet")


def from_csv(labels: int, frames: int, folder: Path) -> Work:
    write_csv(labels, frames, folder / "boxes.csv")
    return from_table(folder, "boxes.csv")


def from_table(folder: Path, name: str) -> Work:
    from labelferry.files.reach import Reach
    from labelferry.sources.source import Source
    from labelferry.sources.table import TableLabels, read

    entry = TableLabels(format="table", path=name)
    source = Source(entry, (entry.path,), Reach(folder), lambda _: None)
    return lambda: written(read(source), folder)


def written(videos: Any, folder: Path) -> None:
    from labelferry.ndjson import encode
    from labelferry.private import open_private

    with open_private(folder / "out.ndjson") as out:
        out.writelines(line.body + b"\n" for line in encode(videos))


def from_types(labels: int, frames: int, folder: Path) -> Work:
    import labelferry.types as lb
    from labelferry.convert import write_ndjson

    return lambda: write_ndjson(made(lb, labels, frames), folder / "out.ndjson")


def sdk(labels: int, frames: int, folder: Path) -> Work:
    import labelbox.types as lb
    from labelbox.data.serialization import NDJsonConverter

    def work() -> None:
        objects = made(lb, labels, frames)
        with (folder / "out.ndjson").open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in NDJsonConverter.serialize(objects))

    return work


def sdk_without_collector(labels: int, frames: int, folder: Path) -> Work:
    import gc

    gc.disable()
    return sdk(labels, frames, folder)


def write_csv(labels: int, frames: int, path: Path) -> None:
    rows = (f"k{label},{frame + 1},1,b,{frame},2.5,5.5,4.5" for label in range(labels) for frame in range(frames))
    path.write_text("\n".join(["global_key,frame,track,class,left,top,width,height", *rows]) + "\n", "utf-8")


SIDES = {
    FLOOR: orjson_alone,
    "columns": from_columns,
    "Parquet": from_parquet,
    "CSV": from_csv,
    "types": from_types,
    "SDK, gc off": sdk_without_collector,
    SDK: sdk,
}


def measured(work: Work) -> Figures:
    """What it takes; the peak is that of the whole process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=DEFAULT)
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--one", nargs=2, metavar=("SIDE", "SHAPE"))
    options = parser.parse_args()
    if options.one:
        side, shape = options.one
        with tempfile.TemporaryDirectory() as folder:
            SIDES[side](*WARM_UP, Path(folder))()
            print(json.dumps(measured(SIDES[side](*SHAPES[shape], Path(folder)))))
        return
    for shape in options.shapes:
        labels, frames = SHAPES[shape]
        print(f"\n{shape} = {labels * frames:,} keyframes, medians of {options.turns} turns")
        report(taking_turns(shape, options.sides, options.turns), labels * frames)


def taking_turns(shape: str, sides: list[str], turns: int) -> dict[str, Figures]:
    found: dict[str, list[Figures]] = {side: [] for side in sides}
    for _ in range(turns):
        for side, results in found.items():
            command = [sys.executable, "-W", "ignore", "-m", "benches.encode", "--one", side, shape]
            done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        side: {name: statistics.median(turn[name] for turn in all_) for name in all_[0]} for side, all_ in found.items()
    }


def report(medians: dict[str, Figures], keyframes: int) -> None:
    print(f"  {'':12} {'CPU':>9} {'wall':>9} {'a keyframe':>11} {'peak':>8} {'of orjson':>10} {'SDK is':>8}")
    for side, taken in medians.items():
        floor, official = (f"{ratio:.1f}x" if ratio else "" for ratio in ratios(medians, taken["cpu"]))
        print(
            f"  {side:12} {taken['cpu']:7.3f} s {taken['wall']:7.3f} s {taken['cpu'] / keyframes * 1e6:8.2f} us "
            f"{taken['mb']:5.0f} MB {floor:>10} {official:>8}",
            flush=True,
        )


def ratios(medians: dict[str, Figures], cpu: float) -> tuple[float, float]:
    """How much a side takes of the floor, and the SDK of it, in CPU time; 0 for what was not measured."""
    floor, official = (medians[side]["cpu"] if side in medians else 0 for side in (FLOOR, SDK))
    return cpu / floor if floor else 0, official / cpu


if __name__ == "__main__":
    main()
