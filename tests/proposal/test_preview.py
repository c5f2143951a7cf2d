"""The preview: boxes where the data says, names that do not cover each other, a page that is bounded and escaped."""

import shutil
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from labelferry import api
from labelferry.errors import CheckError, SpecError
from labelferry.pictures.drawing import COLOURS, PAPER, TextPlace, caption
from tests.proposal import folders
from tests.reports.conftest import HOSTILE
from tests.reports.test_html import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
BOX = (40, 30, 60, 50)
"""Left, top, width, height in a video of 160 x 120."""
ENLARGED = 6
"""960 pixels of the page for 160 of the video."""
NEAR = 60
"""Levels by which JPEG may change a colour."""


def spec_of(folder: Path, rows: str, *, video: bool = True, names: tuple[str, ...] = ("clip",)) -> Path:
    """A spec of the same labels for each name, with the videos or for URLs."""
    for name in names:
        folders.put(folder / f"{name}.csv", "frame,track,class,left,top,width,height\n" + rows)
        if video:
            folders.video(folder / f"{name}.mp4")
    place = "{name}.mp4" if video else "https://example.com/{name}.mp4"
    facts = "" if video else ", width: 160, height: 120, fps: 25, frame_count: 12"
    videos = [f"  - {{global_key: {name}, row_data: {place.format(name=name)}{facts}}}" for name in names]
    head = "name: n\ndataset: D\nproject: P\nontology: {name: O, from: labels}\nvideos:\n"
    labels = '\nlabels: [{format: table, path: "*.csv", global_key: "{stem}"}]\n'
    spec = folder / "spec.yaml"
    folders.put(spec, head + "\n".join(videos) + labels)
    return spec


def row(frame: int, track: int = 1, name: str = "car", box: tuple[int, ...] = BOX) -> str:
    return f"{frame},{track},{name},{','.join(map(str, box))}\n"


def pictures(page: Path) -> list[Image.Image]:
    loads = Page(page.read_text("utf-8")).loads
    return [Image.open(BytesIO(b64decode(url.partition(",")[2]))) for tag, url in loads if tag == "img"]


