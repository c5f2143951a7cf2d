"""Many clients, two server processes, one folder: every key exists once, every batch name is taken once."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from tests.localbox_server import KEY, Localbox

UPLOAD = "mutation UploadFile($file: Upload!, $n: Int!){uploadFile(file: $file, contentLength: $n){url}}"
UPSERT = "mutation($uri: String!){upsertDataRows(data: {manifestUri: $uri}){id status}}"
BATCH = "mutation($p: ID!, $i: CreateBatchInput!){project(where: {id: $p}){createBatchV2(input: $i){batch{id size}}}}"
POLL = "query($user: ID!, $id: ID!){user(where: {id: $user}){createdTasks(where: {id: $id}){status}}}"
CREATED = "query($id: ID!){successesfulDataRowImports(data: {taskId: $id}){total}}"


class Caller:
    """A plain client without any logic."""

    def __init__(self, endpoint: str) -> None:
        self.http = httpx.Client(headers={"Authorization": f"Bearer {KEY}"}, timeout=60)
        self.endpoint = endpoint

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = self.http.post(self.endpoint, json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def upload(self, value: Any) -> str:
        operations = json.dumps({"query": UPLOAD, "variables": {"file": None, "n": 0}})
        parts = {"operations": operations, "map": '{"1": ["variables.file"]}'}
        answer = self.http.post(self.endpoint, data=parts, files={"1": ("x.json", json.dumps(value))})
        url: str = answer.json()["data"]["uploadFile"]["url"]
        return url


def test_two_processes_and_eight_clients(launch: Callable[..., Localbox], tmp_path: Path) -> None:
    servers = [launch(folder=tmp_path / "shared") for _ in range(2)]
    callers = [Caller(servers[number % 2].endpoint) for number in range(8)]
    dataset = callers[0].ask('mutation {createDataset(data: {name: "d"}) {id}}')["data"]["createDataset"]["id"]
    project = callers[0].ask('mutation {createProject(data: {name: "p"}) {id}}')["data"]["createProject"]["id"]
    keys = [f"key-{number}" for number in range(100)]
    items = [
        {"id": {"type": "AUTO"}, "payload": {"row_data": "x", "global_key": k, "dataset_id": dataset}} for k in keys
    ]

    def work(caller: Caller) -> tuple[int, list[str]]:
        manifest = caller.upload({"chunk_uris": [caller.upload(items)]})
        task = caller.ask(UPSERT, uri=manifest)["data"]["upsertDataRows"]["id"]
        made = caller.ask(CREATED, id=task)["data"]["successesfulDataRowImports"]["total"]
        user = caller.ask("{user {id}}")["data"]["user"]["id"]
        for _ in range(20):  # settled jobs are asked after while others write
            caller.ask('mutation {createDataset(data: {name: "noise"}) {id}}')
            found = caller.ask(POLL, user=user, id=task)
            assert found["data"]["user"]["createdTasks"][0]["status"] == "COMPLETE", found
        said = caller.ask(BATCH, p=project, i={"name": "batch", "globalKeys": keys, "priority": 1})
        return made, [error["extensions"]["code"] for error in said.get("errors", [])]

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(work, callers))
    for caller in callers:
        caller.http.close()
    assert sum(made for made, _ in outcomes) == len(keys)
    assert Counter(code for _, codes in outcomes for code in codes) == {"RESOURCE_CONFLICT": 7}
