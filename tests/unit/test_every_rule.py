"""Each rule of the table finds something, in labels, files, videos or rows."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from labelferry.checks import check
from labelferry.files.reach import Reach
from labelferry.media import probe
from labelferry.model.findings import Finding
from labelferry.model.rule import Rule
from labelferry.model.rules import SECTIONS, ReaderRule, VideoRule
from labelferry.onboarding.steps.drift import Drift
from labelferry.onboarding.steps.sharing import beside_others
from labelferry.sources.registry import LabelsUnion, read_labels
from labelferry.sources.source import Source
from tests.integration.test_media import draw, without_pyav
from tests.unit.checks.cases import CASES
from tests.unit.checks.labels import MEDIA, Case

RULES: list[Rule] = [rule for section in SECTIONS for rule in section]
ENTRIES: TypeAdapter[Any] = TypeAdapter(LabelsUnion)
MOT = {"format": "mot", "path": "gt.txt", "global_key": "street", "classes": {1: "person"}}
TABLE = {"format": "table", "path": "boxes.csv", "global_key": "street", "class_name": "person"}

FILES: Mapping[Rule, tuple[Mapping[str, Any], str]] = {
    ReaderRule.ROWS_IGNORED: (MOT | {"drop_ignored": True}, "1,1,10,20,30,40,0,1,1\n"),
    ReaderRule.IDENTITY_MISSING: (MOT, "1,-1,10,20,30,40,1,-1,-1,-1\n"),
    ReaderRule.TRACK_COLUMN_MISSING: (TABLE, "frame,left,top,width,height\n1,1,1,1,1\n"),
    ReaderRule.COLUMNS_IGNORED: (TABLE, "frame,id,left,top,width,height,score\n1,1,1,1,1,1,0.5\n"),
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


OTHERS: Mapping[Rule, Callable[[Path], Iterator[Finding]]] = {
    VideoRule.VIDEO_NOT_READ: _unread,
    VideoRule.FRAME_RATE_VARIES: _uneven,
    VideoRule.ROW_DIFFERS: _drifted,
    VideoRule.PRELABELS_BESIDE: _beside,
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
