"""Rules switched off one at a time, each with a probe that notices; the table is in docs/localbox-control.md."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from labelferry.localbox.control import FLAWS
from tests.conformance import guide
from tests.conformance.driver import Driver, Refused
from tests.conformance.own_driver import OwnDriver
from tests.conformance.sdk_driver import SdkDriver
from tests.conformance.wire import Wiretap
from tests.localbox_server import KEY, ROOT, Localbox

ROW = {"row_data": guide.VIDEO, "global_key": "row", "media_type": "VIDEO"}
CAPTION = {"name": "free_text", "answer": "x"}
BOX = {"top": 0, "left": 0, "height": 9, "width": 9}


class World:
    """A dataset, a project and one row, through one of the clients."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.dataset = driver.dataset("d")
        driver.upload(self.dataset, [ROW])
        self.project = driver.project("p")
        driver.connect(self.project, driver.ontology("o", guide.ontology()))
        self.batch = driver.batch(self.project, "b", ["row"])

    def truth(self, *lines: dict[str, Any]) -> tuple[str, ...]:
        full = [line | {"dataRow": {"globalKey": "row"}} for line in lines]
        return self.driver.submit(self.project, "truth", full, "ground truth").statuses


def duplicate_keys(world: World) -> bool:
    return set(world.driver.upload(world.dataset, [ROW]).failed) == {"row"}


def validation(world: World) -> bool:
    return world.truth({"name": "nobody", "answer": "x"}) == ("FAILURE",)


def row_count(world: World) -> bool:
    return world.driver.row_count(world.dataset) == 1


def batch_delete(world: World) -> bool:
    assert isinstance(world.driver, SdkDriver)
    world.truth(CAPTION)
    try:
        world.driver.delete_batch(world.project, world.batch.id)
    except Refused:
        return True
    return False


def interpolation(world: World) -> bool:
    keyframes = [{"frame": 1, "bbox": BOX}, {"frame": 3, "bbox": BOX}]
    world.truth({"name": "bbox_video", "segments": [{"keyframes": keyframes}]})
    (row,) = world.driver.export(world.project, interpolated=True)
    return "2" in row.labels[0]["annotations"]["frames"]


def benchmarks(world: World) -> bool:
    world.truth(CAPTION | {"isBenchmarkReferenceLabel": True})
    return [label.benchmark for label in world.driver.labels(world.project)] == [True]


def one_label(world: World) -> bool:
    world.truth(CAPTION, {"name": "radio_class_global", "answer": {"name": "first_radio_answer"}})
    return world.driver.label_count(world.project) == 1


PROBES: dict[str, Callable[[World], bool]] = {
    "duplicate-keys": duplicate_keys,
    "validation": validation,
    "row-count": row_count,
    "batch-delete": batch_delete,
    "interpolation": interpolation,
    "benchmarks": benchmarks,
    "one-label": one_label,
}
SDK_ONLY = {"batch-delete"}
"""What our client cannot ask for: nothing of ours ever deletes a batch."""


def test_there_is_a_probe_and_a_row_for_every_flaw() -> None:
    assert set(PROBES) == FLAWS
    page = Path(ROOT, "docs", "localbox-control.md").read_text("utf-8")
    assert all(f"| `{flaw}` |" in page for flaw in FLAWS)


@pytest.mark.parametrize("flaw", sorted(PROBES))
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_the_probe_notices_with_the_sdk(localbox: Localbox, flaw: str, broken: bool) -> None:
    assert _probe(localbox, SdkDriver(localbox.endpoint, KEY), flaw, broken) is not broken


@pytest.mark.parametrize("flaw", sorted(PROBES.keys() - SDK_ONLY))
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_the_probe_notices_with_our_client(localbox: Localbox, wire: Wiretap, flaw: str, broken: bool) -> None:
    driver = OwnDriver(localbox.endpoint, KEY, wire)
    with closing(driver.client):
        assert _probe(localbox, driver, flaw, broken) is not broken


def _probe(localbox: Localbox, driver: Driver, flaw: str, broken: bool) -> bool:
    with httpx.Client(base_url=localbox.base, headers={"Authorization": f"Bearer {KEY}"}) as http:
        http.post("/_localbox/reset").raise_for_status()
        http.post("/_localbox/transitions", json={"*": {"when": "now"}}).raise_for_status()  # the SDK waits 10 s else
        world = World(driver)
        http.post("/_localbox/flaws", json=[flaw] if broken else []).raise_for_status()
    return PROBES[flaw](world)
