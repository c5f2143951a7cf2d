"""The sheet that annotations are written on: the ``annotations`` member of an exported label under construction.

Its shape is that of the one published export of a labelled video: ``frames``, ``segments``, ``key_frame_feature_map``
and ``classifications``. The key frame map contains lists of frame numbers, as in other published exports.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from labelferry.localbox.validation.features import OPTION, Feature
from labelferry.localbox.validation.spans import Span

Url = Callable[[str], str | None]


@dataclass(frozen=True)
class Style:
    """How answers for frames are written.

    Args:
        framed: whether they are placed on the ``frames`` where they change, on ``every frame``, or written as entries
            of ``classifications``.
        segments: the feature under whose id their ranges are: the ``question``, each ``answer``, or ``none``.
    """

    framed: str = "frames"
    segments: str = "question"


USUAL = Style()


@dataclass
class Sheet:
    """The annotations written so far.

    Args:
        interpolated: whether frames between keyframes are filled in.
        url: returns the URL of a file.
        style: the style of answers for frames.
    """

    interpolated: bool
    url: Url
    style: Style = USUAL
    frames: dict[int, dict[str, Any]] = field(default_factory=dict)
    segments: dict[str, list[Span]] = field(default_factory=dict)
    keyframes: dict[str, list[int]] = field(default_factory=dict)
    classifications: list[dict[str, Any]] = field(default_factory=list)

    def page(self, frame: int) -> dict[str, Any]:
        """Return the contents of a frame."""
        return self.frames.setdefault(frame, {"objects": {}, "classifications": []})

    def place(self, frame: int, feature_id: str, shape: dict[str, Any]) -> None:
        """Put an object on a frame."""
        self.page(frame)["objects"][feature_id] = shape

    def as_dict(self) -> dict[str, Any]:
        """Return the finished ``annotations``, whose frame numbers are strings."""
        return {
            "frames": {str(frame): self.frames[frame] for frame in sorted(self.frames)},
            "segments": {key: [list(span) for span in spans] for key, spans in self.segments.items()},
            "key_frame_feature_map": self.keyframes,
            "classifications": self.classifications,
        }


def derived_id(parent: str, *path: object) -> str:
    """Return an id for a part of an annotation, the same in every export."""
    digest = int.from_bytes(hashlib.sha256("/".join(map(str, (parent, *path))).encode()).digest(), "big")
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
    letters = []
    for _ in range(24):
        digest, rest = divmod(digest, 36)
        letters.append(alphabet[rest])
    return "c" + "".join(letters)


def heading(feature_id: str, feature: Feature) -> dict[str, Any]:
    """Return the members that every exported feature begins with; an option's name is its label."""
    return {
        "feature_id": feature_id,
        "feature_schema_id": feature.feature_id,
        "name": feature.names[-1] if feature.kind == OPTION else feature.name,
        "value": feature.name,
    }
