"""The number of requests that a plan estimates, compared with those sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labelferry.labelbox import Client, ImportKind, costs
from tests.localbox_server import Localbox

ROW = {"row_data": "https://example.com/v.mp4", "media_type": "VIDEO"}


class Count:
    """Requests of a client since it was last asked."""

    def __init__(self, client: Client) -> None:
        self._client, self._before = client, client.sent

    def new(self) -> int:
        count, self._before = self._client.sent - self._before, self._client.sent
        return count


@pytest.fixture
def client(localbox: Localbox) -> Iterator[Client]:
    """A client that knows its user already, of a localbox whose jobs have ended when they are first asked for."""
    localbox.control("POST", "transitions", {"*": {"when": "polls", "n": 1}})
    with localbox.client() as client:
        client.user.get()
        yield client


def test_every_figure(client: Client, localbox: Localbox, tmp_path: Path) -> None:
    count = Count(client)
    dataset = client.datasets.create("Costs")
    assert count.new() == costs.NEW_DATASET
    localbox.control("POST", "integrations", {"name": "Ours"})
    (integration,) = client.integrations.list()
    count.new()
    client.datasets.row_count(dataset.id)
    client.integrations.signer(dataset.id)
    client.integrations.sign(dataset.id, integration.id)
    assert client.integrations.failed_checks(dataset.id) is None
    assert count.new() == costs.SIGN_DATASET
    rows = [{**ROW, "global_key": f"costs-{number}"} for number in range(1_100)]
    video = tmp_path / "v.mp4"
    video.write_bytes(b"video")
    rows[0]["row_data"] = client.upload(video)
    client.data_rows.create(dataset.id, rows)
    assert count.new() == costs.create_rows(rows, files=1)
    client.data_rows.update(dataset.id, [{"global_key": "costs-1", "external_id": "one"}])
    assert count.new() == costs.create_rows(rows[:1])
    ids = client.data_rows.lookup([str(row["global_key"]) for row in rows])
    count.new()
    client.data_rows.assign_keys({str(row_id): key for key, row_id in ids.items()})
    client.data_rows.lookup_again(ids)
    assert count.new() == costs.assign_keys(len(ids))

    ontology = client.ontologies.create("Costs", {"tools": [], "classifications": []})
    assert count.new() == costs.NEW_ONTOLOGY
    project = client.projects.create("Costs").id
    client.projects.connect_ontology(project, ontology.id)
    assert count.new() == costs.NEW_PROJECT
    keys = [str(row["global_key"]) for row in rows]
    client.data_rows.wait_processed(keys[:50])
    client.batches.create(project, "small", keys[:50])
    assert count.new() == costs.create_batch(50)
    client.data_rows.wait_processed(keys[50:])
    client.batches.create(project, "large", keys[50:])
    assert count.new() == costs.create_batch(1_050)

    assert client.imports.find(project, "costs", ImportKind.MAL) is None
    job = client.imports.create(project, "costs", b'{"uuid": "1"}', ImportKind.MAL)
    assert count.new() + costs.COLLECT_IMPORT == costs.SEND_IMPORT
    ended = client.imports.wait(job)
    list(client.imports.statuses(ended))
    assert count.new() == costs.COLLECT_IMPORT
    found = client.imports.find(project, "costs", ImportKind.MAL)
    assert found is not None
    client.imports.delete(found)
    assert count.new() == costs.DELETE_IMPORT
