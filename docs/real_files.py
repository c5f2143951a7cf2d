"""Real files of every format -> docs/reference/real-files.md: what is in them, also after Labelbox's import lines.

The files are those of ``../shared/data`` (or ``LABELFERRY_SHARED``): ``python -m docs.real_files``.
"""

import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from docs.generate import FOLDER
from docs.generate.markdown import generated, prose, table
from labelferry.dataframe import to_dataframe
from labelferry.errors import LabelferryError
from labelferry.model.findings import Finding
from labelferry.model.video import LabelledVideo
from labelferry.ndjson import encode
from labelferry.reading import read
from tests.golden.test_every_real_file import COUNTS, NO_LABELS

__all__ = ["Contents", "contents", "lines", "there_and_back"]

PAGE = FOLDER / "real-files.md"
HEAD = ("format", "file", "videos", "tracks", "keyframes", "segments", "ranges", "masks", "out = in", "findings")
COUNTED = ("tracks", "keyframes", "segments", "ranges", "masks")

Contents = Counter[str]


def contents(videos: Iterable[LabelledVideo]) -> Contents:
    """Count what videos have: tracks, keyframes, segments, ranges of answers, masks on frames."""
    every = list(videos)
    tracks = [track for video in every for track in video.tracks]
    kinds = Counter(to_dataframe(every).kind)
    found: Contents = Counter({"videos": len(every), "tracks": len(tracks), "keyframes": sum(map(len, tracks))})
    found["segments"] = sum(track.segments for track in tracks)
    found["ranges"], found["masks"] = kinds["classification"], kinds["mask"]
    return found


def there_and_back(videos: Iterable[LabelledVideo]) -> Contents:
    """Count the same after the videos were written as import lines and read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.ndjson"
        path.write_bytes(b"".join(line.body + b"\n" for line in encode(iter(videos))))
        return contents(read(path, "ndjson"))


def lines(root: Path) -> Iterator[str]:
    """Yield the page, line by line."""
    yield from generated("Real files", "docs/real_files.py")
    yield "Files that others published, each read by `labelferry.read(path)` without a format. *out = in*: written as"
    yield "Labelbox's import lines and read again, the counts are the same. A range is an answer, or one range of it."
    yield ""
    yield from table(HEAD, (_row(root, name) for name in COUNTS))
    yield ""
    yield "What has no labels of a video is refused:"
    yield ""
    yield from table(("file", "refused with"), ((f"`{name}`", prose(_refusal(root / name))) for name in NO_LABELS))


def _row(root: Path, name: str) -> tuple[str, ...]:
    reading = read(root / name)
    videos = list(reading)
    found, back = contents(videos), there_and_back(videos)
    same = "yes" if all(found[each] == back[each] for each in COUNTED) else _difference(found, back)
    numbers = (str(found[each]) for each in ("videos", *COUNTED))
    return f"`{next(iter(reading.formats))}`", f"`{name}`", *numbers, same, _codes(reading.findings)


def _difference(found: Contents, back: Contents) -> str:
    return ", ".join(f"{each} {found[each]} to {back[each]}" for each in COUNTED if found[each] != back[each])


def _codes(findings: Iterable[Finding]) -> str:
    return ", ".join(f"`{code}`" for code in sorted({each.code for each in findings})) or "none"


def _refusal(path: Path) -> str:
    try:
        list(read(path))
    except LabelferryError as error:
        return str(error).replace(str(path), path.name)
    raise AssertionError(f"{path} was read; move it to COUNTS")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    beside = Path(os.environ.get("LABELFERRY_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    PAGE.write_text("\n".join(lines(beside / "data")) + "\n", "utf-8")
