"""The spec: what it accepts, and the place of a mistake."""

from pathlib import Path

import pytest

from labelferry.errors import SpecError
from labelferry.spec import Decisions, ImportAs, Spec
from labelferry.spec.loaded import LoadedSpec

GOOD = """\
name: tud-campus
dataset: TUD Campus videos
project: {name: Pedestrians, media_type: VIDEO}
ontology: {name: Pedestrians, from: labels}
batch: {name: first, priority: 5}
videos: videos.csv
labels:
  - {format: mot, path: gt.txt, global_key: TUD-Campus, classes: {1: pedestrian}}
import: {as: prelabels}
frames: {temporal_base: 0}
"""


def load(folder: Path, text: str) -> Spec:
    path = folder / "spec.yaml"
    path.write_text(text, "utf-8")
    return LoadedSpec.from_file(path).spec


def test_good(tmp_path: Path) -> None:
    spec = load(tmp_path, GOOD)
    assert spec.dataset is not None
    assert (spec.name, spec.dataset.name, spec.imports.as_) == ("tud-campus", "TUD Campus videos", ImportAs.PRELABELS)
    assert spec.labels[0].format == "mot"


def test_survives_json(tmp_path: Path) -> None:
    spec = load(tmp_path, GOOD)
    assert Spec.model_validate(spec.model_dump(mode="json", by_alias=True, exclude_none=True)) == spec


BAD = {
    "unknown key": ("dataset:", "datset:", r"spec\.yaml:2: datset: unknown key"),
    "missing key": ("project: {name: Pedestrians, media_type: VIDEO}\n", "", r"spec\.yaml:1: project: missing"),
    "nested unknown": ("priority: 5", "prio: 5", r"spec\.yaml:5: batch\.prio: unknown key"),
    "wrong value": ("priority: 5", "priority: 9", r"spec\.yaml:5: batch\.priority: .*less than or equal to 5"),
    "unknown format": ("format: mot", "format: mott", r"spec\.yaml:8: labels\.0: .*mott"),
    "format option": ("classes:", "clases:", r"spec\.yaml:8: labels\.0\.clases: unknown key"),
    "benchmark": ("as: prelabels", "as: prelabels, benchmark: true", r"spec\.yaml:9: import: benchmark needs"),
    "name": ("name: tud-campus", "name: tud campus", r"spec\.yaml:1: name: use letters"),
    "long name": ("dataset: TUD Campus videos", f"dataset: {'x' * 201}", r"spec\.yaml:2: dataset: .*at most 200 char"),
    "neither name nor id": ("dataset: TUD Campus videos", "dataset: {}", r"spec\.yaml:2: dataset: .*name or an id"),
    "two origins of the ontology": (
        "from: labels",
        "from: labels, file: o.yaml",
        r"spec\.yaml:4: ontology: .*from: labels or file, not both",
    ),
    "replaced ground truth": (
        "as: prelabels}",
        "as: ground-truth}\non_changed: replace",
        r"spec\.yaml:1: .*replace.*prelabels.*on_labelled",
    ),
    "second labels of prelabels": (
        "import:",
        "on_labelled: add\nimport:",
        r"spec\.yaml:1: .*on_labelled: add.*ground-truth",
    ),
    "not YAML": ("dataset:", "dataset: [", r"spec\.yaml:\d+: not YAML"),
    "twice": ("dataset: TUD Campus videos", "name: x", r"spec\.yaml:1: 'name' is given 2 times"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad(tmp_path: Path, case: str) -> None:
    old, new, message = BAD[case]
    assert old in GOOD
    with pytest.raises(SpecError, match=message):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_a_decision_that_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(GOOD, "utf-8")
    loaded = LoadedSpec.from_file(path)
    assert loaded.decided(Decisions()) is loaded
    assert loaded.decided(Decisions(on_changed="replace")).spec.on_changed == "replace"
    with pytest.raises(SpecError, match=r"decisions: on_labelled: add.*ground-truth"):
        loaded.decided(Decisions(on_labelled="add"))


@pytest.mark.parametrize("text", ["", "just a word", "- a list", "\x00"])
def test_no_spec_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpecError, match=r"spec\.yaml.*: not (a spec|YAML)"):
        load(tmp_path, text)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no such file"):
        LoadedSpec.from_file(tmp_path / "none.yaml")


def test_a_form_may_not_run_code(tmp_path: Path) -> None:
    spec = load(
        tmp_path,
        GOOD.replace("format: mot", "format: python").replace(", global_key: TUD-Campus, classes: {1: pedestrian}", ""),
    )
    with pytest.raises(SpecError, match="runs code"):
        LoadedSpec.from_form(spec)
