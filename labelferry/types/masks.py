"""Composite masks by frame, and the instances in them by colour."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labelferry.errors import AnnotationError
from labelferry.model.frames import as_frame
from labelferry.types.answers import ClassificationAnnotation
from labelferry.types.rules import called, check_extra, check_named, classifications_of, colour, list_of
from labelferry.types.strict import Strict

__all__ = ["MaskFrame", "MaskInstance", "VideoMaskAnnotation"]

URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s/]+")


@dataclass(slots=True)
class MaskFrame(Strict):
    """The composite mask of one frame: PNG bytes, an RGB array, a file, or the URL of a picture."""

    index: int
    instance_uri: str | None = None
    im_bytes: bytes | NDArray[np.uint8] | Path | str | None = None

    def __post_init__(self) -> None:
        self.index = as_frame(self.index, "MaskFrame")
        what = f"MaskFrame at frame {self.index}"
        if (self.instance_uri is None) == (self.im_bytes is None):
            raise AnnotationError(f"{what}: give exactly one of im_bytes and instance_uri")
        if isinstance(self.im_bytes, str):
            self.im_bytes = Path(self.im_bytes)
        if self.instance_uri is not None:
            _check_uri(self.instance_uri, what)
        else:
            _check_bytes(self.im_bytes, what)


def _check_uri(uri: Any, what: str) -> None:
    if not (isinstance(uri, str) and URI.match(uri)):
        raise AnnotationError(f"{what}: instance_uri {uri!r} is not a URL")


def _check_bytes(content: Any, what: str) -> None:
    if not isinstance(content, (bytes, np.ndarray, Path)):
        raise AnnotationError(f"{what}: im_bytes must be PNG bytes, an RGB array or the path of a file")
    if isinstance(content, bytes) and not content:
        raise AnnotationError(f"{what}: im_bytes is empty; give the bytes of a PNG")


@dataclass(slots=True)
class MaskInstance(Strict):
    """The colour of one object in the composites, and its tool."""

    color_rgb: tuple[int, int, int]
    name: str | None = None
    feature_schema_id: str | None = None
    classifications: Sequence[ClassificationAnnotation] | None = None

    def __post_init__(self) -> None:
        check_named(self)
        self.color_rgb = colour(self.color_rgb, called(self))
        self.classifications = classifications_of(self, ClassificationAnnotation)


@dataclass(slots=True)
class VideoMaskAnnotation(Strict):
    """Composite masks over frames, and the instances in them."""

    frames: Sequence[MaskFrame]
    instances: Sequence[MaskInstance]
    extra: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.frames = list_of(self.frames, MaskFrame, "VideoMaskAnnotation: frames")
        self.instances = list_of(self.instances, MaskInstance, "VideoMaskAnnotation: instances")
        check_extra(self)
