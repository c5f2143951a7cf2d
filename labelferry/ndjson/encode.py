"""Labelled videos -> import lines with stable ids: the same input gives the same bytes.

A line's uuid is a UUIDv5 of onboarding, data row, feature, track and content, unless the caller gave one. It ties the
line to its status and is no key of idempotency: a repeated uuid is said to make the service drop lines silently, so
equal lines of one file are numbered, and a line that is sent again on purpose takes the uuid of its next generation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from labelferry.errors import AnnotationError
from labelferry.model import Classification, Labelled, LabelledVideo, Masks, RowRef, Where
from labelferry.ndjson.line import UUID, LineKind, kind_of, write_line

__all__ = ["ImportLine", "encode", "of_generation", "with_uuid"]

NAMESPACE = uuid5(NAMESPACE_URL, "labelferry:annotation-line")
HEAD = b'{"%b":' % UUID.encode()


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One line of an import, and what is needed to say what became of it.

    Args:
        uuid: ties the line to its status.
        row: the data row.
        feature: name of the tool or question, as people read it; a mask's are joined by commas.
        kind: what the line holds.
        where: the place in the user's files.
        keyframes: how many keyframes (composites for masks, none for classifications).
        data: the line as a JSON object.
        body: the line as bytes, without a newline.
    """

    uuid: str
    row: RowRef
    feature: str
    kind: LineKind
    where: Where
    keyframes: int
    data: dict[str, Any]
    body: bytes


def encode(videos: Iterable[LabelledVideo], *, onboarding: str = "") -> Iterator[ImportLine]:
    """Yield the lines of ``videos``, in order.

    Args:
        videos: any number of them; a row may come in several.
        onboarding: what the ids depend on besides the content; two onboardings never share a uuid.
    """
    seen: Counter[bytes] = Counter()
    for video in videos:
        for labelled in video.labelled:
            line = write_line(labelled, video.row, video.benchmark)
            rest = _as_bytes(line, labelled)
            uuid = labelled.uuid
            if uuid is None:
                digest = blake2b(rest, digest_size=16, person=b"line").digest()
                seen[digest] += 1
                uuid = _uuid(onboarding, digest, seen[digest])
            yield ImportLine(
                uuid=uuid,
                row=video.row,
                feature=_name(labelled),
                kind=kind_of(labelled),
                where=labelled.where,
                keyframes=_keyframes(labelled),
                data={UUID: uuid, **line},
                # The uuid comes first; splicing it in saves writing the line twice.
                body=HEAD + _as_bytes(uuid, labelled) + b"," + rest[1:],
            )


def _as_bytes(value: object, labelled: Labelled) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise AnnotationError(
            f"{labelled.where}: {_name(labelled)!r} cannot be written as JSON ({error}); "
            "fix its text, or nest less deeply"
        ) from error


def of_generation(uuid: str, generation: int) -> str:
    """Return the uuid of a line that was sent so often before: its own the first time (generation 0)."""
    return str(uuid5(NAMESPACE, f"{uuid}\n{generation}")) if generation else uuid


def with_uuid(body: bytes, old: str, new: str) -> bytes:
    """Return the body of a line, as ``encode`` wrote it, under another uuid."""
    return HEAD + orjson.dumps(new) + body.removeprefix(HEAD + orjson.dumps(old))


def _uuid(onboarding: str, digest: bytes, occurrence: int) -> str:
    """The digest covers row, feature and content; what is left is whose line it is, and which of several equal ones."""
    return str(uuid5(NAMESPACE, f"{onboarding}\n{digest.hex()}\n{occurrence}"))


def _name(labelled: Labelled) -> str:
    if isinstance(labelled, Masks):
        return ", ".join(dict.fromkeys(str(instance.feature) for instance in labelled.instances))
    return str(labelled.feature)


def _keyframes(labelled: Labelled) -> int:
    return 0 if isinstance(labelled, Classification) else len(labelled.frames)
