"""Segmentation masks of a video: a composite picture for each frame, and the colours of its instances."""

from dataclasses import dataclass

from labelferry.errors import AnnotationError
from labelferry.model.answers import Classification
from labelferry.model.feature import Feature, Where, refuse_blank
from labelferry.model.frames import as_frame

__all__ = ["Colour", "Composite", "MaskObject", "Masks"]

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Composite:
    """The composite of one frame: the bytes of a 3-channel PNG of the video's size, or the URL of one.

    Raises:
        AnnotationError: when it has both or neither, or the frame is invalid.
    """

    frame: int
    png: bytes | None = None
    uri: str | None = None

    def __post_init__(self) -> None:
        as_frame(self.frame, "mask")
        if bool(self.png) == bool(self.uri):
            raise AnnotationError(f"{self}: give exactly one of the bytes of a PNG and its URL")
        refuse_blank(self.uri, "URL", self)

    def __str__(self) -> str:
        return f"mask of frame {self.frame}"


@dataclass(frozen=True, slots=True)
class MaskObject:
    """One object: the colour it has in every composite, and its tool."""

    colour: Colour
    feature: Feature
    classifications: tuple[Classification, ...] = ()


@dataclass(frozen=True, slots=True)
class Masks:
    """All masks of one line.

    Raises:
        AnnotationError: when there is no frame or instance, or two composites for one frame.
    """

    frames: tuple[Composite, ...]
    instances: tuple[MaskObject, ...]
    where: Where
    uuid: str | None = None

    def __post_init__(self) -> None:
        if not self.frames or not self.instances:
            raise AnnotationError(f"{self}: a mask needs at least one frame and one instance")
        seen: set[int] = set()
        for frame in self.frames:
            if frame.frame in seen:
                raise AnnotationError(
                    f"{self}: two composite masks for frame {frame.frame}; Labelbox takes one per frame, "
                    "so draw all instances into one picture"
                )
            seen.add(frame.frame)
        refuse_blank(self.uuid, "uuid", self)

    @property
    def shown(self) -> tuple[MaskObject, ...]:
        """The instances that have pixels: of those with the same colour, the last named."""
        last = {instance.colour: instance for instance in self.instances}
        return tuple(instance for instance in self.instances if last[instance.colour] is instance)

    def __str__(self) -> str:
        return f"{self.where}: mask"
