"""The page in a real Chromium: a row, scrubbed to a frame, with the box where its keyframes say it is."""

import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import labelbox as lb
import pytest
from PIL import Image

from tests.conformance import guide
from tests.localbox_server import KEY, Localbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
SIZE = (640, 360)
FRAMES = 30


def video(path: Path) -> Path:
    av = pytest.importorskip("av", reason="PyAV makes the video")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for _ in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_image(Image.new("RGB", SIZE, (20, 20, 20)))))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def place(client: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    clip = video(tmp_path_factory.mktemp("video") / "clip.mp4")
    dataset = client.create_dataset(name="browser", iam_integration=None)
    asset = {"row_data": str(clip), "global_key": "browser", "media_type": "VIDEO"}
    dataset.create_data_rows([asset]).wait_till_done()
    row = client.get_data_row_by_global_key("browser")
    project = client.create_project(name="browser", media_type=lb.MediaType.Video)
    project.connect_ontology(client.create_ontology("browser", guide.ontology(), media_type=lb.MediaType.Video))
    project.create_batch("b", global_keys=["browser"], priority=5)
    keyframes = [
        {"frame": 1, "bbox": {"left": 100, "top": 100, "width": 80, "height": 60}},
        {"frame": 21, "bbox": {"left": 300, "top": 200, "width": 80, "height": 60}},
    ]
    lines = [
        {"name": "bbox_video", "segments": [{"keyframes": keyframes}]},
        {"name": "traffic_light_state", "answer": [{"name": "red", "frames": [{"start": 5, "end": 12}]}]},
    ]
    full = [line | {"dataRow": {"globalKey": "browser"}} for line in lines]
    assert lb.LabelImport.create_from_objects(client, project.uid, "truth", full).errors == []
    return project, row


def test_media_attributes_are_read_from_the_file(place: tuple[Any, Any]) -> None:
    _, row = place
    found = row.media_attributes
    assert (found["width"], found["height"], found["frameCount"], found["frameRate"]) == (*SIZE, FRAMES, 10.0)
    assert (found["mimeType"], found["codec"]) == ("video/mp4", "h264")


def test_frames_beyond_the_video_are_refused(client: Any, place: tuple[Any, Any]) -> None:
    project, _ = place
    keyframe = {"frame": FRAMES + 1, "point": {"x": 1, "y": 1}}
    line = {"name": "point_video", "segments": [{"keyframes": [keyframe]}], "dataRow": {"globalKey": "browser"}}
    job = lb.MALPredictionImport.create_from_objects(client, project.uid, "beyond", [line])
    assert job.errors[0]["errors"][0]["message"] == f"Frame {FRAMES + 1} is beyond the last frame, {FRAMES}"


def pictured(url: str, path: Path, profile: Path) -> Image.Image:
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--screenshot={path}",
    ]
    command += ["--window-size=1240,1100", "--virtual-time-budget=8000", f"--user-data-dir={profile}", url]
    subprocess.run(command, check=True, timeout=90, capture_output=True)
    return Image.open(io.BytesIO(path.read_bytes())).convert("RGB")


def test_the_box_is_where_the_keyframes_say(localbox: Localbox, place: tuple[Any, Any], tmp_path: Path) -> None:
    project, row = place
    kept = Path(os.environ.get("LABELFERRY_SCREENSHOTS", tmp_path))
    kept.mkdir(parents=True, exist_ok=True)
    url = f"{localbox.base}/#key={KEY}/{project.uid}/{row.uid}/11"
    image = pictured(url, kept / "localbox-row.png", tmp_path / "profile")
    coloured = {
        (x, y)
        for x in range(image.width)
        for y in range(70, 700)
        if max(image.getpixel((x, y))) - min(image.getpixel((x, y))) > 120  # type: ignore[operator, arg-type, type-var]
    }
    assert coloured, "nothing was drawn"
    left, right = min(x for x, _ in coloured), max(x for x, _ in coloured)
    scale = (right - left) / 80
    stage = (image.width - SIZE[0] * scale) / 2
    assert abs((left - stage) / scale - 200) < 8  # half way between the keyframes: 100 + (300 - 100) / 2
