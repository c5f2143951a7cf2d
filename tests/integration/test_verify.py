"""Labels read back from a localbox: all that was sent is there, and every change there is reported."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from labelferry.demo import lay_out
from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.errors import SpecError
from labelferry.model import RowRef
from labelferry.onboarding.context import open_onboarding
from labelferry.onboarding.run import carry_out
from labelferry.onboarding.verify import verify
from labelferry.plain_steps import PlainSteps
from labelferry.remote import Remote
from labelferry.reports.verification import verification_markdown
from labelferry.settings import Settings
from labelferry.spec.loaded import LoadedSpec
from labelferry.verification import LabelDifference, Verification
from tests.localbox_server import Localbox

EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "examples"
GUIDE = EXAMPLES / "guide" / "ground-truth.yaml"
REAL = """\
name: real
dataset: Real videos
project: {{name: Real tracks, media_type: VIDEO}}
ontology: {{name: Real tracks, from: labels}}
videos:
  - {{global_key: real-video, row_data: "https://example.com/real.mp4"}}
labels:
  - {{format: {format}, path: "{path}", global_key: real-video{classes}}}
import: {{as: ground-truth}}
"""
ONE_CLASS = ", classes: {1: person}"
FILES = {
    "mot/motmetrics/TUD-Campus/gt/gt.txt": ONE_CLASS,
    "mot/motmetrics/TUD-Campus/tracker_output.txt": ONE_CLASS,
    "mot/mmtracking/TUD-Campus/gt/gt.txt": ONE_CLASS,
    "mot/dagshub-annotation-converter/seq/gt/gt.txt": "",
    "mot/sort/TUD-Campus/det/det.txt": ONE_CLASS,
    "mot/sort/ETH-Sunnyday/det/det.txt": ONE_CLASS,
    "tracker_output/mmtracking/TUD-Campus.txt": ONE_CLASS,
    "labelbox_import/labelbox-python/annotation_import_video.ndjson": "",
}

State = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Ferry:
    """Onboards a spec, and verifies it, without Prefect."""

    settings: Settings
    remote: Remote
    localbox: Localbox

    def onboard(self, spec: Path) -> None:
        """The whole job; every line goes in."""
        folder = build(LoadedSpec.from_file(spec), self.settings.home).folder
        with open_onboarding(self.settings, self.remote, folder) as onboarding:
            carry_out(PlainSteps(onboarding, self.remote, self.settings))

    def verify(self, spec: Path, **options: Any) -> Verification:
        folder = build(LoadedSpec.from_file(spec), self.settings.home).folder
        with open_onboarding(self.settings, self.remote, folder) as onboarding:
            return verify(onboarding, str(self.remote), **options)

    def change(self, changing: Callable[[State], None]) -> None:
        """Change what localbox keeps, behind everybody's back."""
        state: Any = self.localbox.state()
        for annotation in state["annotations"]:
            annotation["line"] = orjson.loads(annotation["line"])
        changing(state)
        for annotation in state["annotations"]:
            annotation["line"] = orjson.dumps(annotation["line"]).decode()
        self.localbox.control("POST", "seed", state)


def ferry_in(home: Path, localbox: Localbox) -> Ferry:
    environment = {
        "LABELFERRY_HOME": str(home),
        "LABELBOX_API_KEY": localbox.key,
        "LABELBOX_ENDPOINT": localbox.endpoint,
        "LABELFERRY_DEADLINE": "1",
    }
    return Ferry(Settings.from_environment(environment), Remote("localbox", localbox.endpoint), localbox)


@pytest.fixture
def ferry(localbox: Localbox, tmp_path: Path) -> Ferry:
    """An empty localbox, and an empty home."""
    return ferry_in(tmp_path / "home", localbox)


@pytest.fixture(scope="module")
def onboarded(running_localbox: Localbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ferry, object]:
    """The tutorial, onboarded once, and what localbox keeps of it."""
    running_localbox.reset()
    ferry = ferry_in(tmp_path_factory.mktemp("guide"), running_localbox)
    ferry.onboard(GUIDE)
    return ferry, running_localbox.state()


