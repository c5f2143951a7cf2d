"""Held tracks matched to sent ones, since an export has no uuids: the equal ones first, then the nearest.

Equal ones are found by hash, even if they came back as 32-bit floats. The other pairs are ranked by the number of equal
keyframes, then by their distance; if there are many, only the nearest few of each are ranked.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelferry.verification.content import AnswerPath, FrameShape, MaskArea, Thing
from labelferry.verification.geometry import distance

__all__ = ["FAR", "Paired", "agree", "pair"]

FAR = 100.0
"""Pixels. Tracks without an equal keyframe whose mean distance is larger are two tracks, not one that moved."""
RANK_ALL = 4096
"""Number of pairs up to which all are ranked."""
NEAREST = 8

Signature = Callable[[Thing], Hashable]


class Paired(NamedTuple):
    """Sent things with their held counterparts, and what is left on either side."""

    pairs: list[tuple[Thing, Thing]]
    missing: list[Thing]
    extra: list[Thing]


class _Rank(NamedTuple):
    agreeing: int
    apart: float


def pair(sent: Iterable[Thing], held: Iterable[Thing], tolerance: float) -> Paired:
    """Pair things of one name and geometry.

    Args:
        sent: the expected things.
        held: the actual things.
        tolerance: pixels within which coordinates agree.
    """
    pairs: list[tuple[Thing, Thing]] = []
    missing, extra = list(sent), list(held)
    for signature, fits in ((_exact, _fits), (_rough, lambda one, other: agree(one, other, tolerance))):
        found, missing, extra = _by_hash(missing, extra, signature, fits)
        pairs += found
    left = _by_kind(extra)
    for kind, wanted in _by_kind(missing).items():
        pairs += _nearest(wanted, left.get(kind, []), tolerance)
    return Paired(pairs, _without(missing, (one for one, _ in pairs)), _without(extra, (other for _, other in pairs)))


def _fits(_: Thing, __: Thing) -> bool:
    """Return whether two things agree, without a comparison when the signature is exact."""
    return True


def agree(sent: Thing, held: Thing, tolerance: float) -> bool:
    """Return whether the service has the thing as it was sent, keyframe by keyframe."""
    return (
        sent.keyframes.keys() == held.keyframes.keys()
        and _at_keyframes(sent) == _at_keyframes(held)
        and (sent.ranges is None or held.ranges is None or sent.ranges == held.ranges)
        and all(distance(shape, held.keyframes[frame]) <= tolerance for frame, shape in sent.keyframes.items())
    )


def _exact(thing: Thing) -> Hashable:
    ranges = thing.ranges if thing.geometry != "mask" else None
    return thing.name, thing.geometry, ranges, frozenset(thing.keyframes.items()), _at_keyframes(thing)


def _at_keyframes(thing: Thing) -> frozenset[tuple[int, frozenset[AnswerPath]]]:
    return frozenset(item for item in thing.answers.items() if item[0] in thing.keyframes)


def _rough(thing: Thing) -> Hashable:
    first = min(thing.keyframes, default=0)
    corner = tuple(round(value) for value in _numbers(thing.keyframes.get(first, ())))
    return thing.name, thing.geometry, frozenset(thing.keyframes), corner


def _by_hash(
    sent: list[Thing], held: list[Thing], signature: Signature, fits: Callable[[Thing, Thing], bool]
) -> Paired:
    there: dict[Hashable, list[Thing]] = defaultdict(list)
    for thing in held:
        there[signature(thing)].append(thing)
    pairs, missing = [], []
    for thing in sent:
        same = there.get(signature(thing), [])
        at = next((at for at, other in enumerate(same) if fits(thing, other)), None)
        if at is None:
            missing.append(thing)
        else:
            pairs.append((thing, same.pop(at)))
    return Paired(pairs, missing, [thing for things in there.values() for thing in things])


def _by_kind(things: Iterable[Thing]) -> dict[tuple[str, str], list[Thing]]:
    kinds: dict[tuple[str, str], list[Thing]] = defaultdict(list)
    for thing in things:
        kinds[thing.name, thing.geometry].append(thing)
    return kinds


def _nearest(sent: list[Thing], held: list[Thing], tolerance: float) -> Iterator[tuple[Thing, Thing]]:
    """Yield the best pairs first, each thing once."""
    ranked = []
    for one, other in _candidates(sent, held):
        rank = _rank(sent[one], held[other], tolerance)
        if rank is not None:
            ranked.append((-rank.agreeing, rank.apart, one, other))
    taken_sent: set[int] = set()
    taken_held: set[int] = set()
    for _, _, one, other in sorted(ranked):
        if one not in taken_sent and other not in taken_held:
            taken_sent.add(one)
            taken_held.add(other)
            yield sent[one], held[other]


def _candidates(sent: list[Thing], held: list[Thing]) -> Iterator[tuple[int, int]]:
    if len(sent) * len(held) <= RANK_ALL:
        yield from ((one, other) for one in range(len(sent)) for other in range(len(held)))
        return
    places = np.array([_place(thing) for thing in held])
    most = min(NEAREST, len(held))
    for one, thing in enumerate(sent):
        apart: NDArray[np.float64] = np.abs(places - np.array(_place(thing))).sum(axis=1)
        for other in np.argpartition(apart, most - 1)[:most].tolist():
            yield one, other


def _place(thing: Thing) -> tuple[float, float, float, float]:
    """Return the rough place of a thing: mean x and y, first and last keyframe."""
    points = [_numbers(shape)[:2] for shape in thing.keyframes.values()] or [(0.0, 0.0)]
    frames = thing.keyframes or {0: ()}
    x, y = (math.fsum(values) / len(points) for values in zip(*points, strict=True))
    return x, y, float(min(frames)), float(max(frames))


def _numbers(shape: FrameShape) -> tuple[float, ...]:
    return shape.box if isinstance(shape, MaskArea) else shape


def _rank(sent: Thing, held: Thing, tolerance: float) -> _Rank | None:
    """Return how well two things agree; None when they are two different things."""
    common = [
        distance(shape, other)
        for frame, shape in sent.keyframes.items()
        for other in (held.shape(frame),)
        if other is not None
    ]
    if not common:
        return None
    agreeing = sum(each <= tolerance for each in common)
    apart = math.fsum(common) / len(common)
    return _Rank(agreeing, apart) if agreeing or apart <= FAR else None


def _without(things: list[Thing], taken: Iterable[Thing]) -> list[Thing]:
    gone = {id(thing) for thing in taken}
    return [thing for thing in things if id(thing) not in gone]
