"""Where a file can be read in two ways, check says which one it took, or refuses and names the option."""

from dataclasses import dataclass

import pytest

from tests.cases.conftest import FROM_LABELS, ONE, Checking

TABLE = "format: table, path: boxes.csv, global_key: clip.mp4"
MOT = "format: mot, path: gt.txt, global_key: clip.mp4"
CAR = "classes: {1: car}"
ID = "c" * 25
BOX = '<box frame="0" outside="0" keyframe="1" xtl="1" ytl="2" xbr="5" ybr="7"/>'
TASKS = (
    "<annotations><meta><project><tasks><task><id>5</id><name>a.mp4</name></task><task><id>6</id><name>b.mp4</name>"
    f'</task></tasks></project></meta><track id="0" label="car" task_id="5">{BOX}</track>'
    f'<track id="0" label="car" task_id="6">{BOX}</track></annotations>'
)
IMAGES = "<annotations><image id='0'/></annotations>"
READS = "from pathlib import Path\nPath(__file__).with_name('a.xml').read_text()\n"
LABELS = """
import labelferry.types as lb
box = lb.Rectangle(start=lb.Point(x=1, y=2), end=lb.Point(x=5, y=7))
box = lb.VideoObjectAnnotation(name="car", keyframe=True, frame=1, segment_index=0, value=box)
labels = [lb.Label(data={"global_key": "clip.mp4"}, annotations=[box])]
"""
BOXES = "frame,track,class,left,top,width,height\n"


@dataclass(frozen=True)
class Case:
    """Labels and their file, and what check has to say; the advice, typed, then gives ``then`` tracks and keyframes."""

    entry: str
    files: dict[str, str | bytes]
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    refused: bool = False
    tracks: int = 0
    typed: str | None = None
    then: tuple[int, int] = (0, 0)
    videos: str = f"[{ONE}]"
    onto: str = FROM_LABELS


def boxes(rows: str, head: str = BOXES) -> dict[str, str | bytes]:
    return {"boxes.csv": head + rows}


