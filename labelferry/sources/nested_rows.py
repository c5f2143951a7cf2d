"""JSON in which rows stand in lists of their frame or of their track -> rows, each with what stands beside its list.

Trackers write ``{"frames": [{"frame": 0, "objects": [{"id": 1, "bbox": [...]}]}]}``, or a list of tracks with boxes.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from labelferry.sources.box_cells import BOXES
from labelferry.sources.columns import part_of

__all__ = ["nested_rows", "pages_of"]

SHARED = {"global_key", "frame", "track", "class"}
"""The parts that a frame or track may say for all its rows; its width and height are those of the picture."""
OF_A_BOX = {"left", "cx"}


def pages_of(value: object) -> list[Any] | None:
    """Return the frames or tracks of an object: the only list of objects in it, or the one that is called frames."""
    names = _lists(value)
    name = "frames" if "frames" in names else names[0] if len(names) == 1 else None
    return value[name] if name and isinstance(value, Mapping) else None


def nested_rows(items: list[Any], shared: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Any]:
    """Yield the rows in a list of rows, frames or tracks, each with what its frame and track say."""
    name = _list_within(items)
    for item in items:
        if not isinstance(item, Mapping):
            yield item  # refused with its place
        elif name is None:
            yield {**_without(shared, map(part_of, item)), **item}
        else:
            beside = {key: each for key, each in item.items() if part_of(key) in SHARED}
            yield from nested_rows(item.get(name) or [], {**shared, **beside})


def _without(shared: Mapping[str, Any], parts: Iterable[str | None]) -> Mapping[str, Any]:
    """What is shared, but for the parts that a row says itself."""
    own = set(parts)
    return {key: each for key, each in shared.items() if part_of(key) not in own}


def _list_within(items: list[Any]) -> str | None:
    """The name of the one list of objects that the items have, unless they are boxes themselves."""
    if any(isinstance(item, Mapping) and any(map(_is_of_a_box, item)) for item in items):
        return None
    names = {name for item in items for name in _lists(item)}
    return names.pop() if len(names) == 1 else None


def _is_of_a_box(name: str) -> bool:
    return name in BOXES or part_of(name) in OF_A_BOX


def _lists(value: object) -> list[str]:
    """The members of an object that are lists of objects."""
    members = value.items() if isinstance(value, Mapping) else ()
    return [name for name, each in members if isinstance(each, list) and each and isinstance(each[0], Mapping)]
