"""What a size costs: time, CPU and peak memory of reading, checking and encoding, each in a process of its own.

    python -m benches.scale [--sizes N ...] [--turns N]

Tables of boxes have one video for every thousand keyframes, at least 10, and ten tracks a video; the
Parquet table is shuffled over all of them, as exports of trackers that work side by side are. The exponent is that of
CPU time between the smallest and the largest size, the start of the process taken off.
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

SPEC = """\
name: scale
dataset: Scale
project: {{name: Scale, media_type: VIDEO}}
ontology: {{name: Scale, from: {ontology}}}
videos: videos.csv
labels: {labels}
"""
TREE = '{"tools": [{"tool": "rectangle", "name": "car"}], "classifications": []}'
TRACKS = 10


def shape(keyframes: int) -> tuple[int, int]:
    """How many videos, and how many frames each of their tracks has."""
    videos = max(10, keyframes // 1000)
    return videos, max(1, keyframes // videos // TRACKS)


def write_manifest(folder: Path, videos: int) -> None:
    """The videos."""
    with (folder / "videos.csv").open("w", encoding="utf-8") as out:
        out.write("global_key,row_data,width,height,fps,frame_count\n")
        out.writelines(f"v-{n:07},https://example.com/{n}.mp4,1920,1080,25,10000\n" for n in range(videos))


def write_parquet(folder: Path, keyframes: int) -> None:
    """Boxes in no order, a million rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    videos, frames = shape(keyframes)
    order = np.random.default_rng(1).permutation(videos * TRACKS * frames)
    with pq.ParquetWriter(folder / "boxes.parquet", _batch(order[:1], frames).schema) as out:
        for start in range(0, len(order), 1_000_000):
            out.write_table(pa.Table.from_batches([_batch(order[start : start + 1_000_000], frames)]))


def _batch(at: "np.ndarray", frames: int):  # type: ignore[type-arg, no-untyped-def]
    import pyarrow as pa

    frame, track, video = at % frames, at // frames % TRACKS, at // frames // TRACKS
    columns = {
        "global_key": pa.array([f"v-{n:07}" for n in video.tolist()]),
        "frame": pa.array(frame + 1),
        "track": pa.array(track),
        "class": pa.array(np.full(len(at), "car")),
        "left": pa.array(frame * 0.5),
        "top": pa.array(track * 20.25),
        "width": pa.array(np.full(len(at), 30.5)),
        "height": pa.array(40.0 + at % 7),
    }
    return pa.RecordBatch.from_pydict(columns)


def write_csv(folder: Path, keyframes: int) -> None:
    """The same boxes in order."""
    videos, frames = shape(keyframes)
    with (folder / "boxes.csv").open("w", encoding="utf-8") as out:
        out.write("global_key,frame,track,class,left,top,width,height\n")
        for video in range(videos):
            out.writelines(
                f"v-{video:07},{frame + 1},{track},car,{frame * 0.5},{track * 20.25},30.5,{40 + frame % 7}\n"
                for track in range(TRACKS)
                for frame in range(frames)
            )


def write_table(folder: Path, keyframes: int, suffix: str) -> None:
    """A spec, its videos and its table."""
    write_manifest(folder, shape(keyframes)[0])
    {"parquet": write_parquet, "csv": write_csv}[suffix](folder, keyframes)
    labels = f"[{{format: table, path: boxes.{suffix}}}]"
    (folder / "spec.yaml").write_text(SPEC.format(ontology="labels", labels=labels), "utf-8")


def write_videos(folder: Path, rows: int) -> None:
    """A spec with nothing but videos."""
    write_manifest(folder, rows)
    (folder / "tree.json").write_text(TREE, "utf-8")
    spec = SPEC.format(ontology="labels", labels="[]").replace("from: labels", "file: tree.json")
    (folder / "spec.yaml").write_text(spec, "utf-8")


def build(folder: Path) -> None:
    """Everything that is done before anything is sent."""
    from labelferry.desired.build import build as built
    from labelferry.spec.load import load_own_spec

    built(load_own_spec(folder / "spec.yaml"), folder / "home")


def check(folder: Path) -> None:
    """What ``labelferry check`` does."""
    import labelferry

    labelferry.check(folder / "spec.yaml")


def nothing(_: Path) -> None:
    """The imports."""
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401


Write = Callable[[Path, int], None]
STAGES: dict[str, tuple[Write, Callable[[Path], None]]] = {
    "parquet to shards": (lambda folder, size: write_table(folder, size, "parquet"), build),
    "csv to shards": (lambda folder, size: write_table(folder, size, "csv"), build),
    "check of parquet": (lambda folder, size: write_table(folder, size, "parquet"), check),
    "check of csv": (lambda folder, size: write_table(folder, size, "csv"), check),
    "manifest": (write_videos, build),
    "imports": (lambda _, __: None, nothing),
}


def measured(stage: str, folder: Path) -> None:
    """Carry a stage out and print what it took."""
    began = time.perf_counter()
    STAGES[stage][1](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime
    print(json.dumps({"wall": time.perf_counter() - began, "cpu": cpu, "mb": used.ru_maxrss / 1024}))


def write(stage: str, folder: Path, size: int) -> None:
    """Write the input of a stage."""
    STAGES[stage][0](folder, size)


def turn(stage: str, folder: Path) -> dict[str, float]:
    """Measure a stage in a process of its own."""
    command = [sys.executable, "-m", "benches.scale", "--stage", stage, "--folder", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def medians(stage: str, size: int, turns: int) -> dict[str, float]:
    """The medians of several turns on one input."""
    with tempfile.TemporaryDirectory() as made:
        # A process starts with the peak of the one that started it, so this one does not write the input itself.
        with ProcessPoolExecutor(1, get_context("spawn")) as writer:
            writer.submit(write, stage, Path(made), size).result()
        found = [turn(stage, Path(made)) for _ in range(turns)]
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def main() -> None:
    """Print a table of stages and sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES)[:-1])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.stage:
        measured(asked.stage, asked.folder)
        return
    start = medians("imports", 0, asked.turns)
    print(f"imports alone: {start['cpu']:.2f} s CPU, {start['mb']:.0f} MB")
    for stage in asked.stages:
        cpu = {}
        for size in asked.sizes:
            found = medians(stage, size, asked.turns)
            cpu[size] = max(found["cpu"] - start["cpu"], 1e-3)
            print(
                f"{stage:18} {size:12,}  {found['wall']:8.2f} s  {found['cpu']:8.2f} s CPU  {found['mb']:6.0f} MB",
                flush=True,
            )
        small, large = min(cpu), max(cpu)
        if large > small:
            print(f"{stage:18} exponent {math.log(cpu[large] / cpu[small]) / math.log(large / small):.2f}")


if __name__ == "__main__":
    main()