CASES = {
    "fractions": Case(
        TABLE,
        boxes("1,1,car,.5,.5,.1,.2\n", "frame,track,class,cx,cy,w,h\n"),
        ("shapes-like-fractions",),
        ("normalized: true",),
        refused=True,
        typed=f"{TABLE}, normalized: true",
        then=(1, 1),
    ),
    "percent": Case(f"{TABLE}, normalized: percent", boxes("1,1,car,50,50,10,10\n"), tracks=1),
    "class numbers": Case(
        TABLE,
        boxes("1,1,0,1,2,30,40\n", "frame,track,class_id,left,top,width,height\n"),
        ("class-numbers",),
        ("classes: {0: car}",),
        refused=True,
        typed=f"{TABLE}, classes: {{0: car}}",
        then=(1, 1),
    ),
    "the name beside the number": Case(
        TABLE,
        boxes("1,1,2,car,1,2,30,40\n", "frame,track,class,class_name,left,top,width,height\n"),
        ("columns-ignored",),
        ("ignored: class;",),
        tracks=1,
    ),
    "no identity": Case(
        TABLE, boxes("1,-1,car,1,2,30,40\n2,-1,car,9,2,30,40\n"), ("identity-missing",), ("id -1",), tracks=2
    ),
    "no identity in words": Case(
        TABLE,
        boxes("1,nan,car,1,2,30,40\n2,,car,9,2,30,40\n3,None,car,9,2,3,4\n"),
        ("identity-missing",),
        ("id nan, empty, None",),
        tracks=3,
    ),
    "row numbers": Case(
        TABLE,
        boxes("1,1,car,1,2,30,40\n2,2,car,1,2,30,40\n3,3,car,1,2,3,4\n", BOXES.replace("track", "id")),
        ("tracks-of-one-box",),
        ("'id'",),
        tracks=3,
    ),
    "x and y": Case(
        TABLE,
        boxes("1,1,car,100,100,40,30\n", "frame,track,class,x,y,width,height\n"),
        ("corner-assumed",),
        ("box: cxcywh",),
        tracks=1,
        typed=f"{TABLE}, box: cxcywh",
        then=(1, 1),
    ),
    "animals": Case(
        TABLE,
        boxes("1,1,2,3,4,5,6\n", "frame,x1,y1,x2,y2,x3,y3\n"),
        words=("no column for class",),
        refused=True,
    ),
    "animals of a class": Case(
        f"{TABLE}, class_name: fish",
        boxes("1,1,2,3,4,5,6\n", "frame,x1,y1,x2,y2,x3,y3\n"),
        words=("x3", "box: xyxy"),
        refused=True,
        typed=f"{TABLE}, class_name: fish, box: xyxy",
        then=(1, 1),
    ),
    "points as corners": Case(
        f"{TABLE}, class_name: fish",
        boxes("".join(f"{at},1,9,9,{at},2\n" for at in range(1, 7)), "frame,track,x1,y1,x2,y2\n"),
        ("corners-unlikely",),
        refused=True,
    ),
    "no header": Case(
        TABLE,
        boxes("1,1,car,1,2,30,40\n", ""),
        words=("values (1, 1, car", "header: [frame, track, ...]"),
        refused=True,
        typed=f"{TABLE}, header: [frame, track, class, left, top, width, height]",
        then=(1, 1),
    ),
    "spaces": Case(TABLE, boxes("1 1 car 1 2 30 40\n", BOXES.replace(",", " ")), tracks=1),
    "pictures as frames": Case(
        f"{TABLE}, columns: {{frame: image}}",
        boxes("a/000007.jpg,1,car,1,2,30,40\n", BOXES.replace("frame", "image")),
        ("frames-from-names",),
        ("is frame 7",),
        tracks=1,
    ),
    "a column of pictures": Case(
        TABLE,
        boxes("a/000007.jpg,1,car,1,2,30,40\n", BOXES.replace("frame", "filename")),
        words=("columns: {frame: filename}",),
        refused=True,
        typed=f"{TABLE}, columns: {{frame: filename}}",
        then=(1, 1),
    ),
    "from the middle": Case(
        TABLE,
        boxes("1001,1,car,1,2,30,40\n"),
        ("frame-beyond-end",),
        ("frame_offset",),
        refused=True,
        typed=f"{TABLE}, frame_offset: -1000",
        then=(1, 1),
    ),
    "every fifth": Case(
        TABLE,
        boxes("1,1,car,1,2,30,40\n6,1,car,1,2,30,40\n11,1,car,1,2,30,40\n"),
        ("segments-single",),
        ("gaps: bridge",),
        tracks=1,
        typed=f"{TABLE}, gaps: bridge",
        then=(1, 3),
    ),
    "one a second": Case(f"{TABLE}, frame_step: 25", boxes("1,1,car,1,2,3,4\n2,1,car,1,2,3,4\n"), tracks=1),
    "one a second without a word": Case(
        TABLE,
        boxes("1,1,car,1,2,3,4\n2,1,car,1,2,3,4\n3,1,car,1,2,3,4\n"),
        ("frames-like-seconds",),
        ("frame_step, such as 25",),
        tracks=1,
        typed=f"{TABLE}, frame_step: 25, gaps: bridge",
        then=(1, 3),
    ),
    "in parts": Case(
        "format: table, path: 'part*.csv', global_key: clip.mp4",
        {"part1.csv": BOXES + "1,1,car,1,2,3,4\n", "part2.csv": BOXES + "2,1,car,1,2,3,4\n"},
        ("track-in-several-files",),
        ("part1.csv:2",),
        tracks=2,
    ),
    "a class left out": Case(
        f"{TABLE}, classes: {{dog: null}}", boxes("1,1,car,1,2,3,4\n1,2,dog,1,2,3,4\n"), tracks=1
    ),
    "norway": Case(
        f"{TABLE}, classes: {{a: no}}",
        boxes("1,1,a,1,2,3,4\n"),
        words=("reads this as false", "in quotes"),
        refused=True,
    ),
    "twins of letters": Case(
        TABLE,
        boxes("1,1,Stra\u0308nd,1,2,3,4\n1,2,Str\u00e4nd,1,2,3,4\n"),
        words=("looks like", "U+0308"),
        refused=True,
    ),
    "twins with nothing": Case(
        TABLE, boxes("1,1,car\u200b,1,2,3,4\n1,2,car,1,2,3,4\n"), words=("zero width space",), refused=True
    ),
    "twins of the ontology": Case(
        TABLE,
        {**boxes("1,1,Str\u00e4nd,1,2,3,4\n"), "o.yaml": "tools: [{tool: BBOX, name: Stra\u0308nd}]"},
        ("name-looks-alike",),
        ("U+0308",),
        refused=True,
        onto="{name: O, file: o.yaml}",
    ),
    "a key without its ending": Case(
        "format: table, path: boxes.csv",
        boxes("clip,1,1,car,1,2,3,4\n", f"global_key,{BOXES}"),
        ("row-misspelled",),
        ("did you mean 'clip.mp4'",),
        refused=True,
    ),
    "six columns": Case(f"{MOT}, {CAR}", {"gt.txt": "1,1,10,20,40,50\n2,1,10,20,40,50\n"}, tracks=1),
    "seven columns": Case(f"{MOT}, {CAR}", {"gt.txt": "1,-1,1,2,3,4,2.5\n"}, ("identity-missing",), tracks=1),
    "semicolons that trail": Case(f"{MOT}, {CAR}", {"gt.txt": "1;1;10;20;40;50;1;\n"}, tracks=1),
    "tabs": Case(f"{MOT}, {CAR}", {"gt.txt": "1\t1\t10\t20\t40\t50\n"}, tracks=1),
    "id -2": Case(f"{MOT}, {CAR}", {"gt.txt": "1,-2,10,20,40,50\n"}, ("identity-missing",), tracks=1),
    "a header": Case(
        f"{MOT}, {CAR}",
        {"gt.txt": "frame,id,bb_left,bb_top,bb_width,bb_height,conf,x,y,z\n1,1,1,2,3,4,.9,-1,-1,-1\n"},
        words=("names the columns", "format: table"),
        refused=True,
        typed="format: table, path: gt.txt, global_key: clip.mp4, class_name: car",
        then=(1, 1),
    ),
    "names in column 8": Case(MOT, {"gt.txt": "1,0,361.5,249.5,75.9,161.5,1,person,1\n"}, tracks=1),
    "a class in column 8 of ten": Case(
        f"{MOT}, {CAR}",
        {"gt.txt": "1,1,10,20,40,50,.9,2,-1,-1\n"},
        words=("column 8 is 2", "layout: mot16"),
        refused=True,
        typed=f"{MOT}, classes: {{2: car}}, layout: mot16",
        then=(1, 1),
    ),
    "VisDrone": Case(
        MOT,
        {"gt.txt": "1,1,10,20,40,50,1,4,0,1\n1,2,1,2,4,5,0,0,0,0\n"},
        words=("column 8 is 4", "layout: visdrone"),
        refused=True,
        typed=f"{MOT}, layout: visdrone",
        then=(1, 1),
    ),
    "UAVDT": Case(
        MOT,
        {"gt.txt": "1,1,10,20,40,50,1,1,3\n"},
        words=("column 9 is 3", "layout: uavdt"),
        refused=True,
        typed=f"{MOT}, layout: uavdt",
        then=(1, 1),
    ),
    "UAVDT of cars only": Case(
        MOT,
        {"gt.txt": "1,1,10,20,40,50,1,1,1\n2,1,10,20,40,50,1,3,1\n"},
        words=("column 8 changes inside tracks", "layout: uavdt"),
        refused=True,
        typed=f"{MOT}, layout: uavdt",
        then=(1, 2),
    ),
    "too few columns for a layout": Case(
        f"{MOT}, layout: uavdt",
        {"gt.txt": "1,1,10,20,40,50,1\n"},
        words=("7 columns", "leave layout out"),
        refused=True,
    ),
    "an empty file": Case(
        "format: mot, path: 'in/*.txt', global_key: clip.mp4, classes: {1: car}",
        {"in/a.txt": "1,1,1,2,3,4\n", "in/b.txt": ""},
        ("labels-empty",),
        ("in/b.txt: the file is empty", "on_empty: fail"),
        tracks=1,
    ),
    "hidden files": Case(
        "format: mot, path: 'in/**/*', global_key: clip.mp4, classes: {1: car}",
        {"in/a.txt": "1,1,1,2,3,4\n", "in/._a.txt": b"\0\1", "in/.DS_Store": b"\0", "in/__MACOSX/a.txt": b"\0",
         "in/~$a.xlsx": b"\0"},
        tracks=1,
    ),
    "brackets": Case(
        "format: mot, path: 'a [x].txt', global_key: clip.mp4, classes: {1: car}",
        {"a [x].txt": "1,1,1,2,3,4\n"},
        tracks=1,
    ),
    "the benchmark's folders": Case(
        "format: mot, path: 'MOT/*/gt/gt.txt', global_key: '{stem}', classes: {1: car}",
        {"MOT/clip.mp4/gt/gt.txt": "1,1,1,2,3,4\n"},
        ("row-of-folder",),
        ("global_key: '{parent2}'",),
        refused=True,
        typed="format: mot, path: 'MOT/*/gt/gt.txt', global_key: '{parent2}', classes: {1: car}",
        then=(1, 1),
    ),
    "an unknown format": Case(
        "format: yolov99, path: x", {}, words=("unknown format 'yolov99'", "'mot'", "labelferry formats"), refused=True
    ),
    "a near key": Case(f"{TABLE}, normalised: true", {}, words=("did you mean normalized?",), refused=True),
    "an export": Case(
        "format: ndjson, path: a.json",
        {"a.json": '{"data_row": {}, "projects": {}}'},
        words=("an export, not of an import", "format: labelbox"),
        refused=True,
    ),
    "the older word for an answer": Case(
        "format: ndjson, path: a.json",
        {"a.json": '{"name": "colour", "dataRow": {"globalKey": "clip.mp4"}, "answers": [{"name": "red"}]}'},
        ("older-key",),
        ("write answer",),
    ),
    "the older word, and ids": Case(
        "format: ndjson, path: a.json",
        {"a.json": '{"schemaId": "' + ID + '", "dataRow": {"globalKey": "clip.mp4"}, "answers": [{"schemaId": "' + ID
         + '"}]}'},
        words=("no ontology can be built", "older key 'answers'"),
        refused=True,
    ),
    "a script that reads CVAT": Case(
        "format: python, path: cvat.py",
        {"cvat.py": READS + LABELS, "a.xml": TASKS},
        ("labels-of-a-format",),
        ("format: cvat and path: a.xml",),
        tracks=1,
        videos=f"[{ONE}, {{global_key: b.mp4, row_data: 'https://e.com/b.mp4'}}]",
        typed="format: cvat, path: a.xml, tasks: {5: clip.mp4, 6: b.mp4}",
        then=(2, 2),
    ),
    "a script that reads CVAT for images": Case(
        "format: python, path: cvat.py",
        {"cvat.py": f"{READS}labels = []", "a.xml": IMAGES},
        words=("no labels to infer it from", "format: cvat and path: a.xml"),
        refused=True,
    ),
    "CVAT for images": Case(
        "format: cvat, path: a.xml, global_key: clip.mp4",
        {"a.xml": IMAGES},
        words=("an export as CVAT for images", "export the task as CVAT for video 1.1"),
        refused=True,
    ),
    "several tasks and one key": Case(
        "format: cvat, path: a.xml, global_key: clip.mp4",
        {"a.xml": TASKS},
        words=("an export of 2 tasks", "tasks: {5: a.mp4, 6: b.mp4}"),
        refused=True,
    ),
    "keyframes without a segment": Case(
        "format: ndjson, path: a.json",
        {"a.json": '{"name": "car", "dataRow": {"globalKey": "clip.mp4"}, "keyframes": []}'},
        words=('"segments": [{"keyframes": [...]}]',),
        refused=True,
    ),
    "a polygon": Case(
        "format: ndjson, path: a.json",
        {"a.json": '{"name": "car", "dataRow": {"globalKey": "clip.mp4"}, "segments": [{"keyframes": [{"frame": 1, '
         '"polygon": []}]}]}'},
        words=("no polygons on video", "draw them as masks"),
        refused=True,
    ),
    "a list that is empty": Case(
        "format: python, path: a.py", {"a.py": "labels = []"}, ("labels-empty",), onto="{name: O, id: c}"
    ),
    "a picture as a video": Case(
        "", {}, ("row-data-picture",), videos="[{global_key: a, row_data: 'https://e.com/a.JPG?x=1'}]",
        onto="{name: O, id: c}",
    ),
    "pictures as videos": Case(
        "", {"in/1.jpg": b"x"}, words=("a picture", "ffmpeg"), refused=True, videos="in/*.jpg", onto="{name: O, id: c}"
    ),
    "a name that is no key": Case(
        "", {"in/a [b].mp4": b"x"}, words=("contains '['", "videos: [{global_key"), refused=True, videos="in/*.mp4",
        onto="{name: O, id: c}",
    ),
    "a manifest of other columns": Case(
        "", {"v.csv": "name,url\na,b\n"}, words=("rename 'name' to global_key", "rename 'url' to row_data"),
        refused=True, videos="v.csv", onto="{name: O, id: c}",
    ),
    "a manifest with more": Case(
        "", {"v.csv": "global_key,row_data,camera\na,https://e.com/a,1\n"}, words=("metadata.camera",), refused=True,
        videos="v.csv", onto="{name: O, id: c}",
    ),
    "a manifest without rows": Case(
        "", {"v.csv": "global_key,row_data\n"}, ("labels-empty",), videos="v.csv", onto="{name: O, id: c}"
    ),
    "a long video": Case(
        "", {}, ("video-too-long",), videos="[{global_key: a, row_data: 'https://e.com/a', frame_count: 20001}]",
        onto="{name: O, id: c}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_said(name: str, checking: Checking) -> None:
    case = CASES[name]
    told = checking(f"{{{case.entry}}}" if case.entry else None, case.files, case.videos, case.onto)
    assert told.refused is case.refused, told.words
    assert told.codes == list(case.codes), told.words
    assert [word for word in case.words if word not in told.words] == [], told.words
    assert told.tracks == case.tracks


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.typed])
def test_the_advice_works_when_typed(name: str, checking: Checking) -> None:
    case = CASES[name]
    told = checking(f"{{{case.typed}}}", case.files, case.videos, case.onto)
    assert not told.refused, told.words
    assert (told.tracks, told.keyframes) == case.then


