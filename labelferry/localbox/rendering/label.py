"""A label's lines turned into the ``annotations`` of an export."""

from collections.abc import Iterable
from typing import Any

from labelferry.localbox.rendering import classifications, masks, tracks
from labelferry.localbox.rendering.sheet import USUAL, Sheet, Style, Url
from labelferry.localbox.validation.features import Ontology, find
from labelferry.localbox.validation.objects import GEOMETRIES


def annotations(
    lines: Iterable[dict[str, Any]], ontology: Ontology, *, interpolated: bool, url: Url, style: Style = USUAL
) -> dict[str, Any]:
    """Return the annotations of one label, without lines whose feature was removed from the ontology."""
    sheet = Sheet(interpolated=interpolated, url=url, style=style)
    for line in lines:
        _write(sheet, line, ontology)
    return sheet.as_dict()


def _write(sheet: Sheet, line: dict[str, Any], ontology: Ontology) -> None:
    if "masks" in line:
        masks.on_sheet(sheet, line, ontology.tools)
        return
    if "segments" in line:
        tool = find(ontology.tools, line)
        if tool is not None and tool.kind in GEOMETRIES:
            tracks.on_sheet(sheet, line, tool)
        return
    feature = find(ontology.classifications, line)
    if feature is not None:
        classifications.on_sheet(sheet, line, feature, line["id"])
