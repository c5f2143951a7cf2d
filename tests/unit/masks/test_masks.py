"""Mask pictures: PNG in and out, colours, composites."""

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from labelferry.errors import AnnotationError, SourceError
from labelferry.masks import (
    compose_masks,
    decode_png,
    encode_png,
    extract_rgb_colors,
    extract_rgb_colors_from_url,
    palette,
)
from labelferry.masks.colours import distinct
from labelferry.masks.png import RgbArray
from labelferry.model import Feature, MaskObject, Where

HERE = Where("here")
PICTURE = np.zeros((4, 6, 3), dtype=np.uint8)
PICTURE[1:3, 1:3] = (76, 104, 177)
PICTURE[3] = (1, 2, 3)
COLOURS = [(1, 2, 3), (76, 104, 177)]


def saved(picture: RgbArray, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).convert(mode).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("wrong", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3)), np.zeros((0, 2, 3), np.uint8)])
def test_only_pictures_are_encoded(wrong: RgbArray) -> None:
    with pytest.raises(SourceError, match="uint8 of shape"):
        encode_png(wrong)
    with pytest.raises(SourceError, match="uint8 of shape"):
        extract_rgb_colors(wrong)


BROKEN = {
    "text": (b"hello", "not a PNG"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(60), "not a PNG"),
    "cut": (encode_png(PICTURE)[:-20], "a broken PNG"),
    "flipped": (encode_png(PICTURE)[:45] + b"\xff\xff\xff" + encode_png(PICTURE)[48:], "a broken PNG"),
    "bomb": (encode_png(PICTURE)[:16] + b"\x00\x10\x00\x00" * 2 + encode_png(PICTURE)[24:], "not a video frame"),
    "nothing": (encode_png(PICTURE)[:16] + bytes(8) + encode_png(PICTURE)[24:], "not a video frame"),
}


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_pngs_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        extract_rgb_colors(data)


def test_colours_from_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    path.write_bytes(saved(PICTURE))
    assert extract_rgb_colors(PICTURE) == COLOURS
    assert extract_rgb_colors(encode_png(PICTURE)) == COLOURS
    assert extract_rgb_colors(path) == extract_rgb_colors(str(path)) == COLOURS
    assert extract_rgb_colors(saved(PICTURE, "RGBA")) == COLOURS


def test_more_colours_than_a_mask_has() -> None:
    many = np.arange(1, 1 + 24 * 25 * 3, dtype=np.uint32).astype(np.uint8).reshape(24, 25, 3)
    many[..., 0] = np.arange(24)[:, None] + 1
    assert extract_rgb_colors(encode_png(many)) == distinct(many)
    assert len(distinct(many)) > 256


def test_colours_from_an_address() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/mask.png":
            return httpx.Response(200, content=encode_png(PICTURE))
        if request.url.path == "/moved.png":
            return httpx.Response(302, headers={"Location": "https://x/mask.png"})
        if request.url.path == "/page":
            return httpx.Response(200, text="<html>")
        if request.url.path == "/down":
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(404)

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert extract_rgb_colors_from_url("https://x/mask.png", client=client) == COLOURS
        assert extract_rgb_colors_from_url("https://x/moved.png", client=client) == COLOURS
        with pytest.raises(SourceError, match=r"https://x/no.png: the server answered 404"):
            extract_rgb_colors_from_url("https://x/no.png", client=client)
        with pytest.raises(SourceError, match=r"https://x/page: not a PNG"):
            extract_rgb_colors_from_url("https://x/page", client=client)
        with pytest.raises(SourceError, match="cannot be fetched"):
            extract_rgb_colors_from_url("https://x/down", client=client)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        extract_rgb_colors(tmp_path / "absent.png")


