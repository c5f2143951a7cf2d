"""The whole tutorial as an export, compared with what was sent: every kind of annotation is equal."""

from pathlib import Path

import orjson

from labelferry.desired.build import build
from labelferry.spec.loaded import LoadedSpec
from tests.unit.verification.rendering import exported, result_of

ROOT = Path(__file__).resolve().parents[2]


def test_every_kind_of_the_tutorial_is_equal(tmp_path: Path) -> None:
    loaded = LoadedSpec.from_file(ROOT / "config" / "examples" / "guide" / "ground-truth.yaml")
    sent = [orjson.loads(line) for line in (build(loaded, tmp_path).folder / "lines.ndjson").read_bytes().splitlines()]
    result = result_of(sent, exported(sent))
    assert (result.differences, result.not_comparable, result.unknown) == ((), {}, {})
    assert result.equal == 32
