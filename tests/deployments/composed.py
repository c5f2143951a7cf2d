"""Compose files as the engine sees them: merged, with the variables' defaults."""

import re
from pathlib import Path
from typing import Any

import yaml

__all__ = ["COMPOSE", "REDIS", "Composed"]

DEPLOYMENTS = Path(__file__).resolve().parents[2] / "deployments"
COMPOSE, REDIS = DEPLOYMENTS / "compose.yaml", DEPLOYMENTS / "compose.redis.yaml"
MAPPINGS, LISTS = ("environment", "depends_on"), ("secrets", "volumes")


class Composed:
    """One or more compose files; the later ones override the first."""

    def __init__(self, *files: Path) -> None:
        self.document: dict[str, Any] = {}
        for file in files:
            self.document = _merge(self.document, _filled_in(yaml.safe_load(file.read_text("utf-8"))))
        self.services = {name: _whole(service) for name, service in self.document["services"].items()}


def _whole(service: dict[str, Any]) -> dict[str, Any]:
    return {**{key: {} for key in MAPPINGS}, **{key: [] for key in LISTS}, **service}


def _filled_in(value: Any) -> Any:
    """Variables take their defaults, and those that are only passed on when they are set are empty."""
    if isinstance(value, dict):
        return {key: _filled_in(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled_in(each) for each in value]
    return re.sub(r"\$\{\w+:(?:-([^}]*)|\+[^}]*)\}", r"\1", value) if isinstance(value, str) else value


def _merge(under: Any, over: Any) -> Any:
    if isinstance(under, dict) and isinstance(over, dict):
        return {**under, **{key: _merge(under.get(key), value) for key, value in over.items()}}
    return over
