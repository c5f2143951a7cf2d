"""What lies above YOLO's label files: the names of the classes, and the shape of key points."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import yaml

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.sources.text import text_of

__all__ = ["Setup", "setup_of"]

UP = 3
YAML = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
LISTS = ("classes.txt", "obj.names", "labels.txt", "classes.names")
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Setup:
    """Class names by number, and number of key points and of the values of each."""

    names: Mapping[int, str] = field(default_factory=dict)
    keypoints: tuple[int, int] | None = None


def setup_of(file: str, reach: Reach, keypoints: tuple[int, int] | None) -> Setup:
    """Return what the nearest file about the data set says; see ``YAML`` and ``LISTS``.

    Raises:
        SourceError: when there is one and it cannot be read.
    """
    for folder in list(PurePath(file).parents)[: UP + 1]:
        for name in (*YAML, *LISTS):
            place = str(folder / name)
            if (path := _inside(reach, place)) is not None:
                text = text_of(path, place)
                found = _of_yaml(text, place) if name in YAML else Setup(_listed(text.split("\n")))
                return Setup(found.names, keypoints or found.keypoints)
    return Setup(keypoints=keypoints)


def _inside(reach: Reach, place: str) -> Any:
    try:
        return reach.find(place)
    except SourceError:
        return None


def _listed(lines: list[str]) -> dict[int, str]:
    return {at: line.strip() for at, line in enumerate(lines) if line.strip()}


def _of_yaml(text: str, place: str) -> Setup:
    try:
        value = yaml.safe_load(text[:LARGEST])
    except yaml.YAMLError as error:
        raise SourceError(f"{place}: not YAML; correct it, or say classes: in the spec") from error
    if not isinstance(value, Mapping):
        return Setup()
    names = value.get("names")
    if isinstance(names, list):
        names = dict(enumerate(names))
    told = {int(key): str(name) for key, name in names.items()} if isinstance(names, Mapping) else {}
    shape = value.get("kpt_shape")
    whole = isinstance(shape, list) and len(shape) == 2 and all(isinstance(each, int) for each in shape)
    return Setup(told, (shape[0], shape[1]) if whole and isinstance(shape, list) else None)