def edges(picture: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """The first and last column and row in which a colour covers more than a third of a box's side."""
    near = (np.abs(np.asarray(picture.convert("RGB")).astype(int) - colour) < NEAR).all(axis=-1)
    columns = np.flatnonzero(near.sum(axis=0) > BOX[3] * ENLARGED / 3)
    rows = np.flatnonzero(near.sum(axis=1) > BOX[2] * ENLARGED / 3)
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


@pytest.mark.parametrize("video", [True, False], ids=["on the video", "on a plain ground"])
def test_a_box_is_where_the_data_says(tmp_path: Path, video: bool) -> None:
    left, top, width, height = BOX
    api.preview(spec_of(tmp_path, row(3), video=video), tmp_path / "out.html")
    (picture,) = pictures(tmp_path / "out.html")
    assert picture.size == (960, 720)
    expected = np.array([left, top, left + width, top + height]) * ENLARGED
    assert np.abs(np.array(edges(picture, COLOURS[0])) - expected).max() <= 2


def test_two_tracks_of_a_class_have_two_colours(tmp_path: Path) -> None:
    rows = row(3) + row(3, 2, box=(5, 60, 30, 30))
    api.preview(spec_of(tmp_path, rows), tmp_path / "out.html")
    shown = np.asarray(pictures(tmp_path / "out.html")[0].convert("RGB")).astype(int)
    assert all((np.abs(shown - colour) < NEAR).all(axis=-1).any() for colour in COLOURS[:2])


def test_names_do_not_cover_each_other() -> None:
    picture, taken = Image.new("RGB", (300, 200)), list[TextPlace]()
    for number in range(6):
        caption(ImageDraw.Draw(picture), (50 + number, 90), f"car {number}", PAPER, taken)
    assert len(taken) == 6
    for at, one in enumerate(taken):
        for other in taken[at + 1 :]:
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_the_page_says_what_it_leaves_out(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, row(3), names=("a", "b", "c"))
    api.preview(spec, tmp_path / "out.html", videos=1, frames=1)
    page = Page((tmp_path / "out.html").read_text("utf-8"))
    assert page.tags.count("img") == 1
    assert "A sample: 2 more videos with labels are not shown." in page.text


def test_many_tracks_are_a_sample(tmp_path: Path) -> None:
    api.preview(spec_of(tmp_path, "".join(row(3, track) for track in range(60))), tmp_path / "out.html")
    assert "And 20 lines more, not shown." in Page((tmp_path / "out.html").read_text("utf-8")).text


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    names = [name for name in HOSTILE if "\n" not in name and "\u0000" not in name]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    rows = "".join(row(3, track, name) for track, name in enumerate(quoted))
    api.preview(spec_of(tmp_path, rows), tmp_path / "out.html")
    page = Page((tmp_path / "out.html").read_text("utf-8"))
    assert not {"script", "link", "iframe", "object", "form"} & set(page.tags)
    assert page.handlers == []
    assert all(name in page.text for name in names if "  " not in name)
    loads = [url for _, url in page.loads if not url.startswith(("data:image/jpeg;base64,", "#v"))]
    assert loads == []


def test_a_clip_has_every_frame_from_the_first_label(tmp_path: Path) -> None:
    api.preview(spec_of(tmp_path, row(3) + row(4)), tmp_path / "out.html", mp4=tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as container:
        frames = [frame.to_image() for frame in container.decode(video=0)]
    assert len(frames) == folders.FRAMES - 2
    yellow = [(np.abs(np.asarray(frame).astype(int) - COLOURS[0]) < 90).all(axis=-1).sum() for frame in frames]
    assert min(yellow[:2]) > 100
    assert max(yellow[2:]) == 0


def test_a_video_that_has_no_labels(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no video 'other' with labels; labelferry check lists the videos"):
        api.preview(spec_of(tmp_path, row(3)), tmp_path / "out.html", video="other")
    with pytest.raises(SpecError, match="its folder does not exist; create it, or name another"):
        api.preview(spec_of(tmp_path, row(3)), tmp_path / "none" / "out.html")


def test_check_writes_a_page_without_frames(tmp_path: Path) -> None:
    checked = api.check(spec_of(tmp_path, row(3) + row(4) + row(9, 2, "cra")), tmp_path / "out.html")
    page = Page((tmp_path / "out.html").read_text("utf-8"))
    assert page.tags.count("img") == 0
    assert ["cra", "box", "1", "1", "1"] in page.cells
    assert [(each.name, each.lines, each.keyframes) for each in checked.classes] == [("car", 1, 2), ("cra", 1, 1)]


def test_check_writes_a_page_of_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(CheckError):
        api.check(spec_of(tmp_path, row(99)), tmp_path / "out.html")
    page = Page((tmp_path / "out.html").read_text("utf-8"))
    assert "refused" in page.text
    assert any("99" in cell for cells in page.cells for cell in cells)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine (Debian's package)")
def test_a_picture_can_be_enlarged_in_a_browser(tmp_path: Path) -> None:
    api.preview(spec_of(tmp_path, row(3) + row(4)), tmp_path / "out.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto((tmp_path / "out.html").as_uri())
        picture = page.locator("figure img").first
        small = picture.bounding_box()
        picture.click()
        large = picture.bounding_box()
        page.locator("figure:target .close").click()
        again = picture.bounding_box()
        bar = page.locator(".times .bar").first.bounding_box()
        track = page.locator(".times .track").first.bounding_box()
        browser.close()
    assert small
    assert large
    assert bar
    assert track
    assert large["width"] > 3 * small["width"]
    assert again == small
    assert said == []
    assert (bar["x"] - track["x"]) / track["width"] == pytest.approx(2 / folders.FRAMES, abs=0.01)
    assert bar["width"] / track["width"] == pytest.approx(2 / folders.FRAMES, abs=0.01)
