"""Video mask annotations -> masks, with every picture as the bytes of a PNG."""

from pathlib import Path

import numpy as np

from labelferry.assemble.answers import feature_of, sub_classifications, uuid_of
from labelferry.errors import AnnotationError, SourceError
from labelferry.model import Composite, MaskObject, Masks, Where
from labelferry.regular import open_regular
from labelferry.types import MaskFrame, VideoMaskAnnotation

__all__ = ["masks"]


def masks(annotation: VideoMaskAnnotation, where: Where) -> Masks:
    """Return the composites and instances of one annotation.

    Raises:
        AnnotationError: when a frame has two composites, or it has no frame or instance.
        SourceError: when a picture's file cannot be read.
    """
    return Masks(
        frames=tuple(_frame(frame, where) for frame in annotation.frames),
        instances=tuple(
            MaskObject(
                colour=instance.color_rgb,
                feature=feature_of(instance),
                classifications=sub_classifications(instance.classifications, where),
            )
            for instance in annotation.instances
        ),
        where=where,
        uuid=uuid_of(annotation),
    )


def _frame(frame: MaskFrame, where: Where) -> Composite:
    return Composite(frame.index, png=_png(frame, where), uri=frame.instance_uri)


def _png(frame: MaskFrame, where: Where) -> bytes | None:
    image = frame.im_bytes
    if isinstance(image, np.ndarray):
        from labelferry.masks import encode_png

        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise AnnotationError(
                f"{where}: mask at frame {frame.index} is an array of shape {image.shape} and {image.dtype}; "
                "give [height, width, 3] of uint8"
            )
        png: bytes = encode_png(image)
        return png
    if isinstance(image, (Path, str)):
        try:
            with open_regular(Path(image)) as file:
                return file.read()
        except OSError as error:
            raise SourceError(f"{image}: mask at frame {frame.index} cannot be read: {error.strerror}") from error
    return image
