"""The guide's resources with both clients: rows, ontologies, projects, batches, and how each is refused."""

from typing import Any

import pytest

from tests.conformance import guide
from tests.conformance.conftest import fetch
from tests.conformance.driver import Driver, Refused
from tests.conformance.own_driver import OwnDriver
from tests.conformance.sdk_driver import SdkDriver
from tests.conformance.wire import Wiretap
from tests.localbox_server import KEY, Localbox

NOWHERE = "c" + "0" * 24


def row(key: str, **more: Any) -> dict[str, Any]:
    return {"row_data": guide.VIDEO, "global_key": key, "media_type": "VIDEO"} | more


@pytest.fixture
def keys(unique: str) -> list[str]:
    return [f"{unique}-{number}" for number in range(3)]


@pytest.fixture
def dataset(driver: Driver, unique: str, keys: list[str]) -> str:
    made = driver.dataset(unique)
    assert driver.upload(made, [row(key) for key in keys]).created == frozenset(keys)
    return made


@pytest.fixture
def project(driver: Driver, unique: str) -> str:
    made = driver.project(unique)
    driver.connect(made, driver.ontology(unique, guide.ontology()))
    return made


def test_a_wrong_key(localbox: Localbox, driver: Driver, wire: Wiretap) -> None:
    assert driver.who()
    is_sdk = isinstance(driver, SdkDriver)
    stranger: Driver = SdkDriver(localbox.endpoint, "no") if is_sdk else OwnDriver(localbox.endpoint, "no", wire)
    with pytest.raises(Refused, match="wrong key"):
        stranger.who()
    assert KEY not in str(stranger)


def test_datasets(driver: Driver, unique: str) -> None:
    one, two = driver.dataset(unique), driver.dataset(unique)
    assert driver.datasets_named(unique) == {one, two}
    driver.delete_dataset(one)
    assert driver.datasets_named(unique) == {two}
    with pytest.raises(Refused, match="not there"):
        driver.row_count(one)


def test_rows(driver: Driver, dataset: str, keys: list[str]) -> None:
    assert driver.row_count(dataset) == len(keys)
    assert driver.keys_of(dataset) == set(keys)
    found = driver.look_up([keys[1], "nobody", keys[0]])
    assert list(found) == [keys[1], "nobody", keys[0]]
    assert found["nobody"] is None
    assert driver.row(str(found[keys[0]])) == (keys[0], guide.VIDEO)
    with pytest.raises(Refused, match="not there"):
        driver.row(NOWHERE)


def test_duplicate_keys_fail_alone(driver: Driver, dataset: str, keys: list[str], unique: str) -> None:
    other = driver.dataset(f"{unique} again")
    result = driver.upload(other, [row(keys[0]), row(f"{unique}-new")])
    assert result.created == {f"{unique}-new"}
    assert result.failed == {keys[0]: f"Duplicate global key: '{keys[0]}'"}
    assert (driver.row_count(dataset), driver.row_count(other)) == (len(keys), 1)


def test_rows_are_changed_by_key(driver: Driver, dataset: str, keys: list[str]) -> None:
    assert driver.change(dataset, keys[0], guide.VIDEO + "?v=2") == []
    assert driver.row(str(driver.look_up(keys[:1])[keys[0]])) == (keys[0], guide.VIDEO + "?v=2")
    assert len(driver.change(dataset, "nobody", guide.VIDEO)) == 1


def test_deleted_datasets_free_their_keys(driver: Driver, dataset: str, keys: list[str], unique: str) -> None:
    driver.delete_dataset(dataset)
    assert set(driver.look_up(keys).values()) == {None}
    assert driver.upload(driver.dataset(unique), [row(key) for key in keys]).failed == {}


def test_a_file_travels_and_comes_back(driver: Driver, dataset: str, unique: str) -> None:
    content = b"not really a video" * 100
    url = driver.send_file(content, "clip.mp4")
    assert driver.upload(dataset, [row(f"file-{unique}", row_data=url)]).failed == {}
    _, kept = driver.row(str(driver.look_up([f"file-{unique}"])[f"file-{unique}"]))
    assert fetch(str(kept)) == content


def test_metadata_and_attachments_are_taken(driver: Driver, dataset: str, unique: str) -> None:
    rich = row(
        f"rich-{unique}",
        metadata_fields=[{"name": "tag", "value": "night"}],
        attachments=[{"type": "RAW_TEXT", "value": "a note", "name": "note"}],
    )
    assert driver.upload(dataset, [rich]).created == {f"rich-{unique}"}


def test_ontologies(driver: Driver, unique: str) -> None:
    made = driver.ontology(unique, guide.ontology())
    expected = ["bbox_video", "point_video", "line_video_frame", "video_mask", "bbox_class", "mask_with_text_subclass"]
    assert driver.tools(made) == [(name, True) for name in expected]
    assert driver.ontologies_named(unique) == {made}
    with pytest.raises(Refused, match="not there"):
        driver.tools(NOWHERE)


def test_projects(driver: Driver, unique: str) -> None:
    made = driver.project(unique)
    assert driver.connected(made) is None
    ontology = driver.ontology(unique, guide.ontology())
    for _ in range(2):
        driver.connect(made, ontology)
        assert driver.connected(made) == ontology
    assert driver.projects_named(unique) == {made}
    driver.delete_project(made)
    assert driver.projects_named(unique) == set()
    with pytest.raises(Refused, match="not there"):
        driver.project_name(made)


def test_ontologies_that_are_not_there_cannot_be_connected(driver: Driver, unique: str) -> None:
    with pytest.raises(Refused, match="not there"):
        driver.connect(driver.project(unique), NOWHERE)


def test_batches(driver: Driver, project: str, dataset: str, keys: list[str]) -> None:
    assert driver.batch(project, "first", keys[:2]).size == 2
    with pytest.raises(Refused, match="taken"):
        driver.batch(project, "first", keys[2:])
    with pytest.raises(Refused, match=r"malformed.*No valid data rows to add to project"):
        driver.batch(project, "second", keys[:1])
    with pytest.raises(Refused, match=r"malformed.*following global keys do not exist: nobody"):
        driver.batch(project, "third", ["nobody"])
    mixed = driver.batch(project, "fourth", keys, priority=1)
    assert (mixed.size, mixed.failed) == (1, set(driver.look_up(keys[:2]).values()))
    assert driver.batches(project) == {"first": 2, "fourth": 1}


def test_a_large_batch_goes_the_long_way(driver: Driver, project: str, unique: str) -> None:
    many = [f"{unique}-big-{number}" for number in range(1001)]
    dataset = driver.dataset(f"{unique} big")
    assert driver.upload(dataset, [row(key) for key in many]).created == set(many)
    assert driver.keys_of(dataset) == set(many)
    assert None not in driver.look_up(many).values()
    assert driver.batch(project, "large", many).size == len(many)
    with pytest.raises(Refused, match="taken"):
        driver.batch(project, "large", many)
