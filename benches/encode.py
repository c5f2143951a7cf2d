"""Speed of turning labels into NDJSON, side by side with the official SDK in one run.

Each side runs in a process of its own, imports done; sides take turns; medians count. From Python types: objects are
made, serialised and written. From a table: a CSV file of boxes is read and written as NDJSON.

    python -m benches.encode [--turns N]
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

SHAPES = {"10 x 100": (10, 100), "100 x 100": (100, 100), "1,000 x 100": (1000, 100)}


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


def labelferry_types(labels: int, frames: int, folder: Path) -> None:
    import labelferry.types as lb
    from labelferry.convert import write_ndjson

    measured(lambda: write_ndjson(made(lb, labels, frames), folder / "out.ndjson"))


def labelferry_table(labels: int, frames: int, folder: Path) -> None:
    import pandas  # noqa: F401  which pyarrow imports anyway: the libraries' import is not measured
    import pyarrow.compute  # noqa: F401

    from labelferry.files.reach import Reach
    from labelferry.ndjson import encode
    from labelferry.sources.source import Source
    from labelferry.sources.table import TableLabels, read

    table(labels, frames, folder / "boxes.csv")
    entry = TableLabels(format="table", path="boxes.csv")
    source = Source(entry, (entry.path,), Reach(folder), lambda _: None)

    def work() -> None:
        with (folder / "out.ndjson").open("wb") as out:
            out.writelines(line.body + b"\n" for line in encode(read(source)))

    measured(work)


def sdk(labels: int, frames: int, folder: Path) -> None:
    import labelbox.types as lb
    from labelbox.data.serialization import NDJsonConverter

    def work() -> None:
        objects = made(lb, labels, frames)
        with (folder / "out.ndjson").open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(line) + "\n" for line in NDJsonConverter.serialize(objects))

    measured(work)


def sdk_without_collector(labels: int, frames: int, folder: Path) -> None:
    import gc

    gc.disable()
    sdk(labels, frames, folder)


def table(labels: int, frames: int, path: Path) -> None:
    rows = (f"k{label},{frame + 1},1,b,{frame},2.5,5.5,4.5" for label in range(labels) for frame in range(frames))
    path.write_text("\n".join(["global_key,frame,track,class,left,top,width,height", *rows]) + "\n", "utf-8")


def measured(work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mb": peak}))


SIDES = {
    "labelferry, table": labelferry_table,
    "labelferry, types": labelferry_types,
    "SDK, gc off": sdk_without_collector,
    "SDK": sdk,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--shape", choices=SHAPES)
    options = parser.parse_args()
    if options.side:
        with tempfile.TemporaryDirectory() as folder:
            SIDES[options.side](*SHAPES[options.shape], Path(folder))
        return
    for shape, (labels, frames) in SHAPES.items():
        print(f"\n{shape} = {labels * frames:,} keyframes, median of {options.turns} turns")
        report(taking_turns(shape, options.turns), labels * frames)


def taking_turns(shape: str, turns: int) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(turns):
        for side, results in found.items():
            command = [sys.executable, "-W", "ignore", "-m", "benches.encode", "--side", side, "--shape", shape]
            done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
    return found


def report(found: dict[str, list[dict[str, float]]], keyframes: int) -> None:
    medians = {side: statistics.median(turn["seconds"] for turn in turns) for side, turns in found.items()}
    for side, seconds in medians.items():
        memory = statistics.median(turn["mb"] for turn in found[side])
        print(
            f"  {side:18} {seconds:8.3f} s  {seconds / keyframes * 1e6:6.1f} us/keyframe  {memory:6.0f} MB  "
            f"{medians['SDK'] / seconds:6.1f}x"
        )


if __name__ == "__main__":
    main()
