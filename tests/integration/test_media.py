"""Facts of video files, drawn here with PyAV."""

import shutil
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from labelferry.demo import lay_out
from labelferry.errors import SourceError, SpecError
from labelferry.media import probe, refuse_other_files
from labelferry.model.findings import Finding, Severity
from labelferry.model.media import Media

MATRIX = 40
"""Bytes from the version of a track header (ISO 14496-12, 8.3.2) to its matrix."""
QUARTER_TURN = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
EXAMPLES = Path(__file__).resolve().parents[2] / "config" / "examples"


def draw(path: Path, at: list[int], rate: int = 25, reordered: int = 0) -> Path:
    """Write a video of 32x16 pixels with frames shown at the given ticks of 1/rate s."""
    av = pytest.importorskip("av", reason="PyAV (extra video) is not installed")
    codec = "libx264" if path.suffix == ".h264" else "mpeg4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        stream.codec_context.max_b_frames = reordered
        stream.time_base = stream.codec_context.time_base = Fraction(1, rate)
        for tick in at:
            frame = av.VideoFrame.from_ndarray(np.full((16, 32, 3), tick % 255, dtype=np.uint8))
            frame.pts, frame.time_base = tick, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def notes() -> list[Finding]:
    return []


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi"])
def test_a_steady_video(tmp_path: Path, notes: list[Finding], name: str) -> None:
    path = draw(tmp_path / name, list(range(30)))
    assert probe(path, notes.append) == Media(width=32, height=16, fps=25.0, frame_count=30)
    assert notes == []


@pytest.mark.parametrize("name", ["clip.mp4", "clip.avi", "raw.h264"])
def test_reordered_frames_are_counted(tmp_path: Path, notes: list[Finding], name: str) -> None:
    assert probe(draw(tmp_path / name, list(range(30)), reordered=2), notes.append).frame_count == 30
    assert notes == []


def test_a_video_that_phones_turn_has_the_size_in_which_it_is_shown(tmp_path: Path, notes: list[Finding]) -> None:
    path = draw(tmp_path / "phone.mp4", list(range(3)))
    whole = path.read_bytes()
    at = whole.index(b"tkhd") + 4 + MATRIX
    path.write_bytes(whole[:at] + struct.pack(">9i", *QUARTER_TURN) + whole[at + 36 :])
    assert probe(path, notes.append) == Media(width=16, height=32, fps=25.0, frame_count=3)


def test_one_frame(tmp_path: Path, notes: list[Finding]) -> None:
    assert probe(draw(tmp_path / "one.mp4", [0]), notes.append).frame_count == 1
    assert notes == []


def test_a_varying_frame_rate_is_noted(tmp_path: Path, notes: list[Finding]) -> None:
    media = probe(draw(tmp_path / "vfr.mp4", [0, 1, 2, 5, 6, 12, 13]), notes.append)
    assert media.frame_count == 7
    (note,) = notes
    assert note.severity is Severity.WARNING
    assert "the frame rate varies" in note.message


@contextmanager
def without_pyav() -> Iterator[None]:
    there = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "av"}
    sys.modules["av"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["av"]
        sys.modules.update(there)


def test_it_says_so_when_pyav_is_not_installed(tmp_path: Path, notes: list[Finding]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"anything")
    with without_pyav():
        assert probe(path, notes.append) == Media()
    assert "PyAV is not installed" in notes[0].message
    assert "labelferry[video]" in notes[0].remedy


def test_the_demo_says_what_it_draws_with(tmp_path: Path) -> None:
    with without_pyav(), pytest.raises(SpecError, match=r"PyAV.*labelferry\[video\]"):
        lay_out(tmp_path)


def test_the_demo_is_laid_out_from_files_that_nobody_may_write(tmp_path: Path) -> None:
    """As in an installation, or a checkout, that is read-only: what is copied is ours to write."""
    pytest.importorskip("av")
    source, folder = tmp_path / "read-only", tmp_path / "demo"
    shutil.copytree(EXAMPLES, source)
    for path in [source, *source.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    specs = lay_out(folder, source)
    assert len(specs) == 4
    assert all(spec.is_file() for spec in specs)
    assert [path for path in [folder, *folder.rglob("*")] if not path.stat().st_mode & 0o200] == []


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def text(path: Path) -> Path:
    path.write_text("this is no video\n" * 50, "utf-8")
    return path


def sound(path: Path) -> Path:
    av = pytest.importorskip("av")
    with av.open(str(path), "w", format="mov") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), dtype=np.int16), layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def headed(path: Path) -> Path:
    """A video's header, and nothing after it."""
    av, path = pytest.importorskip("av"), path.with_suffix(".avi")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        container.start_encoding()
    return path


@pytest.mark.parametrize("make", [text, sound, headed])
def test_only_a_video_that_plays_is_let_through(make: Callable[[Path], Path], tmp_path: Path) -> None:
    refuse_other_files(draw(tmp_path / "film.mp4", [0, 1]), must_know=True)
    with pytest.raises(SourceError, match=r"clip\..*(not a readable|no video|no frames)"):
        refuse_other_files(make(tmp_path / "clip.mp4"), must_know=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path, "no such file"),
        (empty, "not a readable video"),
        (text, "not a readable"),
        (sound, "no video"),
        (headed, "no frame"),
    ],
    ids=["absent", "empty", "text", "sound", "headed"],
)
def test_what_is_no_video(tmp_path: Path, notes: list[Finding], make: Callable[[Path], Path], message: str) -> None:
    pytest.importorskip("av")
    with pytest.raises(SourceError, match=message):
        probe(make(tmp_path / "clip.mp4"), notes.append)