def test_labels_of_a_missing_video_can_be_left_out(checking: Checking) -> None:
    entry = "{format: mot, path: 'in/*.txt', global_key: '{stem}', classes: {1: car}}"
    files: dict[str, str | bytes] = {"in/a.txt": "1,1,1,2,3,4\n", "in/other.txt": "1,1,1,2,3,4\n"}
    videos = "[{global_key: a, row_data: 'https://e.com/a.mp4'}]"
    refused = checking(entry, files, videos)
    assert refused.refused
    assert "on_missing_video: skip" in refused.words
    told = checking(entry, files, f"{videos}\non_missing_video: skip")
    assert (told.codes, told.tracks) == (["labels-left-out"], 1)


@pytest.mark.parametrize("videos", ["v.csv", f"[{ONE}]"])
def test_what_is_empty_can_be_an_error(videos: str, checking: Checking) -> None:
    files: dict[str, str | bytes] = {"v.csv": "global_key,row_data\n", "gt.txt": ""}
    entry = f"{{{MOT}, {CAR}}}"
    told = checking(entry, files, f"{videos}\non_empty: fail", "{name: O, id: c}")
    assert told.refused
    assert "on_empty: warn" in told.words


def test_a_night_without_files(checking: Checking) -> None:
    told = checking("{format: mot, path: 'in/*.txt', global_key: '{stem}'}", {}, onto="{name: O, id: c}")
    assert (told.refused, told.codes) == (False, ["labels-empty"])
