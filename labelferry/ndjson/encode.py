"""Labelled videos -> import lines with stable ids: the same input gives the same bytes.

A line's uuid is a UUIDv5 of onboarding, data row, feature, track and content, unless the caller gave one. It ties the
line to its status and is no key of idempotency: a repeated uuid is said to make the service drop lines silently, so
equal lines of one file are numbered, and a line that is sent anew on purpose takes the uuid of its next generation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from labelferry.errors import AnnotationError
from labelferry.model import Classification, LabelledVideo, Masks, RowRef, Track, Where
from labelferry.ndjson.lines import lines_of

__all__ = ["Line", "encode", "of_generation", "with_uuid"]

NAMESPACE = uuid5(NAMESPACE_URL, "labelferry:annotation-line")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an import, and what is needed to say what became of it.

    Args:
        uuid: ties the line to its status.
        row: the data row.
        feature: name of the tool or question, as people read it; a mask's are joined by commas.
        where: the place in the user's files.
        keyframes: how many keyframes (composites for masks, none for classifications).
        data: the line as a JSON object.
        body: the line as bytes, without a newline.
    """

    uuid: str
    row: RowRef
    feature: str
    where: Where
    keyframes: int
    data: dict[str, Any]
    body: bytes


def encode(videos: Iterable[LabelledVideo], *, onboarding: str = "") -> Iterator[Line]:
    """Yield the lines of ``videos``, in order.

    Args:
        videos: any number of them; a row may come in several.
        onboarding: what the ids hang on beside the content; two onboardings never share a uuid.
    """
    seen: Counter[bytes] = Counter()
    for video in videos:
        reference = {"globalKey": video.row.global_key} if video.row.global_key else {"id": video.row.id}
        for source, content in lines_of(video):
            line: dict[str, Any] = {"dataRow": reference, **content}
            if video.benchmark:
                line["isBenchmarkReferenceLabel"] = True
            rest = _written(line, source)
            uuid = source.uuid
            if uuid is None:
                digest = blake2b(rest, digest_size=16, person=b"line").digest()
                seen[digest] += 1
                uuid = _uuid(onboarding, digest, seen[digest])
            # The uuid comes first; splicing it in saves writing the line twice.
            body = _head(uuid) + b"," + rest[1:]
            yield Line(uuid, video.row, _name(source), source.where, _keyframes(source), {"uuid": uuid, **line}, body)


def _written(line: dict[str, Any], source: Track | Classification | Masks) -> bytes:
    try:
        return orjson.dumps(line)
    except orjson.JSONEncodeError as error:
        raise AnnotationError(
            f"{source.where}: {_name(source)!r} cannot be written as JSON: {error}; mend its text or nest less deeply"
        ) from error


def of_generation(uuid: str, generation: int) -> str:
    """The uuid under which a line goes the first time (generation 0: its own), the second time (1), and so on."""
    return str(uuid5(NAMESPACE, f"{uuid}\n{generation}")) if generation else uuid


def with_uuid(body: bytes, old: str, new: str) -> bytes:
    """The body of a line, as ``encode`` wrote it, under another uuid."""
    return _head(new) + body.removeprefix(_head(old))


def _head(uuid: str) -> bytes:
    return b'{"uuid":' + orjson.dumps(uuid)


def _uuid(onboarding: str, digest: bytes, occurrence: int) -> str:
    """The digest covers row, feature and content; what is left is whose line it is, and which of several equal ones."""
    return str(uuid5(NAMESPACE, f"{onboarding}\n{digest.hex()}\n{occurrence}"))


def _name(source: Track | Classification | Masks) -> str:
    if isinstance(source, Masks):
        return ", ".join(dict.fromkeys(str(instance.feature) for instance in source.instances))
    return str(source.feature)


def _keyframes(source: Track | Classification | Masks) -> int:
    return 0 if isinstance(source, Classification) else len(source.frames)
