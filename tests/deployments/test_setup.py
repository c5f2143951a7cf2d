"""What ``make deploy`` asks the environment for, and where workers find the flows."""

import re
from pathlib import Path

import yaml

from deployments.setup import PREFECT_FILE, defaults, prefect_file

FILE = yaml.safe_load(PREFECT_FILE.read_text("utf-8"))


def test_every_name_of_the_file_has_a_default() -> None:
    asked = set(re.findall(r"\{\{ \$(\w+) \}\}", PREFECT_FILE.read_text("utf-8")))
    assert asked <= defaults({}).keys()


def test_the_environment_counts_before_the_defaults() -> None:
    assert defaults({"LABELFERRY_SYNC_CRON": "@daily"})["LABELFERRY_SYNC_CRON"] == "@daily"
    assert defaults({"LABELFERRY_SYNC_CRON": ""})["LABELFERRY_SYNC_CRON"] == "*/15 * * * *"


def test_a_checkout_unless_a_repository_is_named(tmp_path: Path) -> None:
    assert prefect_file({}, tmp_path) == PREFECT_FILE
    assert FILE["pull"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $LABELFERRY_CHECKOUT }}"}}
    ]


def test_a_repository_is_cloned(tmp_path: Path) -> None:
    environment = {"LABELFERRY_GIT": "https://example.com/ferry.git", "LABELFERRY_GIT_BRANCH": "release"}
    content = yaml.safe_load(prefect_file(environment, tmp_path).read_text("utf-8"))
    clone = {"repository": "https://example.com/ferry.git", "branch": "release"}
    assert content == FILE | {"pull": [{"prefect.deployments.steps.git_clone": clone}]}


def test_a_deployment_is_called_as_its_flow() -> None:
    for deployment in FILE["deployments"]:
        path, _, function = deployment["entrypoint"].partition(":")
        assert (Path(path).stem, function) == (deployment["name"].replace("-", "_"),) * 2
        assert (PREFECT_FILE.parents[1] / path).is_file()
