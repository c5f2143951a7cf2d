"""The self-test's inputs: unique names, a generated clip, an ontology with every kind of feature, and import lines.

The lines have a file of their own (``lines.json``), because some of them are wrong on purpose.
"""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import orjson
from numpy.typing import NDArray

from labelferry.errors import SpecError
from labelferry.masks.png import encode_png
from labelferry.ontology import Ontology
from labelferry.ontology.file import read

__all__ = ["FRAMES", "HEIGHT", "PREFIX", "WIDTH", "SelftestNames", "clip", "lines", "ontology"]

HERE = Path(__file__).parent
PREFIX = "labelferry-selftest-"
WIDTH, HEIGHT, FPS, FRAMES = 320, 240, 25, 30
UNREADABLE = "gs://labelferry-selftest/there-is-no-such-video.mp4"
BITS = 5
SQUARE = 48
LINES = UUID("6b6ef6a2-4a38-4f5c-9d0e-6ad3c0a0f1de")
"""The namespace of the lines' uuids."""


@dataclass(frozen=True, slots=True)
class SelftestNames:
    """The names of everything that one self-test creates; all follow from its mark.

    Args:
        mark: eight hexadecimal digits.
    """

    mark: str

    @classmethod
    def drawn(cls) -> "SelftestNames":
        """Return new, unused names."""
        return cls(secrets.token_hex(4))

    @property
    def whole(self) -> str:
        """The name of the dataset and of the ontology."""
        return f"{PREFIX}{self.mark}"

    @property
    def truth(self) -> str:
        """The name of the project for ground truth."""
        return f"{self.whole} ground truth"

    @property
    def prelabels(self) -> str:
        """The name of the project for pre-labels."""
        return f"{self.whole} pre-labels"

    @property
    def clip(self) -> str:
        """The global key of the clip."""
        return f"{self.whole}-clip"

    @property
    def private(self) -> str:
        """The global key of a row whose video is in a private bucket."""
        return f"{self.whole}-private"

    @property
    def unreadable(self) -> str:
        """The global key of a row whose media does not exist."""
        return f"{self.whole}-unreadable"


@cache
def ontology() -> Ontology:
    """Return the ontology of the self-test."""
    return read(HERE / "ontology.yaml")


def lines(job: str, names: SelftestNames) -> dict[str, dict[str, Any]]:
    """Return the lines of an import by what they try out, each with a uuid of its own and the clip's row.

    The uuid of one line is in upper case: it may come back in another spelling.
    """
    picture = np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8)
    picture[20:80, 20:120] = (255, 0, 0)
    text = (HERE / "lines.json").read_bytes().replace(b"PICTURE", b64encode(encode_png(picture)))
    found: Mapping[str, dict[str, Any]] = orjson.loads(text)[job]
    made = {}
    for name, line in found.items():
        uuid = str(uuid5(LINES, f"{names.mark} {job} {name}"))
        made[name] = {"uuid": uuid.upper() if name == "point" else uuid, **line, "dataRow": {"globalKey": names.clip}}
    return made


def clip() -> bytes:
    """Return an H.264 clip of 30 frames, 320x240 at 25 per second, each with its number in binary as five squares.

    Raises:
        SpecError: when PyAV, which draws it, is not installed.
    """
    try:
        import av
    except ModuleNotFoundError as error:
        raise SpecError("the self-test draws its video with PyAV; install labelferry[video]") from error
    file = BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in range(1, FRAMES + 1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(_picture(frame), format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def _picture(frame: int) -> NDArray[np.uint8]:
    """Return a frame, shape [height, width, 3], that shows its number: white squares are ones, the highest bit left."""
    picture = np.full((HEIGHT, WIDTH, 3), 40, dtype=np.uint8)
    for bit in range(BITS):
        left = 16 + bit * (SQUARE + 12)
        is_one = frame >> (BITS - 1 - bit) & 1
        picture[96 : 96 + SQUARE, left : left + SQUARE] = 255 if is_one else 90
    return picture
