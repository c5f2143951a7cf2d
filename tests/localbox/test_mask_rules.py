"""The rules for lines with masks: what passes, and what is said of what does not."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from labelferry.localbox.validation.lines import Reading
from labelferry.localbox.validation.masks import Media
from tests.localbox.test_line_rules import found

RED, BLUE = (255, 0, 0), (0, 0, 255)


def png(*colours: tuple[int, int, int], mode: str = "RGB", kind: str = "PNG") -> bytes:
    image = Image.new("RGB", (8, 4))
    for number, colour in enumerate(colours):
        image.paste(colour, (number, 0, number + 1, 4))
    out = io.BytesIO()
    image.convert(mode).save(out, kind)
    return out.getvalue()


def masks(*frames: tuple[Any, bytes], instances: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    entries = [{"index": index, "imBytes": base64.b64encode(data).decode()} for index, data in frames]
    return {"masks": {"frames": entries, "instances": instances or [{"colorRGB": [255, 0, 0], "name": "mask"}]}}


def test_masks_pass() -> None:
    assert found(masks((1, png(RED)), (24, png(BLUE)))) == []
    both = [{"colorRGB": [255, 0, 0], "name": "mask"}, {"colorRGB": [0, 0, 255], "schemaId": "id-mask"}]
    assert found(masks((1, png(RED)), (24, png(BLUE)), instances=both)) == []
    line = {"masks": {"frames": [{"index": 1, "instanceURI": "http://127.0.0.1/a"}], "instances": both[:1]}}
    assert found(line, images={"http://127.0.0.1/a": png(RED)}) == []


def test_a_repeated_colour_passes_unless_it_is_to_be_refused() -> None:
    twice = masks((1, png(RED)), instances=[{"colorRGB": [255, 0, 0], "name": "mask"}] * 2)
    assert found(twice) == []
    assert found(twice, reading=Reading(colours="refused")) == ["Colour [255, 0, 0] stands for two instances"]


BAD_MASKS: dict[str, tuple[dict[str, Any], str]] = {
    "not a PNG": (masks((1, b"hello")), "it is not a PNG"),
    "a JPEG": (masks((1, png(RED, kind="JPEG"))), "it is not a PNG"),
    "cut short": (masks((1, png(RED)[:40])), "it is not a PNG"),
    "palette": (masks((1, png(RED, mode="P"))), "three channels"),
    "alpha": (masks((1, png(RED, mode="RGBA"))), "three channels"),
    "grey": (masks((1, png(RED, mode="L"))), "three channels"),
    "colour absent": (masks((1, png(BLUE))), "Colour [255, 0, 0] is in none of the masks"),
    "colour out of range": (masks((1, png(RED)), instances=[{"colorRGB": [256, 0, 0], "name": "mask"}]), "0 to 255"),
    "two composites": (masks((3, png(RED)), (3, png(RED))), "Two composite masks for frame 3"),
    "frame 0": (masks((0, png(RED))), "before the first frame"),
    "wrong tool": (masks((1, png(RED)), instances=[{"colorRGB": [255, 0, 0], "name": "box"}]), "takes no mask"),
    "unknown tool": (
        masks((1, png(RED)), instances=[{"colorRGB": [255, 0, 0], "name": "who"}]),
        "Ontology does not contain name: who",
    ),
    "no frames": ({"masks": {"frames": [], "instances": []}}, "at least one"),
    "no bytes": (
        {"masks": {"frames": [{"index": 1}], "instances": [{"colorRGB": [1, 2, 3], "name": "mask"}]}},
        "neither",
    ),
    "unreachable": (
        {
            "masks": {
                "frames": [{"index": 1, "instanceURI": "https://example.invalid/a.png"}],
                "instances": [{"colorRGB": [1, 2, 3], "name": "mask"}],
            }
        },
        "cannot fetch",
    ),
}


@pytest.mark.parametrize(("line", "message"), BAD_MASKS.values(), ids=BAD_MASKS.keys())
def test_masks_are_refused(line: dict[str, Any], message: str) -> None:
    assert any(message in each for each in found(line)), found(line)


def test_mask_size_must_be_the_videos() -> None:
    assert found(masks((1, png(RED))), Media(width=8, height=4)) == []
    problem = "Mask at frame 1: it is 8x4, the video is 16x8"
    assert found(masks((1, png(RED))), Media(width=16, height=8)) == [problem]
