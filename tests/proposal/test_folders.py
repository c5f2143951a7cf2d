"""Ten folders as people have them: the spec is accepted unedited, onboards, and has each label at its video."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from labelferry import api
from labelferry.desired.build import build
from labelferry.errors import InputError, SpecError
from labelferry.proposal import propose
from labelferry.spec.load import load_spec
from tests.localbox_server import KEY, Localbox
from tests.proposal import folders

CAFE = "Caf_ au lait _ part 1 _dQw4w9WgXcQ_.mp4"
EXPECTED: dict[str, dict[str, int]] = {
    "phones": {"IMG_1234": 1, "VID_20240501_101500": 1},
    "downloads": {CAFE: 1},
    "yolo": {"yard.mp4": 1},
    "mot": {"MOT17-02.mp4": 2, "MOT17-04.mp4": 2},
    "masks": {"bear.mp4": 1, "boat.mp4": 1},
    "coco_beside": {"quay": 1, "pier": 1},
    "cvat_zip": {"gate 3.mp4": 1},
    "one_each": {"monday/video.mp4": 1, "tuesday/video.mp4": 1},
    "incomplete": {"clip_a.mp4": 1, "clip_b.mp4": 1},
    "mixed": {"one.mp4": 1, "two.mp4": 1, "three.mp4": 2},
}
"""Lines of each video."""


@pytest.mark.parametrize("make", folders.FOLDERS, ids=lambda make: make.__name__)
def test_the_spec_is_accepted_and_has_each_label_at_its_video(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / make.__name__
    make(folder)
    proposed = propose(folder)
    assert proposed.accepted, proposed.error
    lines = [line.row for line in build(load_spec(proposed.spec), tmp_path / "home").index()]
    assert {str(row): lines.count(row) for row in lines} == EXPECTED[make.__name__]


@pytest.fixture
def to_localbox(localbox: Localbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Localbox:
    """What a command finds in its environment."""
    monkeypatch.setenv("LABELFERRY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LABELBOX_API_KEY", KEY)
    monkeypatch.setenv("LABELBOX_ENDPOINT", localbox.endpoint)
    return localbox


@pytest.mark.parametrize("make", folders.FOLDERS, ids=lambda make: make.__name__)
@pytest.mark.usefixtures("to_localbox")
def test_the_spec_onboards_unedited(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / make.__name__
    make(folder)
    report = api.onboard(propose(folder).spec)
    assert (report.outcome, report.accepted) == ("done", sum(EXPECTED[make.__name__].values()))


def test_what_only_a_person_knows_is_asked(tmp_path: Path) -> None:
    folders.mixed(tmp_path)
    asked = [query.text for query in propose(tmp_path).questions]
    assert asked == ["tracker/three.txt: what are these objects? No file names their class; 'object' stands in"]
    assert f"    # ? {asked[0]}\n    class_name: object\n" in (tmp_path / "labelferry.yaml").read_text("utf-8")


def test_labels_without_a_video_and_videos_without_labels_are_named(tmp_path: Path) -> None:
    folders.incomplete(tmp_path)
    proposed = propose(tmp_path)
    assert proposed.unlabelled == ("clip_c.mp4",)
    assert proposed.unread == ("notes.txt",)
    assert [query.text.partition(":")[0] for query in proposed.questions] == ["labels/clip_gone_gt.csv"]
    assert "on_missing_video: skip" in proposed.spec.read_text("utf-8")


def test_labels_alone_ask_for_the_places_of_their_videos(tmp_path: Path) -> None:
    folders.put(tmp_path / "clip.csv", folders.TABLE)
    proposed = propose(tmp_path)
    assert not proposed.accepted
    assert "row_data is blank" in proposed.error
    assert "give the URL or the path of each as row_data" in proposed.questions[0].text
    text = proposed.spec.read_text("utf-8")
    assert '{global_key: clip, row_data: ""}' in text
    size = "https://example.com/clip.mp4, width: 160, height: 120, fps: 25, frame_count: 12}"
    proposed.spec.write_text(text.replace('""}', size), "utf-8")
    assert api.check(proposed.spec).counts.lines == 1


def test_pictures_ask_for_the_video_that_is_made_of_them(tmp_path: Path) -> None:
    for number in range(1, 4):
        folders.put(tmp_path / "MOT-1" / "img1" / f"{number:06}.jpg", "")
    folders.put(tmp_path / "MOT-1" / "gt" / "gt.txt", folders.mot_rows("1,1.0"))
    proposed = propose(tmp_path)
    assert not proposed.accepted
    assert "-i 'MOT-1/img1/*.jpg' -pix_fmt yuv420p 'MOT-1.mp4'" in proposed.questions[0].text
    folders.video(tmp_path / "MOT-1.mp4")
    assert api.check(proposed.spec).counts.lines == 2


def test_a_spec_is_not_overwritten_unless_told(tmp_path: Path) -> None:
    folders.phones(tmp_path)
    spec = propose(tmp_path).spec
    spec.write_text("mine\n", "utf-8")
    with pytest.raises(SpecError, match="already exists; rename it, or replace it with labelferry init"):
        propose(tmp_path)
    assert spec.read_text("utf-8") == "mine\n"
    assert propose(tmp_path, overwrite=True).accepted


def test_a_folder_of_neither(tmp_path: Path) -> None:
    folders.put(tmp_path / "readme.md", "hello")
    with pytest.raises(InputError, match="no video and no labels in it"):
        propose(tmp_path)


def test_the_same_folder_gives_the_same_spec(tmp_path: Path) -> None:
    folders.mixed(tmp_path)
    first = propose(tmp_path).spec.read_bytes()
    assert propose(tmp_path, overwrite=True).spec.read_bytes() == first


HOSTILE = ("x\n- evil: true.mp4", "a: b #c.mp4", "'\"{}[]&*!|>%@`.mp4", "a\u2028\u0085line.mp4", "-- -.mp4", "yes.mp4")


def test_names_cannot_leave_their_place_in_the_spec(tmp_path: Path) -> None:
    for name in HOSTILE:
        folders.video(tmp_path / name)
        folders.put(tmp_path / f"{name[:-4]}.csv", folders.TABLE)
    proposed = propose(tmp_path)
    assert proposed.accepted, proposed.error
    loaded = load_spec(proposed.spec).spec
    assert sorted(row["row_data"] for row in loaded.videos if isinstance(row, dict)) == sorted(HOSTILE)


def test_the_result_is_plain(tmp_path: Path) -> None:
    folders.mixed(tmp_path)
    plain = propose(tmp_path).to_dict()
    assert orjson.loads(orjson.dumps(plain)) == plain
    assert plain["accepted"] is True
