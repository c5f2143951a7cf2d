"""make up: what it deploys, and that it may be run again; the form; make down ends everything (the fixture's end)."""

from pathlib import Path
from typing import Any

import httpx

from tasks.credentials import LabelboxCredentials
from tests.e2e.test_secrets import WORD, holding
from tests.localbox_server import KEY, Localbox
from tests.up.conftest import RUN_SECONDS, Deployed, until

FLOWS = {"onboard", "sync", "verify", "plan", "doctor", "resume", "retry-failed"}
SCALARS = ("name", "version", "tags", "description", "parameters", "concurrency_options", "job_variables", "entrypoint")


def everything(deployed: Deployed) -> dict[str, Any]:
    """What is deployed to the server, without ids and times."""
    deployments = deployed.api("POST", "/deployments/filter", {})
    automations = deployed.api("POST", "/automations/filter", {})
    blocks = deployed.api("POST", "/block_documents/filter", {})
    limits = deployed.api("POST", "/v2/concurrency_limits/filter", {})
    return {
        "deployments": sorted([str(each[name]) for name in SCALARS] for each in deployments),
        "schedules": sorted(str(s["schedule"]) for each in deployments for s in each["schedules"]),
        "automations": sorted(each["name"] for each in automations),
        "blocks": sorted(f"{each['block_type']['slug']}/{each['name']}" for each in blocks if not each["is_anonymous"]),
        "pools": sorted(each["name"] for each in deployed.api("POST", "/work_pools/filter", {})),
        "limits": sorted(each["name"] for each in limits),
    }


def test_all_is_deployed_and_deploying_again_changes_nothing(deployed: Deployed) -> None:
    deployed.deploy()
    before = everything(deployed)
    assert {each[0] for each in before["deployments"]} == FLOWS
    assert before["automations"] == [
        "labelferry: runs that never began have crashed",
        "labelferry: silent runs have crashed",
        "labelferry: tell of failed and crashed runs",
        "labelferry: verify what was onboarded",
    ]
    assert {"custom-webhook/labelferry-alerts", "local-file-system/labelferry"} <= set(before["blocks"])
    deployed.deploy()
    assert everything(deployed) == before


def test_the_form_says_what_it_asks_for(deployed: Deployed) -> None:
    schema = deployed.deployment("onboard")["parameter_openapi_schema"]
    asked = sorted(schema["properties"].items(), key=lambda item: item[1]["position"])
    assert [name for name, _ in asked] == ["spec", "credentials", "decisions", "plan", "approve"]
    assert all(field["description"] for _, field in asked)
    assert schema["required"] == ["spec"]
    assert schema["definitions"]["LabelboxCredentials"]["block_type_slug"] == "labelbox-credentials"
    choices = schema["definitions"]["Decisions"]["properties"]["on_changed"]
    assert choices["enum"] == ["as the spec says", "fail", "replace"]


def test_wrong_input_is_refused_when_it_is_submitted(deployed: Deployed) -> None:
    path = f"/deployments/{deployed.deployment('onboard')['id']}/create_flow_run"
    body = {"parameters": {"spec": "a.yaml", "decisions": {"on_changed": "perhaps"}}}
    answer = deployed.ask("POST", path, body)
    assert answer.status_code == 409
    assert "on_changed" in answer.text