@pytest.fixture
def guide(onboarded: tuple[Ferry, object]) -> Ferry:
    """The tutorial in localbox, as it was onboarded."""
    ferry, state = onboarded
    ferry.localbox.control("POST", "seed", state)
    return ferry


def told(found: Verification) -> list[LabelDifference]:
    return [each for row in found.rows for each in row.differences]


def line_named(state: State, name: str) -> dict[str, Any]:
    line: dict[str, Any] = next(each["line"] for each in state["annotations"] if each["line"].get("name") == name)
    return line


def test_the_tutorial_is_verified(guide: Ferry) -> None:
    found = guide.verify(GUIDE)
    assert (found.outcome, told(found), found.not_comparable, found.unknown_keys) == ("verified", [], {}, {})
    assert (found.accepted, found.failed, found.pending, found.totals["equal"]) == (19, 0, 0, 32)


@pytest.mark.parametrize(
    "switches",
    [{"framed": "classifications"}, {"segments": "answer"}, {"segments": "none"}],
    ids=str,
)
def test_answers_for_frames_in_the_shapes_that_exports_may_have(guide: Ferry, switches: dict[str, str]) -> None:
    guide.localbox.control("POST", "exports", switches)
    found = guide.verify(GUIDE)
    assert (found.outcome, told(found), found.not_comparable, found.unknown_keys) == ("verified", [], {}, {})
    assert found.totals["equal"] == 32


def test_labels_that_appear_after_their_import_ended(guide: Ferry) -> None:
    guide.localbox.control("POST", "exports", {"labels_after": 1})
    assert guide.verify(GUIDE).totals == {"equal": 32, "missing": 0, "extra": 0, "moved": 0}
    guide.localbox.control("POST", "exports", {"labels_after": 1000})
    assert guide.verify(GUIDE).totals == {"equal": 0, "missing": 32, "extra": 0, "moved": 0}


def test_a_row_whose_key_has_another_case_in_the_service(ferry: Ferry, tmp_path: Path) -> None:
    with ferry.localbox.client() as client:
        dataset = client.datasets.create("Clips").id
        client.data_rows.create(dataset, [{"global_key": "Clip-1", "row_data": "https://example.com/clip-1.mp4"}])
    spec = one_box(tmp_path, "cased", ["clip-1"], {"globalKey": "CLIP-1"})
    ferry.onboard(spec)
    found = ferry.verify(spec)
    assert (found.outcome, [(row.row, row.equal) for row in found.rows]) == ("verified", [("clip-1", 1)])


