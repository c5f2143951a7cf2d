"""Each rule of the table finds something, in labels, files, videos or rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from labelferry import api
from labelferry.checks import check
from labelferry.desired.video_facts import media_of
from labelferry.errors import CheckError
from labelferry.files.reach import Reach
from labelferry.media import probe
from labelferry.model.feature import Where
from labelferry.model.findings import Finding
from labelferry.model.input_rules import ReaderRule, VideoRule
from labelferry.model.rule import Rule
from labelferry.model.rules import SECTIONS, FrameRule
from labelferry.onboarding.steps.drift import Drift
from labelferry.onboarding.steps.sharing import beside_others
from labelferry.reading import read
from labelferry.sources.manifest import VideoRow
from labelferry.sources.registry import LabelsUnion, read_labels
from labelferry.sources.source import Source
from tests.cases.conftest import ONE
from tests.cases.test_doubts import CASES as DOUBTS
from tests.cases.test_doubts import Case as Case_
from tests.integration.test_media import draw, without_pyav
from tests.unit.checks.cases import CASES
from tests.unit.checks.labels import MEDIA, Case
from tests.unit.desired.test_counting import asked, fitted

RULES: list[Rule] = [rule for section in SECTIONS for rule in section]
ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)
MOT = {"format": "mot", "path": "gt.txt", "global_key": "street", "classes": {1: "person"}}
TABLE = {"format": "table", "path": "boxes.csv", "global_key": "street", "class_name": "person"}

POLYGON = '<polygon frame="0" points="1,1;9,1;9,9"/>'
PATCH = '<mask frame="0" rle="0,4" left="1" top="1" width="2" height="2"/>'
CVAT = {"format": "cvat", "path": "a.xml", "global_key": "street"}


def _xml(*shapes: str) -> str:
    tracks = "".join(f'<track id="{at}" label="car">{shape}</track>' for at, shape in enumerate(shapes))
    size = "<meta><task><original_size><width>40</width><height>30</height></original_size></task></meta>"
    return f"<annotations>{size}{tracks}</annotations>"


FILES: Mapping[Rule, tuple[Mapping[str, Any], str]] = {
    ReaderRule.REGIONS_IGNORED: (
        {"format": "kitti", "path": "a.txt", "global_key": "street"},
        f"0 -1 DontCare {'-1 ' * 14}\n0 1 Car {'1 ' * 14}\n",
    ),
    ReaderRule.REGIONS_NOT_READ: (
        {"format": "label-studio", "path": "a.json", "global_key": "street"},
        '[{"annotations": [{"result": [{"type": "brushlabels", "from_name": "tag", "value": {}}]}]}]',
    ),
    ReaderRule.UNREPRESENTABLE: (CVAT, _xml(POLYGON)),
    ReaderRule.UNREPRESENTABLE_CHANGED: (CVAT | {"unrepresentable": "rasterize"}, _xml(POLYGON)),
    ReaderRule.MASKS_OVERLAP: (CVAT, _xml(PATCH, PATCH)),
    ReaderRule.CLASSES_CHANGE: (
        MOT | {"classes": {1: "car", 2: "bus"}, "on_class_change": "split", "layout": "mot16"},
        "1,1,10,20,30,40,1,1,1\n2,1,10,20,30,40,1,2,1\n",
    ),
    ReaderRule.ROWS_IGNORED: (MOT | {"drop_ignored": True}, "1,1,10,20,30,40,0,1,1\n"),
    ReaderRule.IDENTITY_MISSING: (MOT, "1,-1,10,20,30,40,1,-1,-1,-1\n"),
    ReaderRule.LIST_ASSUMED: (TABLE | {"path": "a.json"}, '[{"frame": 1, "id": 1, "bbox": [1, 2, 3, 4]}]'),
    ReaderRule.TRACK_COLUMN_MISSING: (TABLE, "frame,left,top,width,height\n1,1,1,1,1\n"),
    ReaderRule.COLUMNS_IGNORED: (TABLE, "frame,id,left,top,width,height,score\n1,1,1,1,1,1,0.5\n"),
    ReaderRule.POINTS_ASSUMED: (TABLE, "frame,id,x,y\n1,1,40,20\n"),
    ReaderRule.ROWS_HIDDEN: (TABLE, "frame,id,x,y,visible\n1,1,40,20,1\n2,1,0,0,0\n"),
    ReaderRule.CORNERS_LIKELY: (MOT, "".join(f"{frame},1,10,20,40,60,1,-1,-1,-1\n" for frame in range(1, 21))),
    ReaderRule.FRACTIONS_LIKELY: (MOT, "1,1,0.25,0.5,0.1,0.2,1,-1,-1,-1\n"),
    ReaderRule.CORNERS_SWAPPED: (TABLE, "frame,id,x1,y1,x2,y2\n1,1,40,20,10,60\n"),
}


def _unread(folder: Path) -> Iterator[Finding]:
    notes: list[Finding] = []
    (folder / "clip.mp4").write_bytes(b"anything")
    with without_pyav():
        probe(folder / "clip.mp4", notes.append)
    yield from notes


def _uneven(folder: Path) -> Iterator[Finding]:
    notes: list[Finding] = []
    probe(draw(folder / "clip.mp4", [0, 1, 2, 5, 6, 12, 13]), notes.append)
    yield from notes


def _drifted(_folder: Path) -> Iterator[Finding]:
    yield Drift("street", "dataset-1", ("external_id is 'a', the manifest says 'b'",), {}).finding()


def _beside(_folder: Path) -> Iterator[Finding]:
    yield beside_others("street")


def _contradicted(folder: Path) -> Iterator[Finding]:
    yield from _facts(draw(folder / "clip.mp4", [0, 1, 2]), width=1920, height=1080, fps=30)


def _not_taken(folder: Path) -> Iterator[Finding]:
    yield from _facts(draw(folder / "clip.avi", [0, 1, 2]))


def _facts(path: Path, **said: Any) -> list[Finding]:
    notes: list[Finding] = []
    media_of(VideoRow("clip", path.name, Where("videos.csv", 2), path, **said), Reach(path.parent), notes)
    return notes


def _left_out(folder: Path) -> Iterator[Finding]:
    labels = "format: mot, path: gt.txt, global_key: other, classes: {1: car}"
    case = Case_(labels, {"gt.txt": "1,1,10,20,30,40\n"}, videos=f"[{ONE}]\non_missing_video: skip", onto="{id: c}")
    yield from _in_spec(case, folder)


def _in_spec(case: Case_, folder: Path) -> Sequence[Finding]:
    """The findings of a small spec and its files."""
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    labels = f"labels: [{{{case.entry}}}]" if case.entry else "labels: []"
    spec = f"name: n\ndataset: D\nproject: P\nontology: {case.onto}\nvideos: {case.videos}\n{labels}\n"
    (folder / "spec.yaml").write_text(spec, "utf-8")
    try:
        return api.check(folder / "spec.yaml").findings
    except CheckError as error:
        return [Finding.from_dict(each) for each in error.findings]


def _unnamed(folder: Path) -> Iterator[Finding]:
    (folder / "gt.txt").write_text("1,1,10,20,30,40\n", "utf-8")
    (folder / "notes.md").write_text("hello", "utf-8")
    reading = read(folder)
    list(reading)
    yield from reading.findings


def _no_header(folder: Path) -> Iterator[Finding]:
    (folder / "tags.csv").write_text("clip.mp4, running, 0, 3\n", "utf-8")
    yield from _of_reading(folder / "tags.csv")


def _a_layout(folder: Path) -> Iterator[Finding]:
    (folder / "gt.txt").write_text("1,1,10,20,40,50,.9,2,-1,-1\n", "utf-8")
    yield from _of_reading(folder / "gt.txt")


def _seconds(folder: Path) -> Iterator[Finding]:
    (folder / "a.csv").write_text("video,start,end,label\na,1,2,run\n", "utf-8")
    yield from _of_reading(folder / "a.csv")


def _of_reading(path: Path) -> list[Finding]:
    reading = read(path)
    list(reading)
    return reading.findings


def _unknown_size(folder: Path) -> Iterator[Finding]:
    (folder / "boxes.csv").write_text("frame,track,class,cx,cy,w,h\n1,1,car,.5,.5,.1,.1\n", "utf-8")
    reading = read(folder / "boxes.csv")
    list(reading)
    yield from reading.findings


def _unknown_rate(folder: Path) -> Iterator[Finding]:
    (folder / "a.json").write_text('{"v": {"annotations": [{"label": "run", "segment": [1, 2.5]}]}}', "utf-8")
    reading = read(folder / "a.json")
    list(reading)
    yield from reading.findings


def _cut(folder: Path) -> Iterator[Finding]:
    return iter(fitted(1, asked([(0, 9)]))[1])


OTHERS: Mapping[Rule, Callable[[Path], Iterator[Finding]]] = {
    VideoRule.VIDEO_NOT_READ: _unread,
    VideoRule.FRAME_RATE_VARIES: _uneven,
    VideoRule.MANIFEST_CONTRADICTED: _contradicted,
    VideoRule.VIDEO_NOT_TAKEN: _not_taken,
    ReaderRule.LABELS_LEFT_OUT: _left_out,
    ReaderRule.CLASS_UNNAMED: _unnamed,
    ReaderRule.FILES_NOT_READ: _unnamed,
    ReaderRule.SIZE_UNKNOWN: _unknown_size,
    ReaderRule.RATE_UNKNOWN: _unknown_rate,
    ReaderRule.HEADER_ASSUMED: _no_header,
    ReaderRule.LAYOUT_ASSUMED: _a_layout,
    ReaderRule.SECONDS_ASSUMED: _seconds,
    VideoRule.ROW_DIFFERS: _drifted,
    VideoRule.PRELABELS_BESIDE: _beside,
    FrameRule.RANGE_CUT: _cut,
}


def _checked(case: Case) -> list[Finding]:
    return check([case.labels], ontology=case.ontology, media=MEDIA, rows=["clip.mp4"])


def _read(options: Mapping[str, Any], content: str, folder: Path) -> list[Finding]:
    notes: list[Finding] = []
    (folder / options["path"]).write_text(content, "utf-8")
    entry = ENTRIES.validate_python(dict(options))
    list(read_labels(Source(entry, (entry.path,), Reach(folder), notes.append)))
    return notes


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_rule_finds_something(rule: Rule, tmp_path: Path) -> None:
    if rule in FILES:
        findings = _read(*FILES[rule], tmp_path)
    elif rule in OTHERS:
        findings = list(OTHERS[rule](tmp_path))
    elif doubt := next((case for case in DOUBTS.values() if rule.code in case.codes), None):
        findings = list(_in_spec(doubt, tmp_path))
    else:
        findings = _checked(next(case for case in CASES.values() if case.rule is rule))
    found = next(each for each in findings if each.code == rule.code)
    assert found.severity is rule.severity
    assert found.place
    for text in (found.message, found.remedy):
        assert text
        assert "None" not in text


def test_ids_are_unique_and_say_so_in_words() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes)) > 40
    assert all(len(section) == len(section.__members__) for section in SECTIONS)  # an equal value would be an alias
