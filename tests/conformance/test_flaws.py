"""Rules switched off one at a time, each with a probe that notices; the table is in docs/localbox-control.md."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import labelbox as lb
import lbox.exceptions as lb_exceptions
import pytest

from labelferry.localbox.control import FLAWS
from tests.conformance import guide
from tests.conformance.conftest import KEY, REPOSITORY, Localbox, start


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Localbox]:
    running = start(tmp_path_factory.mktemp("flaws"), "--control")
    yield running
    assert running.stop() == 0


class World:
    """A dataset, a project and one row, through the official SDK."""

    def __init__(self, server: Localbox) -> None:
        self.client = lb.Client(KEY, endpoint=server.endpoint)
        self.dataset = self.client.create_dataset(name="d", iam_integration=None)
        self.upload()
        self.project = self.client.create_project(name="p", media_type=lb.MediaType.Video)
        ontology = self.client.create_ontology("o", guide.ontology(), media_type=lb.MediaType.Video)
        self.project.connect_ontology(ontology)
        self.batch = self.project.create_batch("b", global_keys=["row"], priority=5)

    def upload(self) -> Any:
        task = self.dataset.create_data_rows([{"row_data": guide.VIDEO, "global_key": "row", "media_type": "VIDEO"}])
        task.wait_till_done()
        return task

    def truth(self, *lines: dict[str, Any]) -> Any:
        full = [line | {"dataRow": {"globalKey": "row"}} for line in lines]
        return lb.LabelImport.create_from_objects(self.client, self.project.uid, "truth", full)


CAPTION = {"name": "free_text", "answer": "x"}
BOX = {"top": 0, "left": 0, "height": 9, "width": 9}


def duplicate_keys(world: World) -> bool:
    return len(world.upload().errors or []) == 1


def validation(world: World) -> bool:
    return len(world.truth({"name": "nobody", "answer": "x"}).errors) == 1


def row_count(world: World) -> bool:
    return bool(world.client.get_dataset(world.dataset.uid).row_count == 1)


def batch_delete(world: World) -> bool:
    world.truth(CAPTION)
    try:
        world.batch.delete()
    except lb_exceptions.MalformedQueryException:
        return True
    return False


def interpolation(world: World) -> bool:
    keyframes = [{"frame": 1, "bbox": BOX}, {"frame": 3, "bbox": BOX}]
    world.truth({"name": "bbox_video", "segments": [{"keyframes": keyframes}]})
    task = world.project.export(params={"interpolated_frames": True})
    task.wait_till_done()
    (line,) = [each.json for each in task.get_buffered_stream()]
    return "2" in line["projects"][world.project.uid]["labels"][0]["annotations"]["frames"]


def benchmarks(world: World) -> bool:
    world.truth(CAPTION | {"isBenchmarkReferenceLabel": True})
    return bool(next(iter(world.project.labels())).is_benchmark_reference)


def one_label(world: World) -> bool:
    world.truth(CAPTION, {"name": "radio_class_global", "answer": {"name": "first_radio_answer"}})
    return bool(world.project.get_label_count() == 1)


PROBES: dict[str, Callable[[World], bool]] = {
    "duplicate-keys": duplicate_keys,
    "validation": validation,
    "row-count": row_count,
    "batch-delete": batch_delete,
    "interpolation": interpolation,
    "benchmarks": benchmarks,
    "one-label": one_label,
}


def test_there_is_a_probe_and_a_row_for_every_flaw() -> None:
    assert set(PROBES) == FLAWS
    page = Path(REPOSITORY, "docs", "localbox-control.md").read_text()
    assert all(f"| `{flaw}` |" in page for flaw in FLAWS)


@pytest.mark.parametrize("flaw", sorted(PROBES))
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_the_probe_notices(server: Localbox, flaw: str, broken: bool) -> None:
    with httpx.Client(base_url=server.base, headers={"Authorization": f"Bearer {KEY}"}) as http:
        http.post("/_localbox/reset").raise_for_status()
        world = World(server)
        http.post("/_localbox/flaws", json=[flaw] if broken else []).raise_for_status()
    assert PROBES[flaw](world) is not broken
