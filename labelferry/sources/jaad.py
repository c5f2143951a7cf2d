"""JAAD's side files -> LabelledVideo: traffic and vehicle attributes of each frame, as answers for ranges of frames.

Frames count from 0; equal values that follow each other are one range. The files about pedestrians (attributes,
appearance) have no boxes, and are told so. Facts: https://github.com/ykotseruba/JAAD.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Literal
from xml.etree.ElementTree import ParseError

from pydantic import Field

from labelferry.errors import SourceError
from labelferry.model import Answer, AnswerKind, Classification, Feature, LabelledVideo, RowRef, Where
from labelferry.model.frames import LARGEST, Span
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.moments import question
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import bytes_of, empty, fault

__all__ = ["READER", "JaadLabels", "read"]

KNOWN = ("traffic_scene", "vehicle_info")
WITHOUT_BOXES = ("ped_attributes", "pedestrian_appearance")
NO_ANSWER = ("", "n/a")


class JaadLabels(LabelsEntry):
    """A side file of JAAD: traffic or vehicle attributes by frame."""

    format: Literal["jaad"]
    global_key: GlobalKey = Field(description="The video; {stem}, {name}, {parent} and {parent2} stand for the path")


def read(source: Source[JaadLabels]) -> Iterator[LabelledVideo]:
    """Read a file: one video, a question for each attribute.

    Raises:
        SourceError: when it is another file.
    """
    root = _root(bytes_of(source.reach.file(source.file), source.file), source.file)
    if root.tag in WITHOUT_BOXES:
        what = f"<{root.tag}> says things about pedestrians and has no boxes"
        raise fault(source.file, None, what, "read the file of the same name in annotations/, as format: cvat")
    if root.tag not in KNOWN:
        raise fault(source.file, None, f"<{root.tag}> is not a file of JAAD", "say the right format")
    where = Where(source.file)
    held = _held(root, source.file)
    asked = [question(name, answers, where) for name, answers in held.items()]
    for each in root:
        if each.tag != "frame" and (each.text or "").strip():
            answer = (Answer(Feature((each.text or "").strip())),)
            asked.append(Classification(Feature(str(each.tag)), AnswerKind.RADIO, answer, where))
    if not asked:
        raise empty(source.file, "no attributes")
    yield LabelledVideo(RowRef(source.entry.global_key), where, tuple(asked))


def _root(data: bytes, file: str) -> Any:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data)
    except DefusedXmlException as error:
        raise SourceError(f"{file}: XML with entities of its own, which are not read; remove them") from error
    except (ParseError, ValueError, LookupError) as error:
        raise fault(file, None, f"not XML ({error})", "fetch it again") from error


def _held(root: Any, file: str) -> dict[str, dict[str, list[Span]]]:
    held: dict[str, dict[str, list[Span]]] = {}
    for node in root.iter("frame"):
        number = node.get("id", "")
        if not number.isdecimal() or int(number) >= LARGEST:
            raise fault(file, None, f"frame id {number!r} is not a frame", "correct the file")
        attributes: Mapping[str, str] = node.attrib
        for name, value in attributes.items():
            if name != "id" and value not in NO_ANSWER:
                _extend(held.setdefault(name, {}).setdefault(value, []), int(number) + 1)
    return held


def _extend(spans: list[Span], frame: int) -> None:
    if spans and spans[-1].end == frame - 1:
        spans[-1] = Span(spans[-1].start, frame)
    else:
        spans.append(Span(frame, frame))


def _recognise(look: Glance) -> Guess | None:
    tag = next((each for each in (*KNOWN, *WITHOUT_BOXES) if f"<{each}" in look.text[:2000]), None)
    if look.suffix != ".xml" or tag is None:
        return None
    key = "_".join(PurePath(look.path.name).stem.split("_")[:2])
    return Guess(CERTAIN, f"XML with <{tag}>", {"global_key": key})


READER = Reader(
    JaadLabels,
    read,
    _recognise,
    endings=(".xml",),
    signs="XML whose root is <traffic_scene> or <vehicle_info>",
    takes="attributes of frames as answers for ranges",
    leaves="files about pedestrians, which have no boxes",
)
