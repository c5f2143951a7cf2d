"""Labelled videos -> import lines with stable ids: the same input gives the same bytes.

A line's uuid is a UUIDv5 of onboarding, data row, feature, track and content, unless the caller gave one. It ties the
line to its status but is not an idempotency key: the service is said to silently drop lines with a repeated uuid, so
equal lines of one file are numbered, and a line that is sent again on purpose gets the uuid of its next generation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha1
from itertools import chain
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson

from labelferry.errors import AnnotationError
from labelferry.model import Classification, Labelled, LabelledVideo, Masks, RowRef, Where
from labelferry.ndjson.line import UUID, LineKind, kind_of, write_lines

__all__ = ["ImportLine", "encode", "of_generation", "with_uuid"]

NAMESPACE = uuid5(NAMESPACE_URL, "labelferry:annotation-line")
HEAD = b'{"%b":' % UUID.encode()
TOGETHER = 1_000
"""Keyframes that are written together, at least, unless there are no more."""


class ImportLine(NamedTuple):
    """One line of an import, and what is needed to report its outcome.

    Args:
        uuid: ties the line to its status.
        row: the data row.
        feature: name of the tool or question, for people; those of a mask are joined by commas.
        kind: what the line contains.
        where: the place in the user's files.
        keyframes: number of keyframes (composites for masks, 0 for classifications).
        body: the line as bytes, without a newline.
    """

    uuid: str
    row: RowRef
    feature: str
    kind: LineKind
    where: Where
    keyframes: int
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """The line as a JSON object."""
        line: dict[str, Any] = orjson.loads(self.body)
        return line


def encode(videos: Iterable[LabelledVideo], *, onboarding: str = "") -> Iterator[ImportLine]:
    """Yield the lines of ``videos``, in order.

    Args:
        videos: any number of them; a row may come in several.
        onboarding: what the ids depend on besides the content; two onboardings never share a uuid.
    """
    seen: Counter[bytes] = Counter()
    for video, labelled, line in chain.from_iterable(map(write_lines, _together(videos))):
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
            # The uuid comes first; splicing it in saves serialising the line twice.
            body=b"".join((HEAD, _as_bytes(uuid, labelled), b",", memoryview(rest)[1:])),
        )


def _together(videos: Iterable[LabelledVideo]) -> Iterator[list[LabelledVideo]]:
    """Yield some videos at a time: keyframes are written faster together, and pictures take memory."""
    group, left = [], TOGETHER
    for video in videos:
        group.append(video)
        left -= 1 + sum(map(len, video.tracks))
        if left <= 0 or video.masks:
            yield group
            group, left = [], TOGETHER
    yield group


def _as_bytes(value: object, labelled: Labelled) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise AnnotationError(
            f"{labelled.where}: {_name(labelled)!r} cannot be written as JSON ({error}); "
            "fix its text, or nest less deeply"
        ) from error


def of_generation(uuid: str, generation: int) -> str:
    """Return the uuid of a line in a generation: its own in generation 0, when it was never sent before."""
    return str(uuid5(NAMESPACE, f"{uuid}\n{generation}")) if generation else uuid


def with_uuid(body: bytes, old: str, new: str) -> bytes:
    """Return the body of a line, as ``encode`` wrote it, under another uuid."""
    return HEAD + orjson.dumps(new) + body.removeprefix(HEAD + orjson.dumps(old))


def _uuid(onboarding: str, digest: bytes, occurrence: int) -> str:
    """Return the uuid: the digest covers row, feature and content; owner and number among equal lines are added."""
    name = f"{onboarding}\n{digest.hex()}\n{occurrence}".encode()
    # What str(uuid5(NAMESPACE, name)) returns: written out, it takes a third of the time, which every line needs.
    found = sha1(NAMESPACE.bytes + name, usedforsecurity=False).hexdigest()
    variant = f"{int(found[16], 16) & 0b0011 | 0b1000:x}"
    return f"{found[:8]}-{found[8:12]}-5{found[13:16]}-{variant}{found[17:20]}-{found[20:32]}"


def _name(labelled: Labelled) -> str:
    if isinstance(labelled, Masks):
        return ", ".join(dict.fromkeys(str(instance.feature) for instance in labelled.instances))
    return str(labelled.feature)


def _keyframes(labelled: Labelled) -> int:
    return 0 if isinstance(labelled, Classification) else len(labelled.frames)
