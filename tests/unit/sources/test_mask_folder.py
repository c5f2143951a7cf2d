"""Folders of PNG masks: what a pixel says, which number a frame has, and what is left out."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labelferry.errors import SourceError
from labelferry.files.reach import Reach
from labelferry.model import LabelledVideo
from labelferry.model.findings import Finding
from labelferry.reading import read as read_any
from labelferry.sources.folders import sources_of
from labelferry.sources.mask_folder import MaskFolderLabels, read


def png(values: Any, mode: str = "P") -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(np.array(values, dtype=np.uint16 if mode == "I;16" else np.uint8))
    if mode == "P":
        image = Image.frombytes("P", image.size, image.tobytes())
        image.putpalette([*range(256)] * 3)
    image.save(out, "PNG")
    return out.getvalue()


def reading(folder: Path, files: dict[str, bytes], **options: Any) -> tuple[list[LabelledVideo], list[Finding]]:
    notes: list[Finding] = []
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    entry = MaskFolderLabels(format="masks", path="**/*.png", **options)
    return [video for each in sources_of(entry, Reach(folder), notes.append, {}) for video in read(each)], notes


def rows(videos: list[LabelledVideo]) -> list[Any]:
    (video,) = videos
    return [list(row) for row in video.to_dataframe()[["feature", "track", "frame", "area"]].values.tolist()]


def test_the_numbers_of_a_palette_are_objects_and_void_is_none(tmp_path: Path) -> None:
    files = {"judo/00000.png": png([[0, 1, 1], [2, 255, 0]]), "judo/00002.png": png([[0, 0, 0], [2, 2, 0]])}
    videos, notes = reading(tmp_path, files, class_name="person")
    assert rows(videos) == [["person", "1", 1, 2], ["person", "2", 1, 1], ["person", "2", 3, 2]]
    assert videos[0].row.global_key == "judo"
    assert [note.code for note in notes] == ["frames-from-names"]


@pytest.mark.parametrize(("names", "frames"), [(("0", "5"), [1, 6]), (("1", "5"), [1, 5])])
def test_the_first_frame_is_0_if_there_is_one(names: tuple[str, ...], frames: list[int], tmp_path: Path) -> None:
    videos, _ = reading(tmp_path, {f"a/{name}.png": png([[1]]) for name in names})
    assert [row[2] for row in rows(videos)] == frames
    assert [row[2] for row in rows(reading(tmp_path, {}, frame_base=0)[0])] == [int(name) + 1 for name in names]


def test_objects_have_classes_by_their_numbers(tmp_path: Path) -> None:
    videos, _ = reading(tmp_path, {"a/0.png": png([[1, 2, 3]])}, classes={1: "dog", 2: None})
    assert [row[0] for row in rows(videos)] == ["dog", "object"]


def test_mots_has_class_and_instance_in_16_bits(tmp_path: Path) -> None:
    data = png([[1001, 2001, 10000], [2001, 2002, 0]], "I;16")
    assert rows(reading(tmp_path, {"a/000000.png": data})[0]) == [
        ["car", "1", 1, 1],
        ["pedestrian", "2", 1, 2],
        ["pedestrian", "3", 1, 1],
    ]
    videos, _ = reading(tmp_path, {"a/labels.txt": b"bus\ntram\n"})
    assert [row[0] for row in rows(videos)] == ["bus", "tram", "tram"]


def test_bdd_has_the_category_in_red_and_the_instance_in_blue_and_alpha(tmp_path: Path) -> None:
    data = png([[[3, 0, 0, 7], [3, 8, 1, 7], [0, 0, 0, 0]]], "RGBA")
    assert rows(reading(tmp_path, {"a/1.png": data})[0]) == [["car", "1", 1, 1], ["car", "2", 1, 1]]


def test_colours_are_objects(tmp_path: Path) -> None:
    data = png([[[200, 0, 0], [0, 200, 0], [0, 0, 0]]], "RGB")
    assert len(rows(reading(tmp_path, {"a/1.png": data})[0])) == 2


def test_a_folder_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "judo").mkdir()
    (tmp_path / "judo" / "00000.png").write_bytes(png([[1]]))
    reading_ = read_any(tmp_path / "judo")
    assert [video.row.global_key for video in reading_] == ["judo"]
    assert list(reading_.formats) == ["masks"]


BAD = {
    "no number": ({"a/x.png": png([[1]])}, "no frame number; name it like"),
    "not a png": ({"a/1.png": b"hello"}, "not a PNG"),
    "broken": ({"a/1.png": png([[1] * 400] * 400)[:-40]}, "broken PNG"),
    "sizes": ({"a/1.png": png([[1]]), "a/2.png": png([[1, 1]])}, "2x1 pixels where others have another size"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses_what_is_no_mask(name: str, tmp_path: Path) -> None:
    files, says = BAD[name]
    with pytest.raises(SourceError, match=says):
        reading(tmp_path, files)


def test_many_objects_keep_their_colours(tmp_path: Path) -> None:
    files = {f"a/{at}.png": png([[*range(1, 201)]]) for at in (0, 1)}
    videos, _ = reading(tmp_path, files)
    (masks,) = videos[0].masks
    assert len({instance.colour for instance in masks.instances}) == 200
    assert masks.frames[0].png == masks.frames[1].png
