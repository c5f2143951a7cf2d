"""A line of an import against a project's ontology: dispatch to the rules for its contents."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from labelferry.localbox.validation import classifications, masks, objects, spans
from labelferry.localbox.validation.classifications import Place
from labelferry.localbox.validation.features import CLASSIFICATIONS, Feature, Ontology, find, missing
from labelferry.localbox.validation.masks import Fetch, Media

PER_ROW_AND_NAME = 5000
SHAPES = ("bbox", "point", "line", "polygon", "mask", "polyline", "rectangle")


@dataclass(frozen=True)
class Reading:
    """The service's reading of what public sources disagree about.

    Args:
        range_base: number of the first frame in ranges; None takes either.
        any_scope: whether answers for frames are taken by questions of scope global too.
        colours: of several instances of a mask line with one colour, the ``last`` gets it, or they are ``refused``.
    """

    range_base: int | None = None
    any_scope: bool = True
    colours: str = "last"

    def place(self, media: Media) -> Place:
        """Return the place of a line's classification."""
        return Place(spans.limits(media.frame_count, self.range_base), any_scope=self.any_scope)


USUAL = Reading()


class BadLineError(ValueError):
    """The line cannot be matched to a data row."""


def parse(text: bytes) -> dict[str, Any]:
    """Return the object in a line of NDJSON. NaN and Infinity pass here, because the rules report them better.

    Raises:
        BadLineError: it is not a JSON object.
    """
    value = _loaded(text)
    if not isinstance(value, dict):
        raise BadLineError("The line is not a JSON object")
    return value


def _loaded(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _loaded_leniently(text)


def _loaded_leniently(text: bytes) -> Any:
    import json

    try:
        value = json.loads(text)
        orjson.dumps(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadLineError(f"The line is not JSON that can be kept: {error}") from error
    return value


def row_of(line: dict[str, Any]) -> tuple[str, str]:
    """Return how a line names its data row: ``("id" | "globalKey", value)``.

    Raises:
        BadLineError: the line names none, or names it both ways.
    """
    row = line.get("dataRow")
    if not isinstance(row, dict):
        raise BadLineError("'dataRow' is missing")
    given = [(key, row[key]) for key in ("id", "globalKey") if row.get(key) is not None]
    if len(given) != 1 or not isinstance(given[0][1], str):
        raise BadLineError("Must provide only one of 'id' or 'globalKey' for 'dataRow'")
    return given[0]


def faults(
    line: dict[str, Any], ontology: Ontology, media: Media, fetch: Fetch, reading: Reading = USUAL
) -> Iterator[str]:
    """Yield what is wrong with the contents of a line."""
    if "masks" in line:
        yield from masks.faults(line["masks"], ontology.tools, media, fetch, once=reading.colours == "refused")
        return
    feature = _feature(line, ontology)
    if feature is None:
        yield missing(line)
    elif "segments" in line:
        yield from objects.faults(line, feature, media.frame_count)
    elif feature.kind in CLASSIFICATIONS:
        yield from classifications.faults(line, feature, reading.place(media))
    else:
        given = next((shape for shape in SHAPES if shape in line), None)
        yield f"'{feature.name}' is a {feature.kind}: on video it needs {_wanted(feature)}, not {given or 'an answer'}"


def _feature(line: dict[str, Any], ontology: Ontology) -> Feature | None:
    first, second = ontology.tools, ontology.classifications
    if "segments" not in line:
        first, second = second, first
    return find(first, line) or find(second, line)


def _wanted(feature: Feature) -> str:
    return "masks" if feature.kind == masks.TOOL else "segments"