def block_with(deployed: Deployed, name: str, key: str, endpoint: str) -> dict[str, Any]:
    """A parameter that names a new block with a key, as the form makes it."""
    kind = deployed.api("GET", "/block_types/slug/labelbox-credentials")
    schema = deployed.api("POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [kind["id"]]}}})
    data = {"api_key": key, "endpoint": endpoint}
    document = {"name": name, "data": data, "block_type_id": kind["id"], "block_schema_id": schema[0]["id"]}
    return {"$ref": {"block_document_id": deployed.api("POST", "/block_documents/", document)["id"]}}


def pasted(deployed: Deployed, spec: Path) -> str:
    """The text of a spec, its paths below the folder of strangers' specs."""
    folder = spec.parent.relative_to(deployed.environment["LABELFERRY_SPECS"])
    text = spec.read_text("utf-8")
    return text.replace("videos.csv", f"{folder}/videos.csv").replace("boxes.csv", f"{folder}/boxes.csv")


def test_a_pasted_spec_with_a_block_as_credentials(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    """The key comes from the block; the run's parameters hold no more than its name."""
    block = block_with(deployed, spec.stem, KEY, localbox.endpoint)
    run = deployed.run("onboard", spec=pasted(deployed, spec), credentials=block)
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert run["name"] == f"onboard {spec.stem}: 1 new row"
    assert KEY not in str(run)
    assert len(localbox.annotations()) == 1


def test_keys_and_files_are_in_no_byte_of_what_the_services_keep(
    deployed: Deployed, localbox: Localbox, spec: Path
) -> None:
    """Keys of blocks, right, wrong and impossible, and files that pasted specs name, in runs that fail or succeed."""
    folder = spec.parent.relative_to(deployed.environment["LABELFERRY_SPECS"])
    for name, word in (("key.csv", KEY), ("text.csv", WORD)):
        (spec.parent / name).write_text(f"{word}\n", "utf-8")
    text, keys = pasted(deployed, spec), {"right": KEY, "wrong": f"{KEY}-wrong", "impossible": f"{KEY} no key"}
    blocks = {name: block_with(deployed, f"{spec.stem}-{name}", key, localbox.endpoint) for name, key in keys.items()}
    wrong = [text.replace(f"{folder}/boxes.csv", f"{folder}/{name}") for name in ("key.csv", "text.csv")]
    wrong += [text.replace(f"{folder}/boxes.csv", str(spec.parent / "key.csv"))]
    given = [*((each, "right") for each in wrong), (text, "wrong"), (text, "impossible"), (text, "right")]
    runs = [deployed.start("onboard", spec=each, credentials=blocks[block]) for each, block in given]
    assert [deployed.ended(run)["state"]["type"] for run in runs] == [*["FAILED"] * 5, "COMPLETED"]
    assert [holding(word, [deployed.home]) for word in (KEY, WORD)] == [[], []]
    found = holding(f"{spec.stem}-0", [deployed.home])  # other texts are found, so the search works
    for place in ("prefect.db", "/ledger.db", f"/reports/{spec.stem}.json", "/onboardings/"):
        assert any(place in file for file in found), (place, found)


def test_shards_and_reports_lie_in_the_storage_too(deployed: Deployed, spec: Path) -> None:
    """Another machine resumes from there."""
    assert deployed.run("onboard", spec=str(spec))["state"]["type"] == "COMPLETED"
    kept = deployed.home / "storage"
    assert list((kept / "onboardings" / spec.stem).glob("*/shards/*.ndjson"))
    assert (kept / "reports" / f"{spec.stem}.json").exists()
    here = deployed.home / "onboardings" / spec.stem
    here.rename(here.with_name(f"{spec.stem}-of-another-machine"))
    assert deployed.run("resume", name=spec.stem)["state"]["type"] == "COMPLETED"
    assert (here / "applied").exists()


def test_what_came_in_is_verified_by_itself(deployed: Deployed, localbox: Localbox, spec: Path) -> None:
    """The event of an onboarding starts verify, by the onboarding's name."""
    spec.write_text(spec.read_text("utf-8").replace("prelabels", "ground-truth"), "utf-8")
    assert deployed.run("onboard", spec=str(spec))["state"]["type"] == "COMPLETED"
    name = f"verify {spec.stem}"
    started = until(lambda: [run for run in deployed.runs_of("verify") if run["name"] == name], RUN_SECONDS, name)
    assert deployed.ended(started[0]["id"])["state"]["type"] == "COMPLETED"
    assert started[0]["parameters"] == {"spec": spec.stem, "credentials": None}


def test_the_blocks_picture_is_on_this_machine(deployed: Deployed) -> None:
    address = deployed.api("GET", "/block_types/slug/labelbox-credentials")["logo_url"]
    assert address.startswith(deployed.url)
    assert httpx.get(address, trust_env=False).headers["Content-Type"].startswith("image/")


def test_the_blocks_client(localbox: Localbox) -> None:
    block = LabelboxCredentials(api_key=KEY, endpoint=localbox.endpoint)
    with block.get_client() as client:
        assert client.organization.get().id
    assert KEY not in repr(block)
