"""A desired state has a format: findings are values, and another version's folder is refused with a remedy."""

from hashlib import sha256
from pathlib import Path

import orjson
import pytest

from labelferry.desired.build import build
from labelferry.desired.folder import kept, mark
from labelferry.desired.state import FORMAT, Desired
from labelferry.errors import CheckError, SpecError
from labelferry.model.findings import Severity
from labelferry.spec.loaded import LoadedSpec
from tests.integration.test_media import draw

SPEC = """\
name: yard
dataset: Yard
project: Yard
ontology: {name: Yard, from: labels}
videos: videos.csv
labels:
  - {format: table, path: boxes.csv}
"""
VIDEOS = "global_key,row_data,width,height,frame_count\nyard-1,https://example.com/1.mp4,64,48,10\n"
BOXES = "global_key,frame,track,class,left,top,width,height,score\nYARD-1,3,7,car,1,2,0,4,0.5\n"


def desired(folder: Path, boxes: str = BOXES, videos: str = VIDEOS) -> Desired:
    (folder / "spec.yaml").write_text(SPEC, "utf-8")
    (folder / "videos.csv").write_text(videos, "utf-8")
    (folder / "boxes.csv").write_text(boxes, "utf-8")
    return build(LoadedSpec.from_file(folder / "spec.yaml"), folder / "home")


def written_by(state: Desired, version: int | None) -> None:
    """Make the folder one of another version; None is the first, which had no number."""
    path = state.folder / "onboarding.json"
    data = orjson.loads(path.read_bytes())
    del data["format"]
    path.write_bytes(orjson.dumps(data if version is None else data | {"format": version}))


def test_findings_are_kept_as_values(tmp_path: Path) -> None:
    state = desired(tmp_path)
    assert orjson.loads((state.folder / "onboarding.json").read_bytes())["format"] == FORMAT
    assert Desired.load(state.folder).findings == state.findings
    unread, flat = state.findings
    assert (unread.code, unread.severity, unread.place) == ("columns-ignored", Severity.WARNING, "boxes.csv:1")
    assert (flat.code, flat.row, flat.frame, flat.track) == ("box-without-area", "yard-1", 3, "7")


def test_errors_of_one_rule_are_told_together_and_all_of_them_as_values(tmp_path: Path) -> None:
    rows = "".join(f"yard-{number},1,1,car,1,2,3,4,1\n" for number in range(2, 32))
    with pytest.raises(CheckError) as raised:
        desired(tmp_path, BOXES + rows)
    lines = str(raised.value).split("\n")
    head, first, *others, last = lines[:7]
    assert lines[7].startswith("warning: ")
    assert head == "error: row-unknown x30 in 1 file"
    assert first.startswith("  boxes.csv:3: labels for the global key 'yard-2'")
    assert (len(others), last) == (4, "  and 25 more")
    assert [each["code"] for each in raised.value.findings].count("row-unknown") == 30
    assert {each["severity"] for each in raised.value.findings} == {"error", "warning"}


def test_what_a_video_file_is_warned_of_names_its_row(tmp_path: Path) -> None:
    draw(tmp_path / "1.mp4", [0, 1, 2, 5, 6, 12, 13])
    state = desired(tmp_path, videos="global_key,row_data\nyard-1,1.mp4\n")
    (uneven,) = [each for each in state.findings if each.code == "frame-rate-varies"]
    assert (uneven.row, Path(uneven.place).name) == ("yard-1", "1.mp4")


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (None, r"onboarding\.json: written by an older labelferry \(format 1\); run labelferry onboard SPEC"),
        (FORMAT - 1, rf"written by an older labelferry \(format {FORMAT - 1}\); run labelferry onboard SPEC"),
        (FORMAT + 1, rf"written by a newer labelferry \(format {FORMAT + 1}\); update labelferry"),
    ],
)
def test_a_folder_of_another_version_is_refused(version: int | None, says: str, tmp_path: Path) -> None:
    state = desired(tmp_path)
    mark(state)
    assert kept("yard", tmp_path / "home") == state.folder
    written_by(state, version)
    with pytest.raises(SpecError, match=says):
        Desired.load(state.folder)
    with pytest.raises(SpecError, match=says):
        kept("yard", tmp_path / "home")


def test_the_folder_of_the_first_version_is_not_taken_for_the_same(tmp_path: Path) -> None:
    """That version named it after spec, rows, ontology and lines alone, so an onboarding writes its own next to it."""
    state = desired(tmp_path)
    spec = orjson.loads((state.folder / "onboarding.json").read_bytes())["spec"]
    files = [(state.folder / name).read_bytes() for name in ("rows.jsonl", "ontology.json", "lines.ndjson")]
    first = sha256(orjson.dumps(spec, option=orjson.OPT_SORT_KEYS) + files[0] + files[1])
    first.update(files[2].replace(b"\n", b""))
    assert first.hexdigest()[:16] != state.folder.name
    (state.folder.parent / first.hexdigest()[:16]).mkdir()
    assert desired(tmp_path).folder == state.folder
