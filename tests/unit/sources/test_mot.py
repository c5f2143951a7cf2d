"""MOT: layouts, options, and rows that are refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.model.findings import Severity

TEN = "1,1,10,20,30,40,1,-1,-1,-1\n"
NINE = "1,1,10,20,30,40,1,1,1\n"
MOT = {"format": "mot", "path": "gt.txt", "global_key": "street"}
PERSON = {"classes": {1: "person"}}


def test_reads_ten_columns_with_the_one_class_named(read: Any) -> None:
    (video,) = read("1,7,10,20,30,40,-1,-1,-1,-1\n3,7,1,2,3,4,-1,-1,-1,-1\n", **MOT, **PERSON)
    (track,) = video.tracks
    assert (str(track.feature), track.instance, track.segments) == ("person", "7", 2)
    assert str(track.where) == "gt.txt:1 (track 7)"


def test_sorts_rows_and_keeps_the_files_order_of_tracks(read: Any) -> None:
    rows = ["5,9,0,0,1,1", "2,3,0,0,2,2", "4,9,0,0,3,3", "1,3,0,0,4,4"]
    (video,) = read("".join(f"{row},1,-1,-1,-1\n" for row in rows), **MOT, **PERSON)
    assert [track.instance for track in video.tracks] == ["9", "3"]
    assert [track.frames.tolist() for track in video.tracks] == [[4, 5], [1, 2]]
    assert [track.coords[:, 2].tolist() for track in video.tracks] == [[3, 1], [4, 2]]
    assert [track.where.line for track in video.tracks] == [1, 2]


def test_takes_class_names_from_the_spec_before_labels_txt(read: Any, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("lorry\n\nbus\n", "utf-8")
    (video,) = read(NINE + "1,2,0,0,1,1,1,3,1\n", **MOT)
    assert [str(track.feature) for track in video.tracks] == ["lorry", "bus"]
    (video,) = read(NINE, **MOT, **PERSON)
    assert str(video.tracks[0].feature) == "person"


def test_counts_frames_and_pixels_from_where_it_is_told(read: Any) -> None:
    (video,) = read("0,1,10,20,30,40,1,-1,-1,-1\n", **MOT, **PERSON, frame_base=0, pixel_base=1)
    assert video.tracks[0].frames.tolist() == [1]
    assert video.tracks[0].coords.tolist() == [[9, 19, 30, 40]]


def test_makes_a_track_of_every_detection_and_says_so_once(read: Any, notes: list[Any]) -> None:
    rows = ["1,-1,0,0,1,1", "2,-1,0,0,2,2", "1,-1,0,0,3,3", "1,4,0,0,4,4"]
    (video,) = read("".join(f"{row},0.9,-1,-1,-1\n" for row in rows), **MOT, **PERSON)
    assert [track.instance for track in video.tracks] == ["box 1.1", "box 2.1", "box 1.2", "4"]
    assert [len(track) for track in video.tracks] == [1, 1, 1, 1]
    (note,) = notes
    assert note.severity is Severity.WARNING
    assert "3 boxes have id -1" in str(note)


def test_leaves_ignored_rows_out_only_when_told_and_says_so(read: Any, notes: list[Any]) -> None:
    text = NINE + "2,1,10,20,30,40,0,1,1\n" + "3,1,10,20,30,40,1,1,1\n" + "1,8,0,0,1,1,0,7,1\n"
    (video,) = read(text, **MOT, **PERSON, drop_ignored=True)
    (track,) = video.tracks
    assert (track.frames.tolist(), track.segments) == ([1, 3], 2)
    assert "2 of 4 rows flagged 0" in str(notes[0])
    assert "drop_ignored" in notes[0].remedy
    notes.clear()
    (video,) = read(text, **MOT, classes={1: "person", 7: "statue"})
    assert [len(track) for track in video.tracks] == [3, 1]
    assert not notes


def test_takes_spaces_plus_signs_and_exponents(read: Any) -> None:
    (video,) = read("1, 1, +10, 2e1, 30.5, 40, 1, -1, -1, -1\n", **MOT, **PERSON)
    assert video.tracks[0].coords.tolist() == [[10, 20, 30.5, 40]]


BAD = [
    pytest.param(
        TEN + "2,1,ten,20,30,40,1,-1,-1,-1\n", ["gt.txt:2: left is 'ten', not a number", "correct"], id="text"
    ),
    pytest.param(TEN + "2,1,,20,30,40,1,-1,-1,-1\n", ["gt.txt:2: left is empty"], id="empty cell"),
    pytest.param(TEN + "# note\n\n2,1,nan,20,30,40,1,-1,-1,-1\n", ["gt.txt:4: left is nan, not a finite"], id="nan"),
    pytest.param("1,1,1e309,20,30,40,1,-1,-1,-1\n", ["gt.txt:1: left is 1e309, not a finite number"], id="infinite"),
    pytest.param("1,1,1_0,20,30,40,1,-1,-1,-1\n", ["gt.txt:1: left is '1_0', not a number"], id="underscore"),
    pytest.param(TEN + "1.5,2,1,2,3,4,1,-1,-1,-1\n", ["gt.txt:2: frame is 1.5, not a whole number"], id="half a frame"),
    pytest.param(TEN + "1,2.5,1,2,3,4,1,-1,-1,-1\n", ["gt.txt:2: id is 2.5, not a whole number"], id="half an id"),
    pytest.param("1,9007199254740993,1,2,3,4,1,-1,-1,-1\n", ["gt.txt:1: id is", "not a whole"], id="huge id"),
    pytest.param(TEN + "2,1,1,2,3\n", ["gt.txt:2: 5 columns", "the first row has 10"], id="short row"),
    pytest.param("# note\n1,1,1,2,3\n", ["gt.txt:2: 5 columns", "MOT has 6 to 10"], id="five columns"),
    pytest.param("1:1:1:2\n", ["gt.txt:1: 1 column where"], id="colons"),
    pytest.param("0,1,1,2,3,4,1,-1,-1,-1\n", ["gt.txt:1: frame 0", "count from 1", "frame_base: 0"], id="frame 0"),
    pytest.param("-1,1,1,2,3,4,1,-1,-1,-1\n", ["gt.txt:1: frame -1", "cannot be negative"], id="negative frame"),
    pytest.param(TEN + NINE, ["gt.txt:2: 9 columns", "the first row has 10"], id="mixed layouts"),
    pytest.param(TEN + "\n" + TEN, ["gt.txt:3: track 1 has a second box", "first is at line 1"], id="twice"),
    pytest.param("# nothing\n", ["gt.txt: no rows"], id="comments only"),
    pytest.param(NINE + "1,2,1,1,1,1,1,5,1\n", ["gt.txt:2: class 5 has no name", "classes: {5:"], id="unnamed class"),
    pytest.param(TEN + "2,1,\x00,2,3,4,1,-1,-1,-1\n", ["gt.txt:2: a NUL byte"], id="nul"),
    pytest.param(TEN.encode() + b"2,1,\xff,2,3,4,1,-1,-1,-1\n", ["gt.txt:2: the file is not UTF-8"], id="latin-1"),
]


@pytest.mark.parametrize(("content", "pieces"), BAD)
def test_refuses_a_bad_row_with_its_line(read: Any, content: str | bytes, pieces: list[str]) -> None:
    with pytest.raises(SourceError) as refused:
        read(content, **MOT, **PERSON)
    message = str(refused.value)
    assert [piece for piece in pieces if piece not in message] == []
    assert "; " in message, "every error says what to do"


def test_refuses_a_track_of_two_classes(read: Any) -> None:
    with pytest.raises(SourceError, match=r"gt.txt:2: track 1 is 'car' here and 'person' at line 1; give each object"):
        read(NINE + "2,1,10,20,30,40,1,2,1\n", **MOT, layout="mot16", classes={1: "person", 2: "car"})
    rows = ["9,1,1,1,1,1,1,1,1", "8,1,1,1,1,1,1,2,1", "7,1,1,1,1,1,1,2,1", "6,1,1,1,1,1,1,2,1"]
    with pytest.raises(SourceError, match=r"gt.txt:2: track 1 is 'car' here and 'person' at line 1; give each object"):
        read("\n".join(rows), **MOT, layout="mot16", classes={1: "person", 2: "car"})


def test_a_second_box_is_told_beside_the_first(read: Any) -> None:
    rows = ["5,1,1,1,1,1,1,1,1", "3,1,1,1,1,1,1,1,1", "4,1,1,1,1,1,1,1,1", "4,1,2,2,2,2,1,1,1"]
    with pytest.raises(SourceError, match=r"gt.txt:4: track 1 has a second box for its frame .* at line 3"):
        read("\n".join(rows), **MOT, **PERSON)


def test_no_class_at_all_is_a_mistake(read: Any) -> None:
    with pytest.raises(ValidationError, match="classes"):
        read(NINE, **MOT, classes={})


@pytest.mark.parametrize("classes", [None, {1: "person", 2: "car"}])
def test_refuses_ten_columns_without_exactly_one_class(read: Any, classes: dict[int, str] | None) -> None:
    with pytest.raises(SourceError, match=r"gt.txt: this MOT file has no class column .*classes: \{1: pedestrian\}"):
        read(TEN, **MOT, classes=classes)


def test_a_file_whose_rows_are_all_ignored_has_no_tracks(read: Any, notes: list[Any]) -> None:
    (video,) = read("1,1,10,20,30,40,0,1,1\n", **MOT, **PERSON, drop_ignored=True)
    assert video.tracks == ()
    assert "1 of 1 row flagged" in str(notes[0])
