"""The whole job in Python: what a notebook calls, and what it reads while it does."""

import asyncio
import cProfile
import os
import pstats
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

import labelferry
import labelferry.types as lb_types
from labelferry.errors import ConflictError, PartialFailureError, SpecError
from tests.localbox_server import Localbox

SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
import: {as: ground-truth}
"""
ROWS = 3
OPENED: Counter[str] = Counter()


def count_opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)) and "r" in str(arguments[1] or "r"):
        OPENED[Path(arguments[0]).name] += 1


sys.addaudithook(count_opened)


@pytest.fixture
def spec(account: Localbox, tmp_path: Path) -> Path:
    """A spec of three rows, for an empty localbox."""
    keys = [f"yard-{number}" for number in range(ROWS)]
    videos = "".join(f"{key},https://example.com/{key}.mp4,640,480,25,100\n" for key in keys)
    (tmp_path / "videos.csv").write_text(f"global_key,row_data,width,height,fps,frame_count\n{videos}", "utf-8")
    boxes = "".join(f"{key},{frame},1,car,{frame},20,30,40\n" for key in keys for frame in (1, 2))
    (tmp_path / "boxes.csv").write_text(f"global_key,frame,track,class,left,top,width,height\n{boxes}", "utf-8")
    (tmp_path / "yard.yaml").write_text(SPEC, "utf-8")
    return tmp_path / "yard.yaml"


def test_from_check_to_verify(spec: Path) -> None:
    checked = labelferry.check(spec)
    assert checked.counts.lines == ROWS
    planned = labelferry.plan(spec)
    report = labelferry.onboard(spec, plan=planned)
    for shown, words in (
        (checked, "3 videos, 3 tracks, 6 keyframes"),
        (planned, "yard: what onboard would do"),
        (report, "yard: done"),
        (labelferry.verify(spec), "yard: verified"),
    ):
        assert words in repr(shown)
        assert words in shown._repr_html_()
        assert orjson.dumps(shown.to_dict())
    assert (report.outcome, report.accepted, report.rows_created) == ("done", ROWS, ROWS)
    assert labelferry.verify(spec).outcome == "verified"
    assert labelferry.verify("yard").outcome == "verified"
    assert labelferry.resume("yard").outcome == "nothing to do"
    assert labelferry.retry_failed("yard").outcome == "nothing to do"
    with pytest.raises(ConflictError, match="since the plan was made"):
        labelferry.onboard(spec, plan=planned)


def test_refused_lines_come_with_the_report(spec: Path) -> None:
    labelferry.onboard(spec)
    lines = spec.with_name("boxes.ndjson")
    line = '{"dataRow":{"globalKey":"yard-%d"},"schemaId":"cm9unknownschema000000000","answer":"text"}\n'
    lines.write_text(line % 0, "utf-8")
    text = spec.read_text("utf-8").replace("name: yard\n", "name: more\n").replace("ground-truth", "prelabels")
    spec.write_text(
        text.replace("format: table, path: boxes.csv", "format: ndjson, path: boxes.ndjson").replace(
            "from: labels", "file: ontology.yaml"
        ),
        "utf-8",
    )
    spec.with_name("ontology.yaml").write_text("tools:\n  - {tool: BBOX, name: car}\n", "utf-8")
    with pytest.raises(PartialFailureError) as caught:
        labelferry.onboard(spec)
    assert caught.value.result.failed == 1


def test_a_mapping_reads_from_the_working_folder(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(spec.parent)
    wanted = yaml.safe_load(spec.read_text("utf-8"))
    assert labelferry.check(wanted).counts == labelferry.check(spec).counts
    with pytest.raises(SpecError, match=r"^spec: project\.nmae: unknown key"):
        labelferry.check(wanted | {"project": {"nmae": "Yard"}})


def test_inside_a_running_loop(spec: Path) -> None:
    async def cell() -> str:
        return labelferry.onboard(spec).outcome

    assert asyncio.run(cell()) == "done"


def test_everything_is_read_checked_and_encoded_once(spec: Path) -> None:
    OPENED.clear()
    with cProfile.Profile() as profile:
        assert labelferry.onboard(spec).outcome == "done"
    assert {name: OPENED[name] for name in ("yard.yaml", "videos.csv", "boxes.csv")} == {
        "yard.yaml": 1,
        "videos.csv": 1,
        "boxes.csv": 1,
    }
    calls: Counter[str] = Counter()
    for (file, _, function), (_, count, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        calls[f"{Path(file).parent.name}/{Path(file).name} {function}"] += count
    assert calls["checks/__init__.py row"] == ROWS
    assert calls["ndjson/track_line.py _write_track"] == ROWS


def test_labels_as_values(spec: Path) -> None:
    """A mapping may have what a reader returned, or the guide's Label, in the place of an entry."""
    named = labelferry.onboard(spec)
    wanted = {**yaml.safe_load(SPEC), "videos": str(spec.with_name("videos.csv"))}
    read = list(labelferry.read(spec.with_name("boxes.csv")))
    assert labelferry.onboard({**wanted, "labels": read}).outcome == "nothing to do"
    point = lb_types.VideoObjectAnnotation(
        name="horn", keyframe=True, frame=1, segment_index=0, value=lb_types.Point(x=1, y=2)
    )
    label = lb_types.Label(data={"global_key": "YARD-1"}, annotations=[point])
    entry = {"format": "table", "path": str(spec.with_name("boxes.csv"))}
    mixed = {**wanted, "name": "mixed", "import": {"as": "prelabels"}, "labels": [label, entry]}
    mixed["ontology"] = {"name": "Mixed", "from": "labels"}
    report = labelferry.onboard({**mixed, "project": "Mixed"})
    assert (report.outcome, report.accepted) == ("done", named.accepted + 1)


def test_values_that_are_no_labels(spec: Path) -> None:
    wanted = {**yaml.safe_load(SPEC), "labels": [7]}
    with pytest.raises(SpecError, match=r"spec: labels.0: "):
        labelferry.check(wanted)
