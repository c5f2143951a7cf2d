"""The tutorial's lines: every kind of annotation."""

from pathlib import Path

import orjson
import pytest

from labelferry.planning.desire import desire
from labelferry.spec import LoadedSpec
from tests.unit.verification.rendering import Json

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def guide(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    loaded = LoadedSpec.from_file(ROOT / "config" / "examples" / "guide" / "ground-truth.yaml")
    folder = desire(loaded, tmp_path_factory.mktemp("home")).folder
    return [orjson.loads(line) for line in (folder / "lines.ndjson").read_bytes().splitlines()]
