"""Refusals before anything is sent: no labels to infer an ontology from, errors of the checks, no stored state."""

from pathlib import Path

import pytest

from labelferry.desired.build import build
from labelferry.desired.folder import kept, mark
from labelferry.desired.state import Desired
from labelferry.errors import CheckError, SpecError
from labelferry.spec.loaded import LoadedSpec

SPEC = """\
name: yard
dataset: Yard
project: {name: Yard, media_type: VIDEO}
ontology: {name: Yard, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
HEAD = "global_key,frame,track,class,left,top,width,height\n"


def desired(folder: Path, keys: list[str], spec: str = SPEC) -> Desired:
    (folder / "videos.csv").write_text("global_key,row_data\nyard-0,https://example.com/0.mp4\n", "utf-8")
    (folder / "boxes.csv").write_text(HEAD + "".join(f"{key},1,1,car,1,2,3,4\n" for key in keys), "utf-8")
    (folder / "spec.yaml").write_text(spec, "utf-8")
    return build(LoadedSpec.from_file(folder / "spec.yaml"), folder / "home")


def test_an_ontology_from_no_labels(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"ontology: .*no labels.*add labels.*its file, or leave from: out"):
        desired(tmp_path, ["yard-0"], SPEC.partition("labels:\n")[0])
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("count", [1, 5, 25])
def test_errors_of_the_checks_stop_it(count: int, tmp_path: Path) -> None:
    """The first are shown, all are counted, and all are available as values."""
    with pytest.raises(CheckError, match=r"boxes\.csv:3: .*'yard-1'") as refused:
        desired(tmp_path, ["yard-0", *(f"yard-{number}" for number in range(1, count + 1))])
    told = [line for line in str(refused.value).splitlines() if "'yard-" in line]
    assert len(told) == min(count, 5)
    assert (f"{count - 5} more" in str(refused.value)) is (count > 5)
    assert [finding["line"] for finding in refused.value.findings] == [*range(3, 3 + count)]
    assert not (tmp_path / "home").exists()


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")
    with pytest.raises(SpecError, match=f"LABELFERRY_HOME: {tmp_path / 'home'}.*another"):
        desired(tmp_path, ["yard-0"])


def test_the_state_that_was_taken_up_last_is_kept(tmp_path: Path) -> None:
    first = desired(tmp_path, ["yard-0"])
    with pytest.raises(SpecError, match=r"no onboarding 'yard'.*which has: none.*labelferry onboard"):
        kept("yard", tmp_path / "home")
    mark(first)
    desired(tmp_path, ["yard-0"], SPEC.replace("dataset: Yard", "dataset: Other"))
    assert kept("yard", tmp_path / "home") == first.folder
    with pytest.raises(SpecError, match=r"no onboarding 'street'.*which has: yard"):
        kept("street", tmp_path / "home")
