"""Kubernetes' own schemas, and Prefect's reading of the job template."""

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.utilities.templating import apply_values

KUBERNETES = Path(__file__).resolve().parents[2] / "deployments" / "kubernetes"
VERSION = "1.33"
TEMPLATE = json.loads((KUBERNETES / "base-job-template.json").read_text("utf-8"))


def valid(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


@pytest.fixture
def job() -> dict[str, Any]:
    """The job of a run, as the worker creates it from the template's defaults."""
    properties = TEMPLATE["variables"]["properties"]
    values = {name: each["default"] for name, each in properties.items() if each.get("default") is not None}
    given = {**values, "name": "run", "labels": {}, "annotations": {}}
    made: dict[str, Any] = apply_values(TEMPLATE["job_configuration"]["job_manifest"], given)
    return made


@pytest.mark.parametrize("name", ["storage.yaml", "deploy.yaml"])
def test_manifests_are_valid(name: str) -> None:
    for manifest in yaml.safe_load_all((KUBERNETES / name).read_text("utf-8")):
        valid(manifest)


def test_a_wrong_manifest_is_not() -> None:
    manifest = yaml.safe_load((KUBERNETES / "storage.yaml").read_text("utf-8"))
    manifest["spec"]["acessModes"] = manifest["spec"].pop("accessModes")
    with pytest.raises(kubernetes_validate.ValidationError):
        valid(manifest)


def test_prefect_takes_the_template() -> None:
    """Prefect refuses a template whose placeholders are not variables."""
    pool = WorkPoolCreate(name="labelferry", type="kubernetes", base_job_template=TEMPLATE)
    assert pool.base_job_template == TEMPLATE


def test_a_run_s_job_is_valid(job: dict[str, Any]) -> None:
    assert "{{" not in json.dumps(job)
    valid(job)


def test_a_run_takes_secrets_by_name_and_shares_the_home(job: dict[str, Any]) -> None:
    pod = job["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "labelferry"}}]
    claims = [each["persistentVolumeClaim"]["claimName"] for each in pod["volumes"] if "persistentVolumeClaim" in each]
    storage = yaml.safe_load((KUBERNETES / "storage.yaml").read_text("utf-8"))
    assert claims == [storage["metadata"]["name"]]
    assert {"name": "home", "mountPath": "/var/lib/labelferry"} in container["volumeMounts"]


def test_a_run_is_nobody_in_particular(job: dict[str, Any]) -> None:
    pod = job["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert not pod["automountServiceAccountToken"]
    assert pod["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_a_run_cannot_choose_what_is_run(job: dict[str, Any]) -> None:
    """Command, image and environment are the template's: whoever starts a run would run anything otherwise."""
    assert not {"command", "env", "image", "secret", "service_account_name"} & set(TEMPLATE["variables"]["properties"])
    assert TEMPLATE["variables"]["additionalProperties"] is False
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "labelferry:0.1.0"
    assert {"name": "LABELFERRY_WAIT", "value": "3600"} in container["env"]
