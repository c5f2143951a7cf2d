"""What COCO, Label Studio and Labelbox exports alone can get wrong."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import labelferry
from labelferry.errors import SourceError
from labelferry.model import AnswerKind, LabelledVideo
from labelferry.model.findings import Finding
from labelferry.model.media import Media
from labelferry.sources.rle import counts_of

Read = Callable[..., list[LabelledVideo]]
COCO = {"format": "coco", "path": "a.json"}
STUDIO = {"format": "label-studio", "path": "a.json"}
EXPORT = {"format": "labelbox", "path": "a.json"}
CATEGORIES = [{"id": 1, "name": "car"}]


def coco(annotations: list[Any], **more: Any) -> str:
    images = [{"id": at, "video_id": 1, "frame_id": at, "width": 4, "height": 3} for at in range(9)]
    return json.dumps({"categories": CATEGORIES, "images": images, "annotations": annotations, **more})


def box(image: int, **more: Any) -> dict[str, Any]:
    return {"id": image, "image_id": image, "category_id": 1, "track_id": 5, "bbox": [1, 1, 2, 2], **more}


def test_coco_without_videos_is_one(read: Read) -> None:
    (video,) = read(coco([box(0), box(1), box(4)]), **COCO)
    (track,) = video.tracks
    assert (video.row.global_key, track.instance) == ("a", "5")
    assert (track.frames.tolist(), track.segment.tolist()) == ([1, 2, 5], [0, 0, 1])
    assert read(coco([box(0), box(4)]), **COCO, gaps="bridge")[0].tracks[0].segments == 1


def test_cvat_s_coco_has_the_track_among_the_attributes(read: Read, notes: list[Finding]) -> None:
    images = [{"id": at, "file_name": f"frame_{at:06}.png"} for at in (0, 1)]
    said = {"track_id": 3, "keyframe": True, "occluded": False, "id": 9, "colour": "red"}
    rows = [{**box(at), "track_id": None, "attributes": said, "segmentation": []} for at in (0, 1)]
    (video,) = read(json.dumps({"categories": CATEGORIES, "images": images, "annotations": rows}), **COCO)
    (track,) = video.tracks
    assert (track.instance, track.frames.tolist()) == ("3", [1, 2])
    assert [str(each.feature) for each in track.classifications] == ["colour"]
    assert [note.code for note in notes] == ["frames-from-names"]


RLE = {"size": [3, 4], "counts": [3, 3, 6]}
"""The second column of four."""


@pytest.mark.parametrize("segmentation", [RLE, {"size": [3, 4], "counts": "336"}, [[1, 0, 1, 2, 1, 2]]])
def test_a_segmentation_is_a_mask_or_a_box(segmentation: Any, read: Read) -> None:
    (video,) = read(coco([box(0, segmentation=segmentation)]), **COCO)
    assert video.to_dataframe()[["kind", "area"]].values.tolist() == [["mask", 3]]
    assert not video.tracks
    assert len(read(coco([box(0, segmentation=segmentation)]), **COCO, shapes="boxes")[0].tracks) == 1


def test_youtube_vis_has_a_list_for_each_object(read: Read) -> None:
    row = {"id": 8, "video_id": 1, "category_id": 1, "segmentations": [RLE, None, [], RLE]}
    text = json.dumps({"videos": [{"id": 1, "name": "v", "width": 4, "height": 3}], "categories": CATEGORIES,
                       "annotations": [row]})  # fmt: skip
    (video,) = read(text, **COCO)
    assert [frame.frame for frame in video.masks[0].frames] == [1, 4]


def test_sa_v_annotates_every_fourth_frame(read: Read) -> None:
    empty = {"size": [3, 4], "counts": [12]}
    text = json.dumps({"video_id": "sav", "video_frame_count": 8.0, "video_height": 3.0, "video_width": 4.0,
                       "masklet": [[RLE, empty], [RLE, RLE]], "masklet_id": [0, 1]})  # fmt: skip
    (video,) = read(text, **COCO)
    assert [frame.frame for frame in video.masks[0].frames] == [1, 5]


def test_coco_s_key_points_are_points(read: Read) -> None:
    (video,) = read(coco([box(0, keypoints=[1, 2, 2, 0, 0, 0])]), **COCO)
    assert [(str(track.feature), track.instance) for track in video.tracks] == [("car 1", "5/1"), ("car", "5")]


def test_coco_says_what_it_lacks(read: Read, notes: list[Finding]) -> None:
    read(coco([{**box(0), "track_id": None, "category_id": 7}]), **COCO)
    assert [note.code for note in notes] == ["class-numbers", "identity-missing"]


BAD_COCO = {
    "no image": (coco([box(99)]), r"annotations\[0\]: image_id 99 is not among"),
    "no box": (coco([box(0, bbox=[1, 2, "x", 4])]), r"annotations\[0\].bbox\[2\]: 'x' is not a number"),
    "long runs": (coco([box(0, segmentation={"size": [3, 4], "counts": [99]})]), "longer than the picture"),
    "no runs": (coco([box(0, segmentation={"size": [3, 4], "counts": "\x01"})]), "not COCO's run lengths"),
    "nothing": (coco([]), "no annotations"),
    "no frame": (json.dumps({"images": [{"id": 1, "file_name": "x.jpg"}], "annotations": []}), "no frame_id"),
}


@pytest.mark.parametrize("name", BAD_COCO)
def test_refuses_bad_coco(name: str, read: Read) -> None:
    text, says = BAD_COCO[name]
    with pytest.raises(SourceError, match=says):
        read(text, **COCO)


def test_run_lengths_are_those_of_pycocotools() -> None:
    """What ``pycocotools.mask.encode`` writes for a mask of 3x4 whose second column is set, and for a longer one."""
    assert counts_of("336").tolist() == [3, 3, 6]
    assert counts_of("WSV:2d;1O1").tolist()[:2] == [333927, 2]
    with pytest.raises(ValueError, match="neither a text"):
        counts_of(None)


def burst(**more: Any) -> dict[str, Any]:
    """Two of three pictures are annotated: a mask of the second column, then a box; a track that is never there."""
    return {
        "seq_name": "clip", "width": 4, "height": 3, "all_image_paths": ["0.jpg", "1.jpg", "2.jpg"],
        "annotated_image_paths": ["0.jpg", "2.jpg"], "track_category_ids": {"7": 1, "8": 1},
        "segmentations": [{"7": {"rle": "336", "is_gt": True}}, {"8": {"bbox": [1, 1, 2, 2]}}], **more,
    }  # fmt: skip


def test_burst(tmp_path: Path) -> None:
    path = tmp_path / "val.json"
    path.write_text(json.dumps({"sequences": [burst()], "categories": CATEGORIES}), "utf-8")
    table = labelferry.read(path).to_dataframe().fillna(0)
    assert table[["global_key", "kind", "feature", "frame", "area", "width"]].values.tolist() == [
        ["clip", "box", "car", 3, 0, 2],
        ["clip", "mask", "car", 1, 3, 0],
    ]


@pytest.mark.parametrize(
    ("sequences", "message"),
    [
        ([burst(all_image_paths=["0.jpg"])], "'2.jpg' is not among all_image_paths"),
        ([burst(segmentations=[])], "no annotations"),
        ([burst(), burst(seq_name="other")], "2 videos, and one global_key"),
    ],
    ids=["a picture of no frame", "nothing", "one key for two"],
)
def test_what_of_burst_is_refused(sequences: list[Any], message: str, read: Read) -> None:
    text = json.dumps({"sequences": sequences, "categories": CATEGORIES})
    with pytest.raises(SourceError, match=message):
        read(text, **COCO, global_key="street")


def keyframe(frame: int, enabled: bool = True, **more: Any) -> dict[str, Any]:
    return {"frame": frame, "enabled": enabled, "x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, **more}


def task(*results: dict[str, Any], video: str = "clip.mp4") -> dict[str, Any]:
    return {"data": {"video": video}, "annotations": [{"result": list(results)}]}


def region(*sequence: dict[str, Any], **more: Any) -> dict[str, Any]:
    value = {"sequence": list(sequence), "labels": ["car"], **more}
    return {"id": "r1", "type": "videorectangle", "from_name": "box", "value": value}


MEDIA = {"clip.mp4": Media(200, 100)}


def test_a_disabled_key_frame_is_the_last_one_seen(read: Read) -> None:
    text = json.dumps([task(region(keyframe(1), keyframe(5, False), keyframe(9), framesCount=20))])
    (video,) = read(text, MEDIA, **STUDIO)
    (track,) = video.tracks
    assert (track.frames.tolist(), track.segment.tolist()) == ([1, 5, 9, 20], [0, 0, 1, 1])
    assert track.coords[0].tolist() == [20, 20, 60, 40]
    assert track.instance == "r1"


def test_a_turned_box_cannot_be_held(read: Read, notes: list[Finding]) -> None:
    text = json.dumps(task(region(keyframe(1, rotation=90))))
    assert not read(text, MEDIA, **STUDIO)[0].tracks
    assert [note.code for note in notes] == ["unrepresentable"]
    (video,) = read(text, MEDIA, **STUDIO, unrepresentable="envelope")
    assert video.tracks[0].coords[0] == pytest.approx(np.array([-20, 20, 40, 60]))


def test_ranges_and_answers(read: Read) -> None:
    ranges = [
        {"id": at, "type": "timelinelabels", "from_name": "action", "value": {"ranges": [{"start": 1, "end": 5}],
                                                                              "timelinelabels": [name]}}
        for at, name in (("1", "run"), ("2", "jump"))
    ]  # fmt: skip
    choice = {"id": "3", "type": "choices", "from_name": "light", "value": {"choices": ["day"]}}
    (video,) = read(json.dumps([task(*ranges, choice)]), **STUDIO)
    found = {str(each.feature): (each.question, [str(a) for a in each.answers]) for each in video.classifications}
    assert found == {"action": (AnswerKind.TEMPORAL, ["run", "jump"]), "light": (AnswerKind.RADIO, ["day"])}


def test_several_tasks_are_several_videos(read: Read) -> None:
    tasks = [task(region(keyframe(1)), video=f"/data/upload/1/0a1b2c3d-{name}.mp4") for name in ("a", "b")]
    media = {f"{name}.mp4": Media(9, 9) for name in ("a", "b")}
    assert [video.row.global_key for video in read(json.dumps(tasks), media, **STUDIO)] == ["a.mp4", "b.mp4"]
    with pytest.raises(SourceError, match="2 tasks, and one global_key"):
        read(json.dumps(tasks), media, **STUDIO, global_key="a")


def test_percent_need_a_size(read: Read) -> None:
    with pytest.raises(SourceError, match=r"needs the video's width and height.*'clip.mp4'"):
        read(json.dumps([task(region(keyframe(1)))]), **STUDIO)


def exported(annotations: dict[str, Any]) -> str:
    return json.dumps(
        {"data_row": {"global_key": "clip"}, "projects": {"p": {"labels": [{"annotations": annotations}]}}}
    )


def test_an_export_v2_with_answers(read: Read) -> None:
    def radio(name: str) -> dict[str, Any]:
        return {"name": "light", "feature_id": "q", "radio_answer": {"name": name, "classifications": []}}

    frames = {"3": {"objects": {}, "classifications": [radio("on")]}, "6": {"classifications": [radio("off")]}}
    text = {"name": "note", "text_answer": {"content": "hello"}}
    (video,) = read(exported({"frames": frames, "segments": {"q": [[3, 9]]}, "classifications": [text]}), **EXPORT)
    table = video.to_dataframe()[["question", "answer", "start", "end"]]
    rows = [[None if each is not each else each for each in row] for row in table.astype(object).values.tolist()]
    assert [row[:2] for row in rows] == [["note", "hello"], ["light", "on"], ["light", "off"]]
    assert [row[2:] for row in rows[1:]] == [[3, 5], [6, 9]]


def test_an_export_v1(read: Read) -> None:
    bbox = {"left": 1, "top": 2, "width": 3, "height": 4}
    pages = [{"frameNumber": at, "objects": [{"featureId": "f", "title": "Fish", "bbox": bbox}]} for at in (1, 2, 4)]
    text = json.dumps([{"DataRow ID": "c", "External ID": "a.mp4", "Labeled Data": "x", "Label": pages}])
    (video,) = read(text, **EXPORT)
    assert (video.row.global_key, video.tracks[0].segment.tolist()) == ("a.mp4", [0, 0, 1])


def test_a_mask_by_url_is_said(read: Read, notes: list[Finding]) -> None:
    page = {"1": {"objects": {"f": {"name": "sky", "mask": {"url": "https://x/y.png"}}}}}
    read(exported({"frames": page}), **EXPORT)
    assert [(note.code, "mask by URL" in note.message) for note in notes] == [("unrepresentable", True)]


def test_one_project_of_several(read: Read) -> None:
    point = {"name": "tip", "point": {"x": 1, "y": 2}}
    labels = {"labels": [{"annotations": {"frames": {"1": {"objects": {"f": point}}}}}]}
    text = json.dumps(
        {"data_row": {"id": "c1"}, "projects": {"p1": {"name": "A", **labels}, "p2": {"name": "B", **labels}}}
    )
    assert len(read(text, **EXPORT)) == 2
    assert len(read(text, **EXPORT, project="B")) == 1


def studio(*results: dict[str, Any]) -> str:
    return json.dumps([{"id": 1, "data": {"video": "a.mp4"}, "annotations": [{"result": list(results)}]}])


def asked_of(kind: str, **more: Any) -> dict[str, Any]:
    sides = {"x": 10, "y": 20, "width": 30, "height": 40}
    keyframes = [{"frame": at, "enabled": at < 3, **sides} for at in (1, 3)]
    return {"id": "r", "from_name": kind, "type": kind, "value": {"sequence": keyframes, "framesCount": 9, **more}}


def test_what_label_studio_asks_about_a_region_is_an_answer_on_its_track(read: Read) -> None:
    text = studio(asked_of("videorectangle", labels=["car"]), asked_of("choices", choices=["moving"]))
    (video,) = read(text, {"a.mp4": Media(100, 100)}, **STUDIO)
    (track,) = video.tracks
    assert (str(track.feature), track.frames.tolist()) == ("car", [1, 3])
    (asked,) = track.classifications
    assert (str(asked.feature), [str(each) for each in asked.answers]) == ("choices", ["moving"])


def test_label_studio_s_regions_of_one_id_are_two_tracks_when_their_key_frames_differ(read: Read) -> None:
    other = asked_of("videorectangle", labels=["car"])
    other["value"]["sequence"] = other["value"]["sequence"][:1]
    (video,) = read(studio(asked_of("videorectangle", labels=["car"]), other), {"a.mp4": Media(100, 100)}, **STUDIO)
    assert [track.frames.tolist() for track in video.tracks] == [[1, 3], [1, 9]]


def test_label_studio_s_ranges_on_the_sound_of_a_video_are_seconds(read: Read) -> None:
    sound = {"from_name": "tricks", "type": "labels", "value": {"start": 0.5, "end": 1.5, "labels": ["kick"]}}
    (video,) = read(studio(sound), {"a.mp4": Media(100, 100, 10.0)}, **STUDIO)
    (asked,) = video.classifications
    assert [(str(each.feature), [tuple(span) for span in each.spans]) for each in asked.answers] == [
        ("kick", [(6, 15)])
    ]
    sound["value"] |= {"start": 2.0}
    with pytest.raises(SourceError, match=r"2\.0 to 1\.5 is not a range of the video"):
        read(studio(sound), {"a.mp4": Media(100, 100, 10.0)}, **STUDIO)


def test_the_frames_of_a_labelbox_export_v1_alone(tmp_path: Path) -> None:
    def line(frame: int) -> dict[str, Any]:
        side = {"left": frame, "top": 2, "width": 3, "height": 4}
        return {
            "frameNumber": frame,
            "objects": [{"featureId": "f", "title": "car", "bbox": side}],
            "classifications": [],
        }

    path = tmp_path / "street.ndjson"
    path.write_text("\n".join(json.dumps(line(frame)) for frame in (1, 2)), "utf-8")
    table = labelferry.read(path).to_dataframe()
    assert table[["global_key", "feature", "frame", "left"]].values.tolist() == [
        ["street", "car", 1, 1.0],
        ["street", "car", 2, 2.0],
    ]


def test_a_labelbox_export_v1_with_the_url_of_its_frames_says_what_to_read(read: Read) -> None:
    row = {"DataRow ID": "d", "Labeled Data": "https://x/a.mp4", "Label": {"frames": "https://x/frames"}}
    with pytest.raises(SourceError, match="the URL of the frames, not the frames; download"):
        read(json.dumps([row]), **EXPORT)