def test_ranges_that_the_service_counts_from_another_base(guide: Ferry) -> None:
    def later(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                later(each)
        elif isinstance(value, dict):
            if value.keys() == {"start", "end"}:
                value.update({edge: frame + 1 for edge, frame in value.items()})
            later([*value.values()])

    guide.change(lambda state: later([each["line"] for each in state["annotations"]]))
    found = guide.verify(GUIDE)
    assert found.outcome == "differs"
    assert found.to_dict()["offset"] == {"answers": 1}
    assert "answers are one frame later than sent" in verification_markdown(found.to_dict())


def test_an_option_by_its_label_and_by_its_value(ferry: Ferry, tmp_path: Path) -> None:
    options = [{"value": "blurry", "label": "Blurry picture"}, {"value": "sharp", "label": "Sharp"}]
    quality = {"type": "checklist", "name": "quality", "instructions": "quality", "options": options}
    (tmp_path / "quality.json").write_bytes(orjson.dumps({"tools": [], "classifications": [quality]}))
    (tmp_path / "quality.yaml").write_text(
        "name: quality\ndataset: Clips\nproject: {name: Clips, media_type: VIDEO}\n"
        "ontology: {name: Quality, file: quality.json}\n"
        'videos: [{global_key: clip-1, row_data: "https://example.com/clip-1.mp4"}]\n'
        "labels:\n  - {format: ndjson, path: quality.ndjson}\nimport: {as: ground-truth}\n",
        "utf-8",
    )
    line = {"dataRow": {"globalKey": "clip-1"}, "name": "quality"}
    given = [{"name": "Blurry picture"}, {"name": "sharp"}]
    (tmp_path / "quality.ndjson").write_bytes(orjson.dumps({**line, "answer": given}))
    ferry.onboard(tmp_path / "quality.yaml")
    found = ferry.verify(tmp_path / "quality.yaml")
    assert (found.outcome, told(found), found.totals["equal"]) == ("verified", [], 2)


def test_nothing_was_sent_yet(ferry: Ferry) -> None:
    with pytest.raises(SpecError, match=r"nothing of 'guide-ground-truth'.*labelferry onboard"):
        ferry.verify(GUIDE)


def test_the_drawn_scene_is_verified(ferry: Ferry, tmp_path: Path) -> None:
    pytest.importorskip("av")
    lay_out(tmp_path)
    ferry.onboard(tmp_path / "scene" / "ground-truth.yaml")
    found = ferry.verify(tmp_path / "scene" / "ground-truth.yaml")
    assert (found.outcome, found.totals["equal"]) == ("verified", 3)


@pytest.mark.parametrize("name", FILES)
def test_real_files_are_verified(name: str, ferry: Ferry, shared: Path, tmp_path: Path) -> None:
    spec = real(shared / "data" / name, FILES[name], tmp_path)
    ferry.onboard(spec)
    found = ferry.verify(spec)
    assert (found.outcome, told(found)) == ("verified", [])
    assert found.totals["equal"] >= found.accepted > 1


def real(path: Path, classes: str, folder: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path} is absent")
    kind = "ndjson" if path.suffix == ".ndjson" else "mot"
    (folder / "real.yaml").write_text(REAL.format(format=kind, path=path, classes=classes), "utf-8")
    return folder / "real.yaml"


def test_a_moved_keyframe_of_a_real_track(ferry: Ferry, shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "mot" / "motmetrics" / "TUD-Campus" / "gt" / "gt.txt"
    spec = real(path, ONE_CLASS, tmp_path)
    ferry.onboard(spec)

    def move(state: State) -> None:
        state["annotations"][2]["line"]["segments"][0]["keyframes"][4]["bbox"]["left"] += 5

    ferry.change(move)
    found = ferry.verify(spec)
    (moved,) = told(found)
    assert found.outcome == "differs"
    assert (moved.kind, moved.row, moved.feature, moved.pixels) == ("moved", "real-video", "person", 5.0)
    track = [row.split(",") for row in path.read_text("utf-8").splitlines()]
    third = list(dict.fromkeys(row[1] for row in track))[2]
    lines = [number for number, row in enumerate(track, 1) if row[1] == third]
    frames = sorted(int(track[number - 1][0]) for number in lines)
    assert moved.place == f"{path}:{lines[0]} (track {third})"
    assert moved.frame == frames[4]
    assert found.totals == {"equal": 7, "missing": 0, "extra": 0, "moved": 1}


def delete_labels(state: State) -> None:
    state["labels"].clear()
    state["annotations"].clear()
    state["benchmarks"].clear()


def copy_label(state: State) -> None:
    label = dict(state["labels"][0])
    label.pop("seq")
    label["id"] = "c" + "9" * 24
    state["labels"].append(label)
    for number, annotation in enumerate(list(state["annotations"])):
        copied = deepcopy(annotation) | {"label_id": label["id"], "id": f"c{number:024}"}
        copied.pop("seq", None)
        if copied["line"].get("name") in {"bbox_class", "free_text_global", "traffic_light_state"}:
            state["annotations"].append(copied)


def test_a_deleted_label(guide: Ferry) -> None:
    guide.change(delete_labels)
    found = guide.verify(GUIDE)
    assert found.outcome == "differs"
    assert found.totals == {"equal": 0, "missing": 32, "extra": 0, "moved": 0}
    lost = {each.feature: each for each in told(found)}
    assert (lost["point_video"].frame, lost["point_video"].place.split(" ")[0]) == (17, "labels.py")
    assert {each.kind for each in told(found)} == {"missing"}
    assert all(each.row == "sample-video-jellyfish.mp4" and each.place.startswith("labels.py") for each in told(found))


def test_an_extra_label(guide: Ferry) -> None:
    guide.change(copy_label)
    found = guide.verify(GUIDE)
    assert found.outcome == "differs"
    extra = {(each.kind, each.feature, each.frame) for each in told(found)}
    assert extra == {
        ("extra", "bbox_class", 10),
        ("extra", "free_text_global > sample text", None),
        ("extra", "traffic_light_state > red", 0),
        ("extra", "traffic_light_state > green", 301),
    }
    assert next(each.place for each in told(found) if each.feature == "bbox_class").startswith("label c999")


def answer(state: State) -> None:
    line_named(state, "radio_class")["answer"] = [
        {"name": "first_radio_answer", "frames": [{"start": 9, "end": 9}, {"start": 15, "end": 16}]}
    ]


def nested(state: State) -> None:
    inner = line_named(state, "driver_behavior")["answer"][0]["classifications"][0]["answer"][0]
    del inner["classifications"]


def sub_answer(state: State) -> None:
    keyframes = line_named(state, "bbox_class")["segments"][0]["keyframes"]
    keyframes[1]["classifications"], keyframes[2]["classifications"] = (
        keyframes[2]["classifications"],
        keyframes[1]["classifications"],
    )


def mask(state: State) -> None:
    frames = next(each["line"]["masks"]["frames"] for each in state["annotations"] if "masks" in each["line"])
    first, second = frames[0], frames[1]
    first["file"], second["file"] = second["file"], first["file"]


CHANGES: dict[str, tuple[Callable[[State], None], set[tuple[str, str, int]]]] = {
    "a range": (answer, {("moved", "radio_class > first_radio_answer", 10)}),
    "an answer three deep": (
        nested,
        {("missing", "driver_behavior > distracted > distraction_type > mobile_phone_use > risk_level > high", 700)},
    ),
    "answers of keyframes": (
        sub_answer,
        {(kind, "bbox_class", frame) for kind in ("missing", "extra") for frame in (11, 13)},
    ),
    "a mask": (mask, {("moved", "video_mask", 1), ("missing", "mask_with_text_subclass", 24)}),
}  # fmt: skip


@pytest.mark.parametrize(("changing", "expected"), CHANGES.values(), ids=CHANGES)
def test_other_changes(changing: Callable[[State], None], expected: set[tuple[str, str, int]], guide: Ferry) -> None:
    guide.change(changing)
    found = guide.verify(GUIDE)
    assert {(each.kind, each.feature, each.frame) for each in told(found)} == expected
    assert all(each.place.startswith("labels.py") for each in told(found))


def test_a_label_for_each_line_is_as_good_as_one(ferry: Ferry) -> None:
    ferry.localbox.control("POST", "flaws", ["one-label"])
    ferry.onboard(GUIDE)
    assert ferry.verify(GUIDE).outcome == "verified"


def test_the_tolerance_is_the_callers(guide: Ferry) -> None:
    def move(state: State) -> None:
        line_named(state, "point_video")["segments"][0]["keyframes"][0]["point"]["x"] += 0.4

    guide.change(move)
    assert guide.verify(GUIDE).outcome == "differs"
    assert guide.verify(GUIDE, tolerance=0.5).outcome == "verified"


def test_each_row_on_its_own(ferry: Ferry, tmp_path: Path) -> None:
    rows = range(1, 6)
    (tmp_path / "videos.csv").write_text(
        "global_key,row_data\n" + "".join(f"clip-{n},https://example.com/{n}.mp4\n" for n in rows), "utf-8"
    )
    (tmp_path / "boxes.csv").write_text(
        "global_key,frame,track,class,left,top,width,height\n"
        + "".join(f"clip-{n},{frame},1,car,{frame * n},20,30,40\n" for n in rows if n != 3 for frame in (1, 2, 3)),
        "utf-8",
    )
    (tmp_path / "clips.yaml").write_text(
        "name: clips\ndataset: Clips\nproject: {name: Clips, media_type: VIDEO}\n"
        "ontology: {name: Clips, from: labels}\nvideos: videos.csv\n"
        "labels:\n  - {format: table, path: boxes.csv}\nimport: {as: ground-truth}\n",
        "utf-8",
    )
    ferry.onboard(tmp_path / "clips.yaml")

    def lose(state: State) -> None:
        lost = next(each for each in state["labels"] if each["data_row_id"] == state["annotations"][-1]["data_row_id"])
        state["labels"].remove(lost)
        state["annotations"].pop()

    ferry.change(lose)
    found = ferry.verify(tmp_path / "clips.yaml")
    assert [(row.row, row.equal, row.missing) for row in found.rows] == [
        ("clip-1", 1, 0),
        ("clip-2", 1, 0),
        ("clip-3", 0, 0),
        ("clip-4", 1, 0),
        ("clip-5", 0, 1),
    ]
    (missing,) = told(found)
    assert (missing.row, missing.place, missing.frame) == ("clip-5", "boxes.csv:11 (track 1)", 1)


def one_box(folder: Path, name: str, keys: list[str], row: dict[str, str]) -> Path:
    """A spec with one box of a row that the label names in one of the two ways."""
    (folder / f"{name}.yaml").write_text(
        f"name: {name}\ndataset: Clips\nproject: {{name: Clips, media_type: VIDEO}}\n"
        "ontology: {name: Clips, from: labels}\nvideos:\n"
        + "".join(f'  - {{global_key: {key}, row_data: "https://example.com/{key}.mp4"}}\n' for key in keys)
        + f"labels:\n  - {{format: ndjson, path: {name}.ndjson}}\nimport: {{as: ground-truth}}\n",
        "utf-8",
    )
    keyframe = {"frame": 2, "bbox": {"left": 1, "top": 2, "width": 3, "height": 4}}
    line = {"dataRow": row, "name": "car", "segments": [{"keyframes": [keyframe]}]}
    (folder / f"{name}.ndjson").write_bytes(orjson.dumps(line))
    return folder / f"{name}.yaml"


def test_rows_that_labels_name_by_id(ferry: Ferry, tmp_path: Path) -> None:
    with ferry.localbox.client() as client:
        dataset = client.datasets.create("Clips")
        wanted = [{"global_key": key, "row_data": f"https://example.com/{key}.mp4"} for key in ("clip-1", "clip-2")]
        client.data_rows.create(dataset.id, wanted)
        ids = client.data_rows.lookup(["clip-1", "clip-2"])
    both = one_box(tmp_path, "both", ["clip-1", "clip-2"], {"id": ids["clip-2"]})
    ferry.onboard(both)
    found = ferry.verify(both)
    assert (found.outcome, [(row.row, row.equal) for row in found.rows]) == (
        "verified",
        [("clip-1", 0), ("clip-2", 1)],
    )
    outside = one_box(tmp_path, "outside", ["clip-2"], {"id": ids["clip-1"]})
    ferry.onboard(outside)
    found = ferry.verify(outside)
    assert found.not_comparable == {"label of a row that is named only by id and is not in the manifest": 1}


def test_a_global_key_that_reads_like_a_row_known_by_id(ferry: Ferry, tmp_path: Path) -> None:
    """Two rows, though both are written alike: neither takes the other's label for its own."""
    with ferry.localbox.client() as client:
        dataset = client.datasets.create("Clips")
        client.data_rows.create(dataset.id, [{"global_key": "clip-1", "row_data": "https://example.com/clip-1.mp4"}])
        known = client.data_rows.lookup(["clip-1"])["clip-1"]
    twin = f"data row {known}"
    first = one_box(tmp_path, "first", ["clip-1"], {"id": str(known)})
    second = one_box(tmp_path, "second", [twin], {"globalKey": twin})
    ferry.onboard(first)
    ferry.onboard(second)
    assert [(row.row, row.equal) for row in ferry.verify(first).rows] == [("clip-1", 1)]
    assert [(row.row, row.equal) for row in ferry.verify(second).rows] == [(twin, 1)]
    both = one_box(tmp_path, "both", ["clip-1", twin], {})
    lines = [path.with_suffix(".ndjson").read_bytes() for path in (first, second)]
    both.with_suffix(".ndjson").write_bytes(b"\n".join(lines))
    folder = build(LoadedSpec.from_file(both), tmp_path / "home").folder
    assert [line.row for line in Desired.load(folder).index()] == [RowRef(id=known), RowRef(twin)]
