"""The shapes of one COCO annotation -> boxes, masks and key points of an object in a frame."""

from dataclasses import dataclass, field

from labelferry.model import Geometry, Where
from labelferry.sources.areas import Area, Polygons, Rle
from labelferry.sources.documents import Node
from labelferry.sources.objects import Objects

__all__ = ["IDENTITIES", "CocoShapes", "area_of"]

IDENTITIES = ("track_id", "instance_id", "object_id")
SAME_CORNER = 1.0
"""Pixels by which rounding may move a corner."""


@dataclass(frozen=True, slots=True)
class CocoShapes:
    """How the shapes of a file are taken.

    Args:
        masks: whether a segmentation becomes a mask, and not its box.
        points: the names of the key points of each class.
    """

    masks: bool
    points: dict[str, list[str]] = field(default_factory=dict)

    def take(self, node: Node, objects: Objects, ident: str, label: str, frame: int) -> None:
        """Take the shapes of an annotation."""
        if objects.named(label) is None:
            return
        where, box = Where(node.file, detail=node.path), node.get("bbox")
        is_mask = self.masks and not _is_box(node.get("segmentation"), box)
        area = area_of(node.get("segmentation")) if is_mask else None
        self._keypoints(node, objects, ident, label, frame)
        if area is not None:
            objects.area(ident, label, frame, area, where)
        elif box.value:
            objects.of(ident, label, Geometry.BOX, where).add(frame, box.numbers(4), 0, _attributes(node))
        elif isinstance(node.get("segmentation").value, (list, dict)) and (whole := area_of(node.get("segmentation"))):
            objects.of(ident, label, Geometry.BOX, where).add(frame, whole.envelope(), 0)

    def _keypoints(self, node: Node, objects: Objects, ident: str, label: str, frame: int) -> None:
        """Key points, x, y and whether they are labelled, each a track of points by its name or number."""
        values = node.get("keypoints").numbers() if node.get("keypoints").value else []
        names = self.points.get(label, [])
        for number, at in enumerate(range(0, len(values) - 2, 3), 1):
            if values[at + 2] > 0:
                name = names[number - 1] if number <= len(names) else str(number)
                where = Where(node.file, detail=node.path)
                item = objects.of(f"{ident}/{name}", f"{label} {name}", Geometry.POINT, where)
                item.add(frame, values[at : at + 2])


def _is_box(segmentation: Node, box: Node) -> bool:
    """Whether a segmentation is a polygon of the four corners of the box, as TAO writes it."""
    ring = segmentation.value[0] if isinstance(segmentation.value, list) and len(segmentation.value) == 1 else None
    if not isinstance(ring, list) or len(ring) not in (8, 10) or not isinstance(box.value, list):
        return False
    values, (left, top, width, height) = Node(ring, box.file, segmentation.path).numbers(), box.numbers(4)
    corners = {(x, y) for x in (left, left + width) for y in (top, top + height)}
    points = list(zip(values[::2], values[1::2], strict=True))
    near = [any(abs(x - cx) + abs(y - cy) <= SAME_CORNER for x, y in points) for cx, cy in corners]
    return all(near) and all(any(abs(x - cx) + abs(y - cy) <= SAME_CORNER for cx, cy in corners) for x, y in points)


def _attributes(node: Node) -> dict[str, str]:
    """What CVAT's export says of an object beside its track."""
    skipped = {*IDENTITIES, "keyframe", "occluded", "rotation", "id"}
    told = {name: value.value for name, value in node.get("attributes").members() if name not in skipped}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in told.items()
        if isinstance(value, (str, int, float)) and str(value).strip()
    }


def area_of(node: Node) -> Area | None:
    """The area of a segmentation; None when it is empty."""
    if isinstance(node.value, list):
        rings = tuple(ring for ring in (each.numbers() for each in node.items()) if len(ring) >= 6)
        return Polygons(rings) if rings else None
    return _run_lengths(node) if isinstance(node.value, dict) else None


def _run_lengths(node: Node) -> Rle | None:
    height, width = node.get("size").numbers(2)
    try:
        found = Rle.of(node.get("counts").value, width, height)
    except ValueError as error:
        raise node.fault(str(error)) from error
    return None if found.empty else found
