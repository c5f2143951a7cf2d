"""``.env.example`` is complete, and it and the compose files set only existing settings."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import Settings as PrefectSettings
from pydantic import BaseModel

from labelferry.settings import Settings
from tests.deployments.composed import COMPOSE, REDIS, Composed

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
NAMED = re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.M)


class Asked(dict[str, str]):
    """An environment that records which variables were read."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return default


def prefect_names(model: type[BaseModel]) -> Iterator[str]:
    """Every variable that Prefect reads."""
    prefix = model.model_config.get("env_prefix", "")
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from prefect_names(kind)
            continue
        aliases = getattr(field.validation_alias, "choices", None)
        yield from (each for each in aliases if isinstance(each, str)) if aliases else [f"{prefix}{name}"]


def test_every_setting_of_ours_is_in_the_example() -> None:
    environment = Asked()
    Settings.from_environment(environment)
    assert {"LABELBOX_API_KEY", "LABELFERRY_HOME"} <= environment.names <= set(NAMED)


def test_each_setting_is_there_once_and_explained() -> None:
    assert len(NAMED) == len(set(NAMED))
    for block in re.split(r"\n\s*\n", EXAMPLE):
        if re.search(r"^#?[A-Z_]+=", block, re.M):
            assert re.match(r"# \S", block), block


def test_the_example_holds_no_secret() -> None:
    for name in ("LABELBOX_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_SERVER_API_AUTH_STRING"):
        assert re.search(rf"^#{name}=$", EXAMPLE, re.M)
    assert not re.search(r"://[^/\s]*:[^/\s]*@", EXAMPLE)


def test_the_example_as_it_is_can_be_read() -> None:
    """Uncommented, the defaults are defaults: the settings do not change."""
    shown = {name: value.strip('"') for name, value in re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE, re.M)}
    ours = {name: value for name, value in shown.items() if name.startswith(("LABELFERRY_", "LABELBOX_", "LOCALBOX_"))}
    plain = {"LABELFERRY_HOME": shown["LABELFERRY_HOME"], "LABELFERRY_LEDGER": shown["LABELFERRY_LEDGER"]}
    assert Settings.from_environment(ours) == Settings.from_environment(plain)


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {name.upper() for name in prefect_names(PrefectSettings)}


def test_prefect_reads_what_we_set_for_it(known: set[str]) -> None:
    """A setting that Prefect renames would be silently ignored."""
    assert "PREFECT_API_URL" in known
    services = Composed(COMPOSE, REDIS).services.values()
    given = {*NAMED, *(name.removesuffix("_FILE") for service in services for name in service["environment"])}
    redis = {"PREFECT_REDIS_MESSAGING_HOST", "PREFECT_REDIS_MESSAGING_PORT"}
    assert {name for name in given if name.startswith("PREFECT_")} - redis <= known


def test_compose_asks_only_for_what_the_example_names() -> None:
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text("utf-8") + REDIS.read_text("utf-8")))
    assert asked <= set(NAMED)
