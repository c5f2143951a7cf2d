"""Labels on frames: what is shown where, from the video when it is here, and never too much of it."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from labelferry.demo import FRAMES, boxes, draw_scene
from labelferry.desired.build import build
from labelferry.desired.state import Desired
from labelferry.model import LabelledVideo, Where
from labelferry.ndjson import read_line
from labelferry.pictures import contact_sheet, draw_strips
from labelferry.pictures.drawing import PAPER, REFUSED, Canvas, caption, draw
from labelferry.pictures.frames import Patience, read_frames
from labelferry.pictures.shapes import DrawnLabels, answers_at, frames_to_show, shapes_at
from labelferry.spec.loaded import LoadedSpec

SPEC = """\
name: pictured
dataset: d
project: {name: p, media_type: VIDEO}
ontology: {name: o, from: labels}
batch: {name: b}
videos: videos.csv
labels:
  - {format: ndjson, path: lines.ndjson}
import: {as: prelabels}
"""
ROW = '"dataRow": {"globalKey": "clip"}'
BOX = '{"name": "<b>ferry</b>", "segments": [{"keyframes": [%s]}], ' + ROW + "}"
WEATHER = '{"name": "weather", "answer": {"name": "fog"FRAMES}, ' + ROW + "}"
FIRST = '{"frame": 1, "bbox": {"left": 10, "top": 20, "width": 30, "height": 40}}'
THEN = '{"frame": 11, "bbox": {"left": 110, "top": 20, "width": 30, "height": 40}}'
Make = Callable[..., Desired]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(lines: list[str], videos: str = "global_key,row_data\nclip,https://example.com/clip.mp4") -> Desired:
        (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
        (tmp_path / "videos.csv").write_text(videos, "utf-8")
        (tmp_path / "lines.ndjson").write_text("\n".join(lines), "utf-8")
        return build(LoadedSpec.from_file(tmp_path / "spec.yaml"), tmp_path / "home")

    return made


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene")
    draw_scene(folder)
    return folder / "scene.mp4"


def content(*lines: str, base: int = 1) -> DrawnLabels:
    import orjson

    videos: tuple[LabelledVideo, ...] = tuple(read_line(orjson.loads(line), Where("here")) for line in lines)
    return DrawnLabels(videos, tuple(False for _ in videos), temporal_base=base)


def test_between_keyframes_a_box_is_on_the_straight_way() -> None:
    shown = content(BOX % f"{FIRST}, {THEN}")
    assert [list(shape.coords) for shape in shapes_at(shown, 6)] == [[60, 20, 30, 40]]
    assert [list(shape.coords) for shape in shapes_at(shown, 11)] == [[110, 20, 30, 40]]
    assert list(shapes_at(shown, 12)) == []


def test_between_segments_there_is_nothing() -> None:
    shown = content(BOX.replace("%s", f'{FIRST}]}}, {{"keyframes": [{THEN}'))
    assert list(shapes_at(shown, 6)) == []
    assert len(list(shapes_at(shown, 1))) == len(list(shapes_at(shown, 11))) == 1


@pytest.mark.parametrize(("base", "frame"), [(0, 5), (1, 4)])
def test_an_answer_holds_in_its_range_by_the_base_of_the_spec(base: int, frame: int) -> None:
    line = WEATHER.replace("FRAMES", ', "frames": [{"start": 4, "end": 4}]')
    shown = content(line, base=base)
    assert list(answers_at(shown, frame)) == ["weather: fog"]
    assert list(answers_at(shown, frame + 1)) == []
    assert frames_to_show(shown, 3) == [frame]


def test_frames_are_spread_over_what_there_is_to_see() -> None:
    assert frames_to_show(content(BOX % f"{FIRST}, {THEN}"), 3) == [2, 6, 10]
    assert frames_to_show(content(BOX % FIRST), 3) == [1]
    whole = WEATHER.replace("FRAMES", "")
    assert frames_to_show(content(whole), 3) == [1]


MASKS = '{"masks": {"frames": [%s], "instances": [{"colorRGB": [1, 2, 3], "name": "sky"}]}, ' + ROW + "}"


@pytest.mark.parametrize("frames", [[300, 8, 16, 9, 64], [8, 9, 16, 64, 300]])
def test_frames_of_masks_are_shown_in_the_order_of_time(frames: list[int]) -> None:
    listed = ", ".join('{"index": %d, "imBytes": "eA=="}' % frame for frame in frames)  # noqa: UP031  braces are JSON's
    assert frames_to_show(content(MASKS % listed), 3) == [8, 16, 300]
    assert frames_to_show(content(MASKS % listed, BOX % f"{FIRST}, {THEN}"), 4) == [3, 9, 64]


@pytest.mark.parametrize("frame", [1, 2, 30, 31, FRAMES])
def test_the_frame_of_a_video_is_the_one_of_that_number(frame: int, scene: Path) -> None:
    picture = np.asarray(read_frames(scene, [frame], Patience(60))[frame]).astype(int)
    (first,) = (box for box in boxes() if (box.frame, box.track) == (frame, 1))
    row = picture[first.top + 15]
    inside = np.flatnonzero(row[:, 0] - row[:, 2] > 80)
    assert abs(int(inside[0]) - first.left) <= 1
    assert abs(int(inside[-1]) - (first.left + first.width - 1)) <= 1


def test_what_is_no_video_gives_no_frame(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"no video at all")
    assert read_frames(tmp_path / "no.mp4", [1], Patience(60)) == {}
    assert read_frames(tmp_path / "gone.mp4", [1], Patience(60)) == {}


def test_frames_beyond_the_end_are_not_there(scene: Path) -> None:
    assert list(read_frames(scene, [FRAMES, FRAMES + 50], Patience(60))) == [FRAMES]


def test_frames_that_take_too_long_are_not_waited_for(scene: Path) -> None:
    ticks = iter([0.0, *[1.0] * 4, *[9.0] * 900])
    found = read_frames(scene, [1, 2, FRAMES], Patience(5, clock=lambda: next(ticks)))
    assert list(found) == [1, 2]


def test_without_the_video_the_ground_is_plain_and_of_its_size(make: Make) -> None:
    made = make([BOX % FIRST], "global_key,row_data,width,height\nclip,https://example.com/clip.mp4,160,120")
    (strip,) = draw_strips(made)
    assert (strip.frames, strip.seen, strip.lines, strip.left_out) == ((1,), 0, 1, 0)
    assert strip.stamps[0].size == (320, 240)
    assert (
        strip.stamps[0].getpixel((20, 60)) == strip.stamps[0].getpixel((79, 60)) != strip.stamps[0].getpixel((50, 80))
    )


def test_refused_lines_have_a_colour_of_their_own(make: Make) -> None:
    made = make([BOX % FIRST])
    (line,) = made.index()
    colours = [set(draw_strips(made, refused)[0].stamps[0].get_flattened_data()) for refused in ([], [line.uuid])]
    assert [REFUSED in found for found in colours] == [False, True]


def test_a_video_with_refused_lines_comes_first(make: Make) -> None:
    keys = [f"clip{number}" for number in range(9)]
    lines = [(BOX % FIRST).replace("clip", key) for key in keys]
    made = make(lines, "global_key,row_data\n" + "\n".join(f"{key},https://example.com/{key}" for key in keys))
    last = list(made.index())[-1]
    assert [strip.row for strip in draw_strips(made, [last.uuid], videos=3)] == ["clip8", "clip0", "clip1"]


def test_a_sheet_weighs_no_more_than_it_may(make: Make) -> None:
    made = make([BOX % f"{FIRST}, {THEN}"])
    strips = draw_strips(made)
    for most in (60_000, 9_000, 2_000):
        sheet = contact_sheet(strips, most)
        assert sheet is not None
        assert len(sheet) <= most
        assert Image.open(io.BytesIO(sheet)).format == "JPEG"
    assert contact_sheet([]) is None


def test_only_so_many_lines_are_drawn(make: Make) -> None:
    lines = [
        BOX % f'{{"frame": {n + 1}, "bbox": {{"left": 1, "top": 2, "width": 3, "height": 4}}}}' for n in range(350)
    ]
    (strip,) = draw_strips(make(lines))
    assert (strip.lines, strip.left_out) == (300, 50)


@pytest.mark.parametrize("far", [1e300, -1e300, 1e9, 0.0, 1e-300])
@pytest.mark.parametrize(
    "shape",
    [
        '"bbox": {"left": FAR, "top": FAR, "width": 3, "height": 4}',
        '"bbox": {"left": 1, "top": 2, "width": FAR, "height": FAR}',
        '"point": {"x": FAR, "y": FAR}',
        '"line": [{"x": FAR, "y": 1}, {"x": 1, "y": FAR}]',
        '"line": [{"x": FAR, "y": 1}]',
    ],
)
def test_wild_coordinates_are_drawn_as_well_as_can_be(far: float, shape: str) -> None:
    picture = Image.new("RGB", (64, 48))
    draw(Canvas(picture, 0.5, {}), content(BOX % f'{{"frame": 1, {shape.replace("FAR", str(far))}}}'), 1)
    assert picture.size == (64, 48)


@pytest.mark.parametrize("name", ["\n" * 50, "\u202e\u0000", "x" * 5000, "日本語", "👩‍👩‍👧"])
def test_any_name_can_be_written(name: str) -> None:
    picture = Image.new("RGB", (64, 48))
    caption(ImageDraw.Draw(picture), (60, 2), name, PAPER)
    assert len(set(picture.get_flattened_data())) > 1
