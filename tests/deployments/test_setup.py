"""The environment of ``make deploy``, and where workers find the flows."""

import re
from pathlib import Path
from typing import Any

import yaml

from deployments.setup import PREFECT_FILE, defaults, prefect_file

FILE = yaml.safe_load(PREFECT_FILE.read_text("utf-8"))


def test_every_name_of_the_file_has_a_default() -> None:
    asked = set(re.findall(r"\{\{ \$(\w+) \}\}", PREFECT_FILE.read_text("utf-8")))
    assert asked <= defaults({}).keys()


def test_the_environment_counts_before_the_defaults() -> None:
    assert defaults({"LABELFERRY_SYNC_CRON": "@daily"})["LABELFERRY_SYNC_CRON"] == "@daily"
    assert defaults({"LABELFERRY_SYNC_CRON": ""})["LABELFERRY_SYNC_CRON"] == "*/15 * * * *"


def written(folder: Path, **environment: str) -> Any:
    """What is deployed to Prefect with these settings."""
    return yaml.safe_load(prefect_file(environment, folder).read_text("utf-8"))


def test_nothing_is_scheduled_or_filled_in_unless_it_is_named(tmp_path: Path) -> None:
    for environment in ({}, {"LABELFERRY_SYNC_CRON": "* * * * *", "LABELBOX_API_KEY": "key"}):
        content = written(tmp_path, **environment)
        assert all((each["schedules"], each["parameters"]) == (None, {}) for each in content["deployments"])


def test_what_is_named_is_scheduled(tmp_path: Path) -> None:
    content = written(tmp_path, LABELFERRY_SYNC_SPEC="/srv/specs/harbour.yaml")
    assert content == FILE
    filled = {each["name"]: each["parameters"] for each in FILE["deployments"] if each.get("parameters")}
    named = {"spec": "{{ $LABELFERRY_SYNC_SPEC }}"}
    assert filled == {"sync": named, "verify": named}
    assert {each["name"] for each in FILE["deployments"] if each.get("schedules")} == {"sync", "verify"}


def test_our_schedules_are_called_as_their_deployments() -> None:
    """That is how a later deployment tells them from those created in Prefect's UI."""
    for deployment in FILE["deployments"]:
        assert {each["slug"] for each in deployment.get("schedules", [])} <= {deployment["name"]}


def test_a_checkout_unless_a_repository_is_named(tmp_path: Path) -> None:
    assert written(tmp_path)["pull"] == FILE["pull"]
    assert FILE["pull"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $LABELFERRY_CHECKOUT }}"}}
    ]


def test_a_repository_is_cloned(tmp_path: Path) -> None:
    content = written(
        tmp_path,
        LABELFERRY_SYNC_SPEC="harbour.yaml",
        LABELFERRY_GIT="https://example.com/ferry.git",
        LABELFERRY_GIT_BRANCH="release",
    )
    clone = {"repository": "https://example.com/ferry.git", "branch": "release"}
    assert content == FILE | {"pull": [{"prefect.deployments.steps.git_clone": clone}]}


def test_a_deployment_is_called_as_its_flow() -> None:
    for deployment in FILE["deployments"]:
        path, _, function = deployment["entrypoint"].partition(":")
        assert (Path(path).stem, function) == (deployment["name"].replace("-", "_"),) * 2
        assert (PREFECT_FILE.parents[1] / path).is_file()