def area(*pixels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    flat = np.zeros(6, dtype=np.bool_)
    flat[list(pixels)] = True
    return flat.reshape(2, 3)


def test_composites_keep_their_colours_over_frames() -> None:
    masks = compose_masks(
        {"a": {1: area(0), 3: area(1)}, "b": {3: area(5), 7: area(5)}}, features={"a": "cat", "b": "dog"}, where=HERE
    )
    first, second = palette(2)
    assert masks.instances == (MaskObject(first, Feature("cat")), MaskObject(second, Feature("dog")))
    assert [frame.frame for frame in masks.frames] == [1, 3, 7]
    third = decode_png(masks.frames[1].png or b"")
    assert [tuple(pixel) for pixel in third.reshape(-1, 3).tolist()] == [
        (0, 0, 0),
        first,
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
        second,
    ]


@pytest.mark.parametrize("frames", [[300, 7, 8, 1, 16, 9], [1, 7, 8, 9, 16, 300], [16, 9, 8, 300, 1, 7]])
def test_composites_come_in_the_order_of_their_frames(frames: list[int]) -> None:
    masks = compose_masks(
        {"a": {frame: area(0) for frame in frames}, "b": {300: area(1), 8: area(2)}}, features="t", where=HERE
    )
    assert [frame.frame for frame in masks.frames] == [1, 7, 8, 9, 16, 300]
    seen = {frame.frame: decode_png(frame.png or b"").any(axis=2).ravel().tolist()[:3] for frame in masks.frames}
    assert [number for number, there in seen.items() if there[1]] == [300]
    assert [number for number, there in seen.items() if there[2]] == [8]


def test_overlap_is_an_error_or_goes_to_the_last() -> None:
    both = {"a": {1: area(0, 1)}, "b": {1: area(1)}}
    with pytest.raises(AnnotationError, match="'a' and 'b' share 1 pixels at frame 1"):
        compose_masks(both, features="t", where=HERE)
    apart = both | {"c": {1: area(2)}}
    with pytest.raises(AnnotationError, match="'a' and 'b' share 1 pixels at frame 1"):
        compose_masks(apart, features="t", where=HERE)
    masks = compose_masks(both, features="t", where=HERE, on_overlap="last", colours={"a": (1, 1, 1), "b": (2, 2, 2)})
    assert decode_png(masks.frames[0].png or b"")[0, :, 0].tolist() == [1, 2, 0]


def test_colours_are_the_same_each_time() -> None:
    first = [(255, 0, 0), (0, 59, 204), (89, 153, 0), (255, 63, 231), (51, 204, 178)]
    assert palette(10) == [*first, (153, 100, 38), (159, 127, 255), (106, 204, 102), (153, 76, 102), (0, 159, 255)]
    assert palette(4_200)[-3:] == [(0, 0, 212), (0, 0, 213), (0, 0, 214)]


def test_as_many_objects_as_there_are_colours() -> None:
    assert len(set(palette(5_000))) == 5_000
    assert (0, 0, 0) not in palette(5_000)
    with pytest.raises(AnnotationError, match=f"{2**24} objects.*{2**24 - 1} colours.*several"):
        palette(2**24)


COMPOSE = {
    "hidden": ({"a": {1: area(1)}, "b": {1: area(0, 1)}}, {"on_overlap": "last"}, "'a' is hidden by later ones"),
    "sizes": ({"a": {1: area(1), 2: np.ones((2, 2), np.bool_)}}, {}, "different sizes: 3x2 .*2x2"),
    "empty": ({"a": {1: area()}}, {}, "no pixel in any frame"),
    "not bool": ({"a": {1: np.ones((2, 2), np.uint8)}}, {}, "must be bool"),
    "black": ({"a": {1: area(1)}}, {"colours": {"a": (0, 0, 0)}}, "needs a colour of its own"),
    "no colour": ({"a": {1: area(1)}}, {"colours": {}}, "needs a colour of its own"),
    "one colour": (
        {"a": {1: area(1)}, "b": {1: area(2)}},
        {"colours": {"a": (1, 1, 1), "b": (1, 1, 1)}},
        "'a' and 'b' have the same colour",
    ),
    "no tool": ({"a": {1: area(1)}}, {"features": {"b": "t"}}, "'a' has no tool"),
    "nothing": ({}, {}, "at least one frame"),
}


@pytest.mark.parametrize(("instances", "more", "message"), COMPOSE.values(), ids=COMPOSE)
def test_what_cannot_be_composed(instances: dict, more: dict, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(AnnotationError, match=message):
        compose_masks(instances, **{"features": "t", "where": HERE, **more})
