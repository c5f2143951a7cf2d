"""A small spec and its files, checked as a user would."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labelferry import api
from labelferry.errors import LabelferryError

ONE = (
    '{global_key: clip.mp4, row_data: "https://example.com/clip.mp4", width: 1920, height: 1080, fps: 25, '
    "frame_count: 99}"
)
FROM_LABELS = "{name: O, from: labels}"


@dataclass(frozen=True)
class Told:
    """What check said: the ids and words of its findings, or its refusal; and what it counted."""

    codes: list[str]
    words: str
    refused: bool
    tracks: int = 0
    keyframes: int = 0


Checking = Callable[..., Told]


@pytest.fixture
def checking(tmp_path: Path) -> Checking:
    def check(
        labels: str | None,
        files: dict[str, str | bytes],
        videos: str = f"[{ONE}]",
        onto: str = "{name: O, from: labels}",
    ) -> Told:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        head = f"name: case\ndataset: D\nproject: P\nontology: {onto}\nvideos: {videos}\n"
        (tmp_path / "spec.yaml").write_text(head + (f"labels: [{labels}]\n" if labels else ""), "utf-8")
        return _told(tmp_path / "spec.yaml")

    return check


def _told(spec: Path) -> Told:
    try:
        found = api.check(spec)
    except LabelferryError as error:
        findings: list[Any] = list(getattr(error, "findings", ()))
        return Told([each["code"] for each in findings], str(error), refused=True)
    said = "\n".join(map(str, found.findings))
    counts = found.counts
    return Told([each.code for each in found.findings], said, False, counts.tracks, counts.keyframes)
