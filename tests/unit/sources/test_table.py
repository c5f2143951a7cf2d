"""Tables of boxes: columns by name, box forms, gaps, several videos, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from labelferry.errors import SourceError
from labelferry.model.findings import Severity
from labelferry.model.media import Media

TABLE = {"format": "table", "path": "boxes.csv"}
STREET = {"global_key": "street", "class_name": "person"}
HEAD = "global_key,frame,track,class,left,top,width,height\n"


def _frame(rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows)


ROWS = [
    {"global_key": "00012", "frame": 1, "track_id": 7, "label": "car", "x1": 1.5, "y1": 2, "x2": 4, "y2": 6},
    {"global_key": "00012", "frame": 2, "track_id": 7, "label": "car", "x1": 2.5, "y1": 2, "x2": 5, "y2": 6},
]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "xlsx", "jsonl", "json"])
def test_reads_every_kind_of_table_alike(read: Any, tmp_path: Path, suffix: str) -> None:
    table, path = _frame(ROWS), tmp_path / f"boxes.{suffix}"
    write = {
        "csv": lambda: table.to_csv(path, index=False),
        "tsv": lambda: table.to_csv(path, index=False, sep="\t"),
        "parquet": lambda: table.to_parquet(path),
        "xlsx": lambda: table.to_excel(path, index=False),
        "jsonl": lambda: table.to_json(path, orient="records", lines=True),
        "json": lambda: table.to_json(path, orient="records"),
    }
    write[suffix]()
    (video,) = read(path.read_bytes(), format="table", path=path.name)
    (track,) = video.tracks
    assert video.row.global_key == "00012"
    assert (str(track.feature), track.instance) == ("car", "7")
    assert track.coords.tolist() == [[1.5, 2, 2.5, 4], [2.5, 2, 2.5, 4]]
    assert track.where.line == (2 if suffix in {"csv", "tsv", "xlsx"} else 1)


@pytest.mark.parametrize(
    ("header", "row", "options"),
    [
        ("left,top,width,height", "10,20,30,40", {}),
        ("x,y,w,h", "10,20,30,40", {}),
        ("bb_left;bb_top;bb_width;bb_height", "10;20;30;40", {}),
        ("X1,Y1,X2,Y2", "10,20,40,60", {}),
        ("xmin,ymin,xmax,ymax", "10,20,40,60", {}),
        ("x min,y-min,x_max,y_max", "10,20,40,60", {}),
        ("cx,cy,w,h", "25,40,30,40", {}),
        ("bbox_x_center,bbox_y_center,bbox_width,bbox_height", "25,40,30,40", {}),
        ("bbLeft,bbTop,bbWidth,bbHeight", "10,20,30,40", {}),
        ("cx,cy,bbox_x,bbox_y,bbox_w,bbox_h", "24.6,41.2,10,20,30,40", {}),
        ("x1,y1,x2,y2,w,h,center_x,center_y", "10,20,40,60,30,40,25,40", {}),
        ("x_center,y_center,width,height", ".025,.08,.03,.08", {"normalized": True, "width": 1000, "height": 500}),
        ("x1,y1,x2,y2,width,height", "10,20,40,60,1920,1080", {"box": "xyxy"}),
        ("a,b,c,d", "10,20,30,40", {"columns": {"left": "a", "top": "b", "width": "c", "height": "d"}}),
        ("a,b,c,d", "10,20,40,60", {"columns": {"x1": "a", "y1": "b", "x2": "c", "y2": "d"}}),
    ],
)
def test_finds_the_box_in_its_columns(read: Any, header: str, row: str, options: dict[str, Any]) -> None:
    comma = ";" if ";" in header else ","
    (video,) = read(f"frame{comma}id{comma}{header}\n1{comma}1{comma}{row}\n", **TABLE, **STREET, **options)
    assert video.tracks[0].coords.tolist()[0] == pytest.approx([10, 20, 30, 40])


NORMALIZED = "global_key,frame,track,class,x_center,y_center,width,height\neast,1,1,car,.5,.5,.1,.2\n"


def test_a_normalized_table_takes_the_size_of_each_video(read: Any) -> None:
    media = {"east": Media(width=200, height=100), "west": Media(width=400, height=50)}
    east, west = read(NORMALIZED + "West,1,1,car,.5,.5,.1,.2\n", media, **TABLE, normalized=True)
    assert east.tracks[0].coords.tolist() == [[90, 40, 20, 20]]
    assert west.tracks[0].coords.tolist() == [[180, 20, 40, 10]]


def test_a_size_is_at_least_one_pixel(read: Any) -> None:
    (video,) = read(NORMALIZED, **TABLE, normalized=True, width=1, height=1)
    assert video.tracks[0].coords.tolist() == [pytest.approx([0.45, 0.4, 0.1, 0.2])]
    for size in ({"width": 0, "height": 1}, {"width": 1, "height": 0}):
        with pytest.raises(ValidationError, match="greater than 0"):
            read(NORMALIZED, **TABLE, normalized=True, **size)


@pytest.mark.parametrize("media", [{}, {"east": Media(width=200)}])
def test_refuses_a_normalized_table_of_a_video_of_unknown_size(read: Any, media: Any) -> None:
    with pytest.raises(SourceError, match=r"boxes.csv: needs the video's width and height, .* 'east'; add the columns"):
        read(NORMALIZED, media, **TABLE, normalized=True)


@pytest.mark.parametrize(
    ("options", "segments"), [({}, [0, 0, 1, 2]), ({"gaps": "close"}, [0, 0, 1, 2]), ({"gaps": "bridge"}, [0, 0, 0, 0])]
)
def test_closes_or_bridges_gaps(read: Any, options: dict[str, str], segments: list[int]) -> None:
    rows = "".join(f"street,{frame},1,person,1,2,3,4\n" for frame in (9, 1, 2, 5))
    (video,) = read(HEAD + rows, **TABLE, **options)
    assert video.tracks[0].frames.tolist() == [1, 2, 5, 9]
    assert video.tracks[0].segment.tolist() == segments


def test_takes_segments_from_their_column(read: Any) -> None:
    rows = "".join(f"{frame},1,{segment},1,2,3,4\n" for frame, segment in [(1, 5), (8, 5), (8, 7), (9, 7)])
    (video,) = read("frame,track,segment,left,top,width,height\n" + rows, **TABLE, **STREET)
    assert video.tracks[0].frames.tolist() == [1, 8, 8, 9]
    assert video.tracks[0].segment.tolist() == [0, 0, 1, 1]


def test_yields_a_video_for_each_global_key_in_order(read: Any) -> None:
    rows = ["b,1,1,car,1,1,1,1", "a,1,1,person,2,2,2,2", "b,2,1,car,3,3,3,3"]
    videos = read(HEAD + "\n".join(rows), **TABLE)
    assert [video.row.global_key for video in videos] == ["b", "a"]
    assert [video.where.line for video in videos] == [2, 3]
    assert [[len(track) for track in video.tracks] for video in videos] == [[2], [1]]


def test_takes_ids_that_pandas_made_floats_for_what_they_are(read: Any) -> None:
    (video,) = read("frame,id,x,y,w,h\n1,7.0,1,1,1,1\n2,7,1,1,1,1\n3,7.5,1,1,1,1\n", **TABLE, **STREET)
    assert [(track.instance, track.frames.tolist()) for track in video.tracks] == [("7", [1, 2]), ("7.5", [3])]


def test_renames_classes(read: Any) -> None:
    rows = "street,1,1,0,1,1,1,1\nstreet,1,2,1,1,1,1,1\nstreet,1,3,dog,1,1,1,1\n"
    (video,) = read(HEAD + rows, **TABLE, classes={0: "person", "1": "person"})
    assert [str(track.feature) for track in video.tracks] == ["person", "person", "dog"]


def test_leaves_out_the_rows_of_a_class_whatever_is_in_them(read: Any) -> None:
    rows = "street,1,1,dog,1,1,1,1\nstreet,1,2,crowd,,,,\nstreet,2,1,dog,1,1,1,1\n"
    (video,) = read(HEAD + rows, **TABLE, classes={"crowd": None})
    assert [(str(track.feature), track.frames.tolist()) for track in video.tracks] == [("dog", [1, 2])]


def test_takes_x_and_y_for_the_centre_on_request(read: Any) -> None:
    (video,) = read("frame,id,x,y,w,h\n1,1,10,20,4,6\n", **TABLE, **STREET, box="cxcywh")
    assert video.tracks[0].coords.tolist() == [[8, 17, 4, 6]]


def test_reads_quoted_cells_over_several_lines(read: Any) -> None:
    rows = 'street,1,1,"a ""big""\ncar, red",1,1,1,1\n\nstreet,1,2,dog,1,1,1,1\n'
    (video,) = read(HEAD + rows, **TABLE)
    assert [(str(track.feature), track.where.line) for track in video.tracks] == [('a "big"\ncar, red', 2), ("dog", 5)]


def test_makes_a_track_of_every_box_without_a_track_column(read: Any, notes: list[Any]) -> None:
    text = "global_key,frame,left,top,width,height\na,1,1,1,1,1\na,1,2,2,2,2\nb,1,3,3,3,3\n"
    first, second = read(text, **TABLE, class_name="person")
    assert [track.instance for track in first.tracks] == ["box 1.1", "box 1.2"]
    assert [track.instance for track in second.tracks] == ["box 1.1"]
    assert [note.severity for note in notes] == [Severity.WARNING]
    assert "no column for track: each of the 3 boxes" in str(notes[0])


def test_names_the_columns_that_it_does_not_read(read: Any, notes: list[Any]) -> None:
    read("frame,id,left,top,width,height,score,Note\n1,1,1,1,1,1,.5,hm\n", **TABLE, **STREET)
    assert [str(note) for note in notes] == [
        "boxes.csv:1: 2 columns are ignored: score, Note; name one in columns: if it has a part of the boxes"
    ]


def test_an_option_wins_over_a_column_found_by_name(read: Any, notes: list[Any]) -> None:
    (video,) = read("frame,id,name,left,top,width,height\n1,1,Bob,1,1,1,1\n", **TABLE, **STREET)
    assert str(video.tracks[0].feature) == "person"
    assert "1 column is ignored: name" in str(notes[0])


def test_puts_swapped_corners_right_and_says_so(read: Any, notes: list[Any]) -> None:
    (video,) = read("frame,id,x1,y1,x2,y2\n1,1,40,20,10,60\n", **TABLE, **STREET)
    assert video.tracks[0].coords.tolist() == [[10, 20, 30, 40]]
    assert "1 box has its corners swapped" in str(notes[0])


GOOD = "street,1,1,person,1,2,3,4\n"
BAD = [
    pytest.param(
        HEAD + GOOD + "street,2,1,person,1,2,3\n", ["boxes.csv:3: 7 columns, but the header has 8"], id="short"
    ),
    pytest.param(HEAD + GOOD + "street,2,1,person,1,2,3,4,5\n", ["boxes.csv:3: 9 columns"], id="long"),
    pytest.param(HEAD + 'street,2,1,"per"son,1,2,3,4\n', ["boxes.csv:2: broken quoting"], id="quotes"),
    pytest.param(HEAD + 'street,2,1,"person,1,2,3,4\n', ["boxes.csv:2: broken quoting"], id="open quote"),
    pytest.param(HEAD + '"street",2,1,person,1,2,3\n', ["boxes.csv:2: 7 columns"], id="short, with quotes"),
    pytest.param(HEAD + GOOD + "street,2,1,person,1,x,3,4\n", ["boxes.csv:3: top is 'x', not a number"], id="text"),
    pytest.param(HEAD + GOOD + "street,2,1,person,1,,3,4\n", ["boxes.csv:3: top is empty"], id="empty number"),
    pytest.param(HEAD + "street,2,1,person,1,1e309,3,4\n", ["boxes.csv:2: top is 1e309, not a finite"], id="infinite"),
    pytest.param(HEAD + "street,1.5,1,person,1,2,3,4\n", ["boxes.csv:2: frame is 1.5, not a whole"], id="half a frame"),
    pytest.param(HEAD + "street,0,1,person,1,2,3,4\n", ["boxes.csv:2: frame 0", "frame_base: 0"], id="frame 0"),
    pytest.param(HEAD + "street,-1,1,person,1,2,3,4\n", ["boxes.csv:2: frame -1", "cannot be negative"], id="negative"),
    pytest.param(HEAD + ",2,1,person,1,2,3,4\n", ["boxes.csv:2: column 'global_key' is empty"], id="no key"),
    pytest.param(HEAD + GOOD + GOOD, ["boxes.csv:3: track 1 has a second box", "line 2"], id="twice"),
    pytest.param(HEAD + GOOD + GOOD.replace("1,1,person", "2,1,car"), ["boxes.csv:3: track 1 is 'car'"], id="classes"),
    pytest.param(HEAD, ["boxes.csv: the table has no rows"], id="header only"),
    pytest.param(HEAD.replace("top", "left") + GOOD, ["boxes.csv:1: the header names 'left' twice"], id="header"),
    pytest.param(HEAD.replace("frame", "zeit") + GOOD, ["boxes.csv:1: no column for frame"], id="no frame column"),
    pytest.param(HEAD.replace("class", "sort") + GOOD, ["no column for class", "class_name: car"], id="no class"),
    pytest.param(HEAD.replace("global_key", "clip") + GOOD, ["no column for global_key"], id="no key column"),
    pytest.param(HEAD.replace("top", "up") + GOOD, ["boxes.csv:1: no columns of boxes", "left/top/width"], id="no box"),
    pytest.param(HEAD.encode() + b"stra\xdfe,1,1,p,1,2,3,4\n", ["boxes.csv:2: the file is not UTF-8"], id="latin-1"),
    pytest.param(HEAD + GOOD + GOOD.upper(), ["boxes.csv:3: global keys 'STREET' and 'street' differ"], id="case"),
    pytest.param(
        HEAD + GOOD.replace("street", "str#t"), ["boxes.csv:2: global key 'str#t' contains '#'"], id="charset"
    ),
]


@pytest.mark.parametrize(("content", "pieces"), BAD)
def test_refuses_a_bad_table_with_its_line(read: Any, content: str | bytes, pieces: list[str]) -> None:
    with pytest.raises(SourceError) as refused:
        read(content, **TABLE)
    assert [piece for piece in pieces if piece not in str(refused.value)] == []
    assert "; " in str(refused.value), "every error says what to do"


def test_refuses_boxes_that_can_be_read_in_two_ways(read: Any) -> None:
    with pytest.raises(SourceError, match=r"boxes.csv:1: the boxes can be read as ltwh and xyxy; choose one"):
        read("frame,id,x1,y1,x2,y2,width,height\n1,1,1,2,3,4,5,6\n", **TABLE, **STREET)


def test_a_width_that_never_changes_beside_corners_is_the_pictures(read: Any) -> None:
    rows = "".join(f"{frame},1,{frame},2,{frame + 3},4,640,480\n" for frame in range(1, 6))
    (video,) = read("frame,id,x1,y1,x2,y2,width,height\n" + rows, **TABLE, **STREET)
    assert video.tracks[0].coords.tolist() == [[frame, 2, 3, 2] for frame in range(1, 6)]


def test_a_column_of_videos_keeps_them_apart(read: Any) -> None:
    text = "video,frame,trackId,className,x1,y1,x2,y2\neast,1,1,car,1,2,3,4\nwest,1,1,bus,5,6,9,9\n"
    videos = read(text, **TABLE)
    assert [video.row.global_key for video in videos] == ["east", "west"]
    assert [video.tracks[0].coords.tolist() for video in videos] == [[[1, 2, 2, 2]], [[5, 6, 4, 3]]]


def test_refuses_segments_that_overlap(read: Any) -> None:
    rows = "1,1,0,1,1,1,1\n9,1,0,1,1,1,1\n5,1,1,1,1,1,1\n"
    with pytest.raises(SourceError, match=r"boxes.csv:4: segment 1 of track 1 starts before the one before it ends"):
        read("frame,track,segment,left,top,width,height\n" + rows, **TABLE, **STREET)


def test_refuses_a_box_whose_size_is_beyond_numbers(read: Any) -> None:
    with pytest.raises(SourceError, match=r"boxes.csv:2: the box is too large"):
        read("frame,id,x1,y1,x2,y2\n1,1,-1.7e308,0,1.7e308,1\n", **TABLE, **STREET)


def test_refuses_keys_that_were_stored_as_floats(read: Any, tmp_path: Path) -> None:
    _frame([row | {"global_key": 12.0} for row in ROWS]).to_parquet(tmp_path / "boxes.parquet")
    with pytest.raises(SourceError, match=r"boxes.parquet: column 'global_key' is stored as floats; store it as text"):
        read((tmp_path / "boxes.parquet").read_bytes(), format="table", path="boxes.parquet")


def test_refuses_a_column_that_is_not_there(read: Any) -> None:
    with pytest.raises(
        SourceError, match=r"boxes.csv:1: no column 'bild' for frame; the columns are global_key, frame"
    ):
        read(HEAD + GOOD, **TABLE, columns={"frame": "bild"})


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"normalized": True, "width": 9}, "give both width and height"),
        ({"columns": {"farbe": "x"}}, "unknown part farbe"),
        ({"columns": {"label": "x"}, "class_name": "person"}, "both the option class_name and a column"),
        ({"global_key": "a#b"}, "contains '#'"),
        ({"gaps": "fill"}, "'close' or 'bridge'"),
    ],
)
def test_refuses_options_that_do_not_fit(read: Any, options: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        read(HEAD + GOOD, **TABLE, **options)


def test_refuses_a_form_whose_columns_are_missing(read: Any) -> None:
    with pytest.raises(SourceError, match=r"boxes.csv:1: no column for right, bottom; name it"):
        read(HEAD + GOOD, **TABLE, box="xyxy")


def test_refuses_two_boxes_in_one_frame_of_a_later_segment(read: Any) -> None:
    rows = "".join(f"{frame},1,{segment},1,2,3,4\n" for frame, segment in [(1, 5), (8, 7), (8, 7)])
    with pytest.raises(SourceError, match=r"boxes.csv:4: track 1 has a second box for its frame"):
        read("frame,track,segment,left,top,width,height\n" + rows, **TABLE, **STREET)
