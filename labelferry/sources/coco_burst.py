"""BURST's JSON -> labelled videos: a mask for each track in each annotated picture of a sequence.

The pictures of a sequence are the frames of its video; TAO annotates one a second. Facts:
https://github.com/Ali2500/BURST-benchmark/blob/main/ANNOTATION_FORMAT.md.
"""

from collections.abc import Callable, Iterator, Mapping

from labelferry.model import Geometry, LabelledVideo, Where
from labelferry.model.keys import legal
from labelferry.sources.coco_shapes import area_of
from labelferry.sources.documents import Node
from labelferry.sources.numbering import Gaps
from labelferry.sources.objects import Objects

__all__ = ["SEQUENCES", "of_sequences"]

SEQUENCES = frozenset({"sequences", "categories"})
"""The keys at the top by which the file is known."""
FIRST_FRAME = 1


def of_sequences(
    document: Node, names: Mapping[str, str], objects_of: Callable[[str], Objects], gaps: Gaps
) -> Iterator[LabelledVideo]:
    """Yield a video for each sequence that has something on its pictures.

    Args:
        document: the file.
        names: of the categories, by their ids as text.
        objects_of: begins the objects of a video.
        gaps: what a missing picture means for boxes.
    """
    for sequence in document.get("sequences").items():
        objects = objects_of(legal(sequence.get("seq_name").text()))
        size = sequence.get("width").whole(), sequence.get("height").whole()
        labels = {
            track: names.get(node.text(), node.text()) for track, node in sequence.get("track_category_ids").members()
        }
        for frame, page in _pages(sequence):
            for track, node in page.members():
                _take(objects, node, (track, labels.get(track, "object")), frame, size)
        if not objects.is_empty:
            yield objects.finished(size, gaps=gaps)


def _pages(sequence: Node) -> Iterator[tuple[int, Node]]:
    """What is on each annotated picture, with its frame."""
    frames = {node.text(): at for at, node in enumerate(sequence.get("all_image_paths").items(), FIRST_FRAME)}
    pictures = [node.text() for node in sequence.get("annotated_image_paths").items()]
    for picture, page in zip(pictures, sequence.get("segmentations").items(), strict=False):
        if picture not in frames:
            raise page.fault(f"its picture '{picture}' is not among all_image_paths")
        yield frames[picture], page


def _take(objects: Objects, node: Node, called: tuple[str, str], frame: int, size: tuple[int, int]) -> None:
    (ident, label), where = called, Where(node.file, detail=node.path)
    if node.get("bbox").value and objects.named(label) is not None:
        objects.of(ident, label, Geometry.BOX, where).add(frame, node.get("bbox").numbers(4))
    elif node.get("rle").value:
        whole = {"size": [size[1], size[0]], "counts": node.get("rle").value}
        if (area := area_of(Node(whole, node.file, node.path))) is not None:
            objects.area(ident, label, frame, area, where)
