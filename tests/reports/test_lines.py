"""What became of every line, by what the index says of it: no line is read again."""

from pathlib import Path

import orjson
import pytest

from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.ledger import LineRecord, LineState, open_ledger
from labelferry.model import RowRef
from labelferry.ndjson import LineKind
from labelferry.reports.lines import line_outcomes
from labelferry.spec.loaded import LoadedSpec

SPEC = """\
name: five
dataset: d
project: {name: p, media_type: VIDEO}
ontology: {name: o, from: labels}
videos: [{global_key: clip, row_data: "https://example.com/clip.mp4"}]
labels: [{format: ndjson, path: lines.ndjson}]
import: {as: prelabels}
"""
KEY, ID = {"globalKey": "CLIP"}, {"id": "c1"}
BOX = {"left": 1, "top": 2, "width": 3, "height": 4}
POINT = {"x": 1, "y": 2}
MASK = {
    "frames": [{"index": 1, "instanceURI": "https://example.com/1.png"}],
    "instances": [{"colorRGB": [1, 2, 3], "name": "road"}],
}
LINES = [
    {"name": "car", "segments": [{"keyframes": [{"frame": 1, "bbox": BOX}]}], "dataRow": KEY},
    {"name": "nose", "segments": [{"keyframes": [{"frame": 1, "point": POINT}]}], "dataRow": ID},
    {"name": "lane", "segments": [{"keyframes": [{"frame": 1, "line": [POINT, POINT]}]}], "dataRow": KEY},
    {"masks": MASK, "dataRow": KEY},
    {"name": "weather", "answer": {"name": "fog"}, "dataRow": KEY},
]


@pytest.fixture
def made(tmp_path: Path) -> Desired:
    (tmp_path / "five.yaml").write_text(SPEC, "utf-8")
    (tmp_path / "lines.ndjson").write_bytes(b"\n".join(map(orjson.dumps, LINES)))
    return build(LoadedSpec.from_file(tmp_path / "five.yaml"), tmp_path / "home")


def test_the_index_says_which_row_and_kind(made: Desired) -> None:
    found = [(line.row, line.kind) for line in Desired.load(made.folder).index()]
    clip, other = RowRef("clip"), RowRef(id="c1")
    assert found == [
        (clip, LineKind.BOX),
        (clip, LineKind.LINE),
        (clip, LineKind.MASK),
        (clip, LineKind.CLASSIFICATION),
        (other, LineKind.POINT),
    ]


def test_a_line_is_read_back_from_the_folder(made: Desired) -> None:
    lines = {line.kind: line for line in made.index()}
    (track,) = made.video(lines[LineKind.BOX]).tracks
    assert (str(track.where), track.uuid, track.coords.tolist()) == (
        "lines.ndjson:1",
        lines[LineKind.BOX].uuid,
        [[1, 2, 3, 4]],
    )


def test_a_report_needs_no_lines_but_their_index(made: Desired, tmp_path: Path) -> None:
    lines = list(made.index())
    (made.folder / "lines.ndjson").unlink()
    with open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as file:
        ledger = file.of("workspace", "five")
        ledger.send_lines(
            LineRecord(line.uuid, "prelabels", line.row.key, line.feature, line.source, "job", LineState.ACCEPTED)
            for line in lines[1:]
        )
        found = [(each.row, each.feature, each.kind, each.state) for each in line_outcomes(made, ledger)]
    assert found == [
        ("clip", "car", "box", "pending"),
        ("clip", "lane", "line", "accepted"),
        ("clip", "road", "mask", "accepted"),
        ("clip", "weather", "classification", "accepted"),
        ("data row c1", "nose", "point", "accepted"),
    ]
