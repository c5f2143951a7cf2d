"""A whole onboarding, side by side with the official SDK, on one localbox in one run.

    python -m benches.onboard [--videos N] [--keyframes N] [--turns N]

Both sides start as a process of their own, imports included, and bring in the same table of boxes as pre-labels: data
rows, ontology, project, batch, import, and the outcome of every line. Sides take turns; each gets an empty localbox.
The SDK's side is what a careful script does with it; its sleeps are taken out.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benches.localbox_size import server

KEY = "bench"
SPEC = """\
name: bench
dataset: Bench
project: {name: Bench, media_type: VIDEO}
ontology: {name: Bench, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
SIDES = ("labelferry", "labelferry again", "SDK")


def write(folder: Path, videos: int, keyframes: int) -> None:
    """The spec, its videos and its table of boxes."""
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    with (folder / "videos.csv").open("w", encoding="utf-8") as out:
        out.write("global_key,row_data,width,height,fps,frame_count\n")
        out.writelines(f"v-{n},https://example.com/{n}.mp4,1920,1080,25,100000\n" for n in range(videos))
    with (folder / "boxes.csv").open("w", encoding="utf-8") as out:
        out.write("global_key,frame,track,class,left,top,width,height\n")
        out.writelines(f"v-{n},{k + 1},1,car,{k},20,30.5,40.25\n" for n in range(videos) for k in range(keyframes))


def sdk(folder: Path, endpoint: str) -> None:
    """The same with the official SDK, as its guide does it."""
    import labelbox as lb
    import labelbox.types as lb_types

    time.sleep = lambda _: None
    client = lb.Client(KEY, endpoint=endpoint)
    with (folder / "videos.csv").open(encoding="utf-8") as file:
        rows = [
            {"row_data": video["row_data"], "global_key": video["global_key"], "media_type": "VIDEO"}
            for video in csv.DictReader(file)
        ]
    task = client.create_dataset(name="Bench", iam_integration=None).create_data_rows(rows)
    task.wait_till_done()
    tools = lb.OntologyBuilder(tools=[lb.Tool(tool=lb.Tool.Type.BBOX, name="car")])
    ontology = client.create_ontology("Bench", tools.asdict(), media_type=lb.MediaType.Video)
    project = client.create_project(name="Bench", media_type=lb.MediaType.Video)
    project.connect_ontology(ontology)
    project.create_batch("first", global_keys=[row["global_key"] for row in rows], priority=5)
    labels: dict[str, list[Any]] = {}
    with (folder / "boxes.csv").open(encoding="utf-8") as file:
        for box in csv.DictReader(file):
            left, top = float(box["left"]), float(box["top"])
            end = lb_types.Point(x=left + float(box["width"]), y=top + float(box["height"]))
            labels.setdefault(box["global_key"], []).append(
                lb_types.VideoObjectAnnotation(
                    name=box["class"],
                    frame=int(box["frame"]),
                    keyframe=True,
                    segment_index=0,
                    value=lb_types.Rectangle(start=lb_types.Point(x=left, y=top), end=end),
                )
            )
    job = lb.MALPredictionImport.create_from_objects(
        client=client,
        project_id=project.uid,
        name="bench",
        predictions=[lb_types.Label(data={"global_key": key}, annotations=each) for key, each in labels.items()],
    )
    job.wait_until_done(sleep_time_seconds=0)
    refused = [status for status in job.statuses if status["status"] != "SUCCESS"]
    print(f"{len(job.statuses)} lines, {len(refused)} refused")


def command(side: str, folder: Path, endpoint: str) -> list[str]:
    if side == "SDK":
        return [sys.executable, "-W", "ignore", "-m", "benches.onboard", "--sdk", str(folder), endpoint]
    return [str(Path(sys.executable).with_name("labelferry")), "onboard", str(folder / "spec.yaml")]


def reset(base: str) -> None:
    httpx.post(
        f"{base}/_localbox/reset", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False
    ).raise_for_status()


def turn(side: str, folder: Path, base: str) -> float:
    """Seconds that a side takes, from the start of its process to its end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LABEL", "PREFECT"))}
    endpoint = f"{base}/graphql"
    env = kept | {"LABELFERRY_HOME": str(folder / "home"), "LABELBOX_API_KEY": KEY, "LABELBOX_ENDPOINT": endpoint}
    started = time.perf_counter()
    subprocess.run(command(side, folder, endpoint), env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=int, default=1_000)
    parser.add_argument("--keyframes", type=int, default=100)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--sdk", nargs=2, metavar=("FOLDER", "ENDPOINT"))
    asked = parser.parse_args()
    if asked.sdk:
        sdk(Path(asked.sdk[0]), asked.sdk[1])
        return
    taken: dict[str, list[float]] = {side: [] for side in SIDES}
    for number in range(asked.turns):
        with tempfile.TemporaryDirectory() as name, server(Path(name) / "box", "--control") as (base, _):
            write(Path(name), asked.videos, asked.keyframes)
            taken["labelferry"].append(turn("labelferry", Path(name), base))
            taken["labelferry again"].append(turn("labelferry again", Path(name), base))
            reset(base)
            taken["SDK"].append(turn("SDK", Path(name), base))
        print(f"turn {number + 1}", {side: round(seconds[-1], 2) for side, seconds in taken.items()}, flush=True)
    medians = {side: statistics.median(seconds) for side, seconds in taken.items()}
    for side, seconds in medians.items():
        print(f"{side:18} {seconds:7.2f} s  {medians['SDK'] / seconds:5.1f}x")


if __name__ == "__main__":
    main()
