"""What the files of V7, Encord, SageMaker, Datumaro, Supervisely, DIVE and MOTS alone can get wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import labelferry
from labelferry.errors import SourceError
from labelferry.model import Geometry, LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media

Read = Callable[..., list[LabelledVideo]]
DARWIN = {"format": "darwin", "path": "a.json"}
ENCORD = {"format": "encord", "path": "a.json"}
LIST = {"format": "frame-list", "path": "clip.json"}
DIVE = {"format": "viame", "path": "a.json", "global_key": "clip"}
MOTS = {"format": "mots", "path": "a.txt", "global_key": "clip"}


def darwin(*annotations: dict[str, Any]) -> str:
    item = {"name": "clip", "slots": [{"width": 4, "height": 3}]}
    return json.dumps({"version": "2.0", "item": item, "annotations": list(annotations)})


def kept(video: LabelledVideo) -> list[Any]:
    return [(str(each.feature), each.geometry, each.frames.tolist()) for each in video.tracks]


def test_darwin_s_shapes(read: Read) -> None:
    node = {"name": "nose", "x": 1, "y": 2}
    shapes = [
        {"id": "1", "name": "tip", "frames": {"0": {"keypoint": {"x": 1, "y": 2}, "text": {"text": "hi"}}}},
        {"id": "2", "name": "rail", "frames": {"0": {"line": {"path": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}}}},
        {"id": "3", "name": "dog", "frames": {"0": {"skeleton": {"nodes": [node]}}}},
    ]
    (video,) = read(darwin(*shapes), **DARWIN)
    assert kept(video) == [
        ("tip", Geometry.POINT, [1]),
        ("rail", Geometry.LINE, [1]),
        ("dog nose", Geometry.POINT, [1]),
    ]
    assert [each.answers[0].text for each in video.tracks[0].classifications] == ["hi"]


def test_darwin_interpolates_between_keyframes_however_many_there_are(read: Read) -> None:
    box = {"x": 1, "y": 2, "w": 3, "h": 4}
    frames = {str(number): {"keyframe": True, "bounding_box": box} for number in (0, 1, 2, 3, 4, 6)}
    (video,) = read(darwin({"id": "1", "name": "car", "frames": frames, "ranges": [[0, 7]]}), **DARWIN)
    assert set(video.tracks[0].segment.tolist()) == {0}


def test_darwin_s_ranges_end_before_their_second_number(read: Read) -> None:
    box = {"bounding_box": {"x": 0, "y": 0, "w": 1, "h": 1}}
    frames = {str(at): box for at in (0, 1, 3)}
    (video,) = read(darwin({"id": "1", "name": "car", "frames": frames, "ranges": [[0, 2], [3, 4]]}), **DARWIN)
    assert video.tracks[0].segment.tolist() == [0, 0, 1]
    tag = {"id": "2", "name": "night", "frames": {"0": {"tag": {}}}, "ranges": [[0, 3]]}
    (asked,) = read(darwin(tag), **DARWIN)[0].classifications
    assert [tuple(span) for span in asked.answers[0].spans] == [(1, 3)]


def test_darwin_s_masks_are_in_a_raster_layer(read: Read) -> None:
    layer = {"dense_rle": [0, 1, 7, 2, 0, 9], "mask_annotation_ids_mapping": {"m": 7}}
    mask = {"id": "m", "name": "sky", "frames": {"0": {"mask": {}}}}
    raster = {"id": "r", "name": "__raster_layer__", "frames": {"0": {"raster_layer": layer}}}
    (video,) = read(darwin(mask, raster), **DARWIN)
    assert video.to_dataframe()[["feature", "frame", "area"]].values.tolist() == [["sky", 1, 2]]


@pytest.mark.parametrize("shape", ["polygon", "ellipse"])
def test_darwin_s_areas_cannot_be_held(shape: str, read: Read, notes: list[Finding]) -> None:
    ring = [{"x": 0, "y": 0}, {"x": 3, "y": 0}, {"x": 3, "y": 2}]
    shapes = {
        "polygon": {"polygon": {"paths": [ring]}},
        "ellipse": {"ellipse": {"center": {"x": 1, "y": 1}, "radius": {"x": 1, "y": 1}, "angle": 0}},
    }
    text = darwin({"id": "1", "name": "car", "frames": {"0": shapes[shape]}})
    read(text, **DARWIN)
    assert [(note.code, shape in note.message) for note in notes] == [("unrepresentable", True)]
    assert read(text, **DARWIN, unrepresentable="rasterize")[0].masks


def test_darwin_s_older_file(tmp_path: Path) -> None:
    boxes = {str(at): {"bounding_box": {"x": at, "y": 2, "w": 3, "h": 4}, "keyframe": True} for at in (0, 2)}
    value = {"dataset": "d", "image": {"filename": "clip.mp4", "width": 9, "height": 9, "frame_count": 5},
             "annotations": [{"name": "car", "frames": boxes, "segments": [[0, 4]]}]}  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value), "utf-8")
    (video,) = labelferry.read(path)
    assert (video.row.global_key, kept(video)) == ("clip.mp4", [("car", Geometry.BOX, [1, 3, 4])])


def test_a_darwin_picture_is_refused(read: Read) -> None:
    with pytest.raises(SourceError, match=r"annotations\[0\] has no frames"):
        read(darwin({"id": "1", "name": "car", "bounding_box": {"x": 0, "y": 0, "w": 1, "h": 1}}), **DARWIN)


def encord(objects: dict[str, list[Any]], **more: Any) -> str:
    labels = {number: {"objects": found, "classifications": []} for number, found in objects.items()}
    unit = {"data_title": "clip", "width": 100, "height": 50, "labels": labels}
    return json.dumps({"data_units": {"u": unit}, "object_answers": {}, **more})


def test_encord_s_points_and_answers(read: Read) -> None:
    point = {"name": "tip", "objectHash": "o", "point": {"0": {"x": 0.5, "y": 0.5}}}
    actions = [
        {"name": "state", "range": [[0, 0]], "answers": [{"name": "open"}]},
        {"name": "state", "range": [[1, 1]], "answers": [{"name": "shut"}]},
        {"name": "note", "range": [[1, 1]], "answers": "said"},
    ]
    text = encord({"0": [point], "1": [point]}, object_actions={"o": {"actions": actions}})
    (track,) = read(text, **ENCORD)[0].tracks
    assert track.coords.tolist() == [[50, 25], [50, 25]]
    said = {at: [str(each.answers[0]) for each in group] for at, group in track.answers.items()}
    assert said == {0: ["open"], 1: ["shut", "'said'"]}


def test_encord_s_points_are_in_the_order_of_their_numbers(read: Read) -> None:
    points = {str(number): {"x": number / 100, "y": 0} for number in (10, 2, 0, 1)}
    (track,) = read(encord({"0": [{"name": "rail", "objectHash": "o", "polyline": points}]}), **ENCORD)[0].tracks
    assert track.coords[:, 0].tolist() == [0, 1, 2, 10]


def test_encord_s_classifications_hold_for_frames(read: Read) -> None:
    labels = {str(at): {"objects": [], "classifications": [{"classificationHash": "c"}]} for at in (0, 1, 5)}
    answers = {"c": {"classifications": [{"name": "light", "answers": [{"name": "day"}]}]}}
    value = {"data_units": {"u": {"data_title": "clip", "width": 9, "height": 9, "labels": labels}},
             "object_answers": {}, "classification_answers": answers}  # fmt: skip
    (asked,) = read(json.dumps(value), **ENCORD)[0].classifications
    assert [tuple(span) for span in asked.answers[0].spans] == [(1, 2), (6, 6)]


def test_encord_without_a_size_needs_one(read: Read) -> None:
    text = encord({"0": [{"name": "a", "objectHash": "o", "boundingBox": {"x": 0, "y": 0, "w": 1, "h": 1}}]})
    without = text.replace('"width": 100, "height": 50, ', "")
    with pytest.raises(SourceError, match="width and height"):
        read(without, **ENCORD)
    (track,) = read(without, {"clip": Media(10, 10)}, **ENCORD)[0].tracks
    assert track.coords.tolist() == [[0, 0, 10, 10]]


def test_sagemaker(read: Read) -> None:
    box = {"left": 1, "top": 2, "width": 3, "height": 4, "object-id": "x1", "object-name": "car:1", "class-id": "0"}
    text = json.dumps({"tracking-annotations": [{"frame-no": str(at), "annotations": [box]} for at in (0, 1)]})
    (video,) = read(text, **LIST)
    assert (video.row.global_key, kept(video)) == ("clip", [("car", Geometry.BOX, [1, 2])])


def test_sagemaker_s_other_shapes_and_answers(read: Read, notes: list[Finding]) -> None:
    shared = {"object-id": "x1", "object-name": "car:1", "label-category-attributes": {"occluded": "no"}}
    ring = [{"x": 1, "y": 2}, {"x": 3, "y": 4}, {"x": 1, "y": 4}]
    page = {"frame-no": "0", "frame-attributes": {"light": "day"}, "keypoints": [shared | {"x": 1, "y": 2}],
            "polylines": [shared | {"vertices": ring}], "polygons": [shared | {"vertices": ring}]}  # fmt: skip
    (video,) = read(json.dumps({"tracking-annotations": [page]}), **LIST)
    assert kept(video) == [("car", Geometry.POINT, [1]), ("car", Geometry.LINE, [1])]
    assert [str(each.feature) for each in (*video.classifications, *video.tracks[0].classifications)] == [
        "light",
        "occluded",
    ]
    assert [(note.code, "polygon" in note.message) for note in notes] == [("unrepresentable", True)]


def test_sagemaker_s_input_has_its_keys_in_camel_case(read: Read) -> None:
    box = {"left": 1, "top": 2, "width": 3, "height": 4, "objectId": 7, "objectName": "car:7", "label": "car"}
    (video,) = read(json.dumps({"tracking-annotations": [{"frame-no": 0, "annotations": [box]}]}), **LIST)
    assert [(str(track.feature), track.instance) for track in video.tracks] == [("car", "7")]


def scalabel(shapes: str, **more: Any) -> dict[str, Any]:
    box = {"x1": 10, "y1": 20, "x2": 19, "y2": 29}
    return {"index": 4, shapes: [{"id": 1, "category": "car", "box2d": box}], **more}


@pytest.mark.parametrize(
    "value",
    [
        [[scalabel("labels", videoName="clip")]],
        {"name": "clip", "frames": [scalabel("objects", timestamp=9)]},
        [scalabel("labels", video_name="clip")],
    ],
    ids=["a list for each video", "objects", "snake case"],
)
def test_scalabel_s_other_layouts(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(value), "utf-8")
    (video,) = labelferry.read(path)
    assert (video.row.global_key, video.tracks[0].coords.tolist()) == ("clip", [[10, 20, 10, 10]])
    assert kept(video) == [("car", Geometry.BOX, [5])]


def test_what_scalabel_says_of_a_frame(read: Read) -> None:
    pages = [scalabel("labels", attributes={"weather": "rainy"}) | {"index": at} for at in (0, 1)]
    (asked,) = read(json.dumps(pages), **LIST)[0].classifications
    assert str(asked.feature) == "weather"
    assert [(str(each.feature), [tuple(span) for span in each.spans]) for each in asked.answers] == [
        ("rainy", [(1, 2)])
    ]


def test_datumaro(read: Read, notes: list[Finding]) -> None:
    annotations = [
        {"type": "bbox", "bbox": [1, 2, 3, 4], "label_id": 0, "attributes": {"track_id": 5}},
        {"type": "points", "points": [1, 2], "label_id": 0, "attributes": {}},
        {"type": "polyline", "points": [1, 2, 3, 4], "label_id": 0, "attributes": {"track_id": 6}},
        {"type": "polygon", "points": [1, 2, 3, 4, 5, 6], "label_id": 0, "attributes": {"track_id": 7}},
    ]
    labels = {"label": {"labels": [{"name": "car"}]}}
    items = [{"id": "frame_000004", "annotations": annotations}, {"id": "x", "attr": {"frame": 5}, "annotations": []}]
    (video,) = read(json.dumps({"categories": labels, "items": items}), **LIST)
    assert kept(video) == [("car", geometry, [5]) for geometry in (Geometry.BOX, Geometry.POINT, Geometry.LINE)]
    assert [note.code for note in notes] == ["identity-missing", "unrepresentable"]
    other = [{"type": "ellipse", "points": points, "label_id": 0, "attributes": {"track_id": 8}}
             for points in ([1, 2, 5, 8], [1, 2, 5, 2, 5, 8])]  # fmt: skip
    text = json.dumps({"categories": labels, "items": [{"id": f"{at}", "annotations": [shape]}
                                                       for at, shape in enumerate(other)]})  # fmt: skip
    (video,) = read(text, **LIST, unrepresentable="envelope")
    assert video.tracks[0].coords.tolist() == [[1, 2, 4, 6], [1, 2, 4, 6]]
    with pytest.raises(SourceError, match="item 'a' has no frame"):
        read(json.dumps({"categories": labels, "items": [{"id": "a"}]}), **LIST)


def test_the_box_around_several_shapes_of_an_object(read: Read) -> None:
    labels = {"label": {"labels": [{"name": "car"}]}}

    def polygon(*points: int) -> dict[str, Any]:
        return {"type": "polygon", "points": points, "label_id": 0, "attributes": {"track_id": 7}}

    items = [
        {"id": "1", "annotations": [polygon(4, 5, 6, 5, 6, 9), polygon(1, 6, 2, 6, 2, 7)]},
        {"id": "2", "annotations": [polygon(3, 3, 5, 3, 5, 5)]},
    ]
    (video,) = read(json.dumps({"categories": labels, "items": items}), **LIST, unrepresentable="envelope")
    assert video.tracks[0].coords.tolist() == [[1, 5, 5, 4], [3, 3, 2, 2]]


def test_supervisely(read: Read) -> None:
    geometry = {"points": {"exterior": [[5, 6], [1, 2]], "interior": []}}
    figure = {"objectKey": "k", "geometryType": "rectangle", "geometry": geometry}
    value = {"size": {"width": 9, "height": 9}, "objects": [{"key": "k", "classTitle": "car"}],
             "tags": [{"name": "light", "value": "day"}], "frames": [{"index": 6, "figures": [figure]}]}  # fmt: skip
    (video,) = read(json.dumps(value), **LIST)
    assert video.tracks[0].coords.tolist() == [[1, 2, 4, 4]]
    assert kept(video) == [("car", Geometry.BOX, [7])]
    assert [str(each.feature) for each in video.classifications] == ["light"]


def test_scalabel_s_polygons_and_masks(read: Read, notes: list[Finding]) -> None:
    rle = {"size": [3, 4], "counts": [3, 3, 6]}
    labels = [
        {"id": "1", "category": "car", "rle": rle},
        {"id": "2", "category": "lane", "poly2d": [{"vertices": [[0, 0], [1, 1]], "closed": False}]},
        {"id": "3", "category": "area", "poly2d": [{"vertices": [[0, 0], [1, 1], [2, 0]], "closed": True}]},
    ]
    text = json.dumps([{"videoName": "clip", "frameIndex": 0, "labels": labels}])
    (video,) = read(text, {"clip": Media(4, 3)}, **LIST)
    assert kept(video) == [("lane", Geometry.LINE, [1])]
    assert video.masks[0].instances[0].feature.name == "car"
    assert [note.code for note in notes] == ["unrepresentable"]


def test_another_list_is_refused(read: Read) -> None:
    with pytest.raises(SourceError, match="frames of none of the layouts"):
        read("[]", **LIST)


def test_dive_keeps_its_key_frames(read: Read) -> None:
    features = [
        {"frame": 0, "bounds": [0, 0, 4, 4], "keyframe": True, "interpolate": True},
        {"frame": 1, "bounds": [0, 0, 5, 5], "keyframe": False},
        {"frame": 9, "bounds": [0, 0, 9, 9], "keyframe": True, "interpolate": False},
        {"frame": 20, "bounds": [0, 0, 9, 9], "keyframe": True},
    ]
    track = {"id": 3, "confidencePairs": [["fish", 1.0]], "features": features}
    (video,) = read(json.dumps({"tracks": {"3": track}}), **DIVE)
    (found,) = video.tracks
    assert (str(found.feature), found.frames.tolist()) == ("fish", [1, 10, 21])
    assert found.segment.tolist() == [0, 0, 1]


def test_viame_corners_may_be_the_other_way_round(read: Read) -> None:
    (video,) = read("1,a,0,10,50,20,35,1,-1,fish,1\n", format="viame", path="a.csv", global_key="clip")
    assert video.tracks[0].coords.tolist() == [[10, 35, 10, 15]]


BAD_ROWS = {
    "short": ("1,a,0,1,2\n", "5 columns where VIAME"),
    "a word": ("1,a,0,x,2,3,4,1,-1,fish,1\n", "a.csv:1: could"),
}


@pytest.mark.parametrize("name", BAD_ROWS)
def test_refuses_a_bad_viame_row(name: str, read: Read) -> None:
    text, says = BAD_ROWS[name]
    with pytest.raises(SourceError, match=says):
        read(text, format="viame", path="a.csv", global_key="clip")


ROW = "1 2001 2 3 4 336\n"


def test_mots_text(read: Read, notes: list[Finding]) -> None:
    (video,) = read(ROW + "1 10000 10 3 4 336\n", **MOTS, frame_base=1)
    assert video.to_dataframe()[["feature", "frame", "area"]].values.tolist() == [["pedestrian", 1, 3]]
    assert [note.code for note in notes] == ["regions-ignored"]


BAD_MOTS = {
    "a word": ("x 2001 2 3 4 336\n", "a.txt:1: not a row of MOTS"),
    "long": ("1 2001 2 1 1 336\n", "longer than the picture"),
    "a class": ("1 3001 3 3 4 336\n", r"class 3 has no name; name it, as in classes: \{3: bus\}"),
}


@pytest.mark.parametrize("name", BAD_MOTS)
def test_refuses_a_bad_mots_row(name: str, read: Read) -> None:
    text, says = BAD_MOTS[name]
    with pytest.raises(SourceError, match=says):
        read(text, **MOTS)


SERVER: dict[str, Any] = {"format": "cvat-json", "path": "a.json", "global_key": "clip"}


def server(*shapes: dict[str, Any], **more: Any) -> str:
    return json.dumps({"tags": [], "shapes": list(shapes), "tracks": [], **more})


def test_a_shape_of_cvat_s_server_holds_for_one_frame(read: Read, notes: list[Finding]) -> None:
    box = {"id": 1, "type": "rectangle", "frame": 3, "label_id": 4, "points": [1, 2, 5, 8]}
    (video,) = read(server(box, tags=[{"frame": 0, "label": "night"}]), **SERVER)
    assert kept(video) == [("4", Geometry.BOX, [4])]
    assert [note.code for note in notes] == ["class-numbers"]
    assert [str(each.feature) for each in video.classifications] == ["tag"]


def test_a_track_of_cvat_s_server_stays_to_the_end(read: Read) -> None:
    shape = {"type": "points", "frame": 1, "points": [1, 2]}
    track = {"id": 1, "label": "tip", "shapes": [shape], "attributes": [{"name": "colour", "value": "red"}]}
    (video,) = read(server(tracks=[track]), {"clip": Media(9, 9, 25.0, 30)}, **SERVER)
    assert kept(video) == [("tip", Geometry.POINT, [2, 30])]
    assert len(video.tracks[0].classifications) == 1


@pytest.mark.parametrize(
    ("shape", "thing"),
    [
        ({"type": "polygon", "points": [0, 0, 3, 0, 3, 2]}, "polygon"),
        ({"type": "ellipse", "points": [2, 2, 4, 1]}, "ellipse"),
        ({"type": "rectangle", "points": [0, 0, 3, 2], "rotation": 45}, "rotated box"),
    ],
)
def test_what_the_server_s_json_cannot_hand_over(
    shape: dict[str, Any], thing: str, read: Read, notes: list[Finding]
) -> None:
    text = server({"id": 1, "frame": 0, "label": "car", **shape})
    read(text, **SERVER)
    assert [(note.code, thing in note.message) for note in notes] == [("unrepresentable", True)]
    assert kept(read(text, **SERVER, unrepresentable="envelope")[0]) == [("car", Geometry.BOX, [1])]


def test_the_server_s_skeletons_are_points(read: Read) -> None:
    element = {"label": "nose", "type": "points", "points": [1, 2]}
    skeleton = {"id": 1, "type": "skeleton", "frame": 0, "label": "dog", "elements": [element]}
    assert kept(read(server(skeleton), **SERVER)[0]) == [("dog nose", Geometry.POINT, [1])]
    with pytest.raises(SourceError, match="3 coordinates of a rectangle"):
        read(server({"id": 1, "type": "rectangle", "frame": 0, "label": "a", "points": [1, 2, 3]}), **SERVER)


def test_a_region_of_via_knows_its_place(read: Read, notes: list[Finding]) -> None:
    region = {
        "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
        "region_attributes": {"class": "cat"},
    }
    text = json.dumps({"f_1.jpg9": {"filename": "f_1.jpg", "regions": [region]}})
    (video,) = read(text, format="via", path="a.json", global_key="clip")
    refused = text.replace('"rect"', '"circle"').replace('"width": 3, "height": 4', '"cx": 3, "cy": 4, "r": 1')
    read(refused, format="via", path="a.json", global_key="clip")
    assert str(notes[-1].where) == "a.json (f_1.jpg9.regions[0])"
    assert str(video.tracks[0].where) == "a.json (track f_1.jpg9.regions[0])"
