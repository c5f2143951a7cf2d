"""Real files of every format, read without a word about them: format, videos, tracks and rows of each kind.

The counts are those of the readers when they were written down here: they guard against change, and prove no more.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import labelferry
from labelferry.errors import SourceError

COUNTS: dict[str, tuple[str, int, int, dict[str, int]]] = {
    "coco_vid/mmtracking/demo_cocovid_data/ann.json": ("coco", 1, 5, {"box": 10}),
    "coco_vid/mmtracking/demo_vis_data/ann.json": ("coco", 1, 1, {"mask": 1}),
    "coco_vid/sam2/sav_000001_manual.json": ("coco", 1, 5, {"mask": 480}),
    "cvat_rest/cvat/annotations.json": ("cvat-json", 1, 49, {"box": 33, "point": 18, "classification": 11, "line": 3}),
    "cvat_video/JAAD/annotations/video_0002.xml": ("cvat", 1, 2, {"box": 350, "classification": 36}),
    "cvat_video/JAAD/annotations/video_0003.xml": ("cvat", 1, 3, {"box": 495, "classification": 23}),
    "cvat_video/JAAD/annotations/video_0005.xml": ("cvat", 1, 8, {"box": 1201, "classification": 82}),
    "cvat_video/JAAD/annotations/video_0102.xml": ("cvat", 1, 9, {"box": 3021, "classification": 133}),
    "cvat_video/datumaro/annotations.xml": ("cvat", 1, 5, {"point": 3, "classification": 3, "box": 1, "line": 1}),
    "cvat_video/kabr-tools/MINISCENE1/DJI_tracks.xml": ("cvat", 1, 2, {"box": 42}),
    "encord/encord-client-python/data_1.labels.json": ("encord", 1, 4, {"box": 7, "point": 1}),
    "encord/encord-client-python/video_with_dynamic_classifications.labels.json": (
        "encord",
        1,
        2,
        {"classification": 8, "box": 4},
    ),
    "jaad_frame_attrs/JAAD/annotations_traffic/video_0002_traffic.xml": ("jaad", 1, 0, {"classification": 5}),
    "jaad_frame_attrs/JAAD/annotations_traffic/video_0003_traffic.xml": ("jaad", 1, 0, {"classification": 4}),
    "jaad_frame_attrs/JAAD/annotations_traffic/video_0005_traffic.xml": ("jaad", 1, 0, {"classification": 6}),
    "jaad_frame_attrs/JAAD/annotations_traffic/video_0102_traffic.xml": ("jaad", 1, 0, {"classification": 4}),
    "jaad_frame_attrs/JAAD/annotations_vehicle/video_0002_vehicle.xml": ("jaad", 1, 0, {"classification": 2}),
    "jaad_frame_attrs/JAAD/annotations_vehicle/video_0003_vehicle.xml": ("jaad", 1, 0, {"classification": 3}),
    "jaad_frame_attrs/JAAD/annotations_vehicle/video_0005_vehicle.xml": ("jaad", 1, 0, {"classification": 3}),
    "jaad_frame_attrs/JAAD/annotations_vehicle/video_0102_vehicle.xml": ("jaad", 1, 0, {"classification": 5}),
    "kitti_tracking/AB3DMOT/label_02/0000.txt": ("kitti", 1, 15, {"box": 711}),
    "kitti_tracking/AB3DMOT/label_02/0004.txt": ("kitti", 1, 41, {"box": 1113}),
    "kitti_tracking/AB3DMOT/label_02/0012.txt": ("kitti", 1, 4, {"box": 249}),
    "label_studio/dagshub-annotation-converter/sample_task.json": ("label-studio", 1, 2, {"box": 10}),
    "label_studio/label-studio-ml-backend/opossum_snow_short_1.json": ("label-studio", 1, 16, {"box": 142}),
    "label_studio/label-studio-ml-backend/test_timeline_labels_1.json": ("label-studio", 1, 0, {"classification": 2}),
    "labelbox_export/labelbox-python/export_v2_label.json": ("labelbox", 1, 1, {"box": 3, "classification": 1}),
    "labelbox_export/labelbox-python/video_export.json": ("labelbox", 1, 7, {"box": 500}),
    "labelbox_import/labelbox-python/annotation_import_video.ndjson": (
        "ndjson",
        1,
        0,
        {"classification": 13, "box": 9, "line": 4, "point": 1},
    ),
    "labelbox_import/labelbox-python/video_import.json": (
        "ndjson",
        1,
        0,
        {"classification": 4, "line": 3, "point": 3, "box": 3},
    ),
    "mot/dagshub-annotation-converter/seq/gt/gt.txt": ("mot", 1, 2, {"box": 10}),
    "mot/mmtracking/TUD-Campus/gt/gt.txt": ("mot", 1, 8, {"box": 359}),
    "mot/motmetrics/TUD-Campus/gt/gt.txt": ("mot", 1, 8, {"box": 359}),
    "mot/motmetrics/TUD-Campus/tracker_output.txt": ("mot", 1, 13, {"box": 222}),
    "mot/sort/ETH-Sunnyday/det/det.txt": ("mot", 1, 2176, {"box": 2176}),
    "mot/sort/TUD-Campus/det/det.txt": ("mot", 1, 321, {"box": 321}),
    "mots_txt/TrackEval/example_line.txt": ("mots", 1, 1, {"mask": 1}),
    "supervisely/supervisely-sdk/car_example.mp4.json": ("frame-list", 1, 1, {"box": 1, "classification": 1}),
    "temporal/ActivityNet/sample_detection_prediction.json": ("activitynet", 4926, 0, {"classification": 7654}),
    "temporal/epic-kitchens-100-annotations/EPIC_100_validation.csv": ("ranges", 138, 0, {"classification": 19336}),
    "temporal/mmaction2/annotations/action_test_anno.json": ("activitynet", 2, 0, {"classification": 2}),
    "temporal/mmaction2/ava_dataset/ava_sample.csv": ("ava", 2, 2, {"classification": 8, "box": 3}),
    "temporal/mmaction2/eval_localization/gt.json": ("activitynet", 2, 0, {"classification": 4}),
    "temporal/mmaction2/eval_localization/result.json": ("activitynet", 2, 0, {"classification": 14}),
    "tracker_output/mmtracking/TUD-Campus.txt": ("mot", 1, 13, {"box": 222}),
    "v7_darwin/darwin-py/video_annotations_with_subtypes/mini_uct.json": (
        "darwin",
        1,
        6,
        {"point": 8, "classification": 6, "box": 3, "mask": 3, "line": 2},
    ),
    "v7_darwin/darwin-py/csv_tags_video.csv": ("ranges", 1, 0, {"classification": 2}),
    "via2_csv_json/via/sherlock_ep01_tracks_FRCNN.csv": ("via", 1, 4, {"box": 427}),
    "via3_temporal/vital-ultrasound/01NVb-003-060-1-4CV.json": ("via", 1, 0, {"classification": 1}),
    "via3_temporal/vital-ultrasound/01NVb-003-063-1-4CV.json": ("via", 1, 0, {"classification": 2}),
    "via3_temporal/vital-ultrasound/01NVb-003-063-3-4CV.json": ("via", 1, 0, {"classification": 1}),
    "via3_temporal/vital-ultrasound/01NVb-003-064-2-4CV.json": ("via", 1, 0, {"classification": 3}),
    "via3_temporal/vital-ultrasound/01NVb-003-065-2-4CV.json": ("via", 1, 0, {"classification": 4}),
    "via3_temporal/vital-ultrasound/01NVb-003-066-1-4CV.json": ("via", 1, 0, {"classification": 1}),
    "via3_temporal/vital-ultrasound/01NVb-003-068-1-4CV.json": ("via", 1, 0, {"classification": 2}),
    "via3_temporal/vital-ultrasound/01NVb-003-069-1-4CV.json": ("via", 1, 0, {"classification": 2}),
    "via3_temporal/vital-ultrasound/01NVb-003-069-3-4CV.json": ("via", 1, 0, {"classification": 2}),
    "via3_temporal/vital-ultrasound/01NVb-003-070-2-4CV.json": ("via", 1, 0, {"classification": 4}),
    "via3_temporal/vital-ultrasound/01NVb-003-071-1-4CV.json": ("via", 1, 0, {"classification": 1}),
    "via3_temporal/vital-ultrasound/01NVb-003-071-3-4CV.json": ("via", 1, 0, {"classification": 1}),
    "davis_png/davis2017-evaluation/osvos/judo": ("masks", 1, 2, {"mask": 63}),
    "davis_png/davis2017-evaluation/osvos/car-shadow": ("masks", 1, 1, {"mask": 40}),
    "davis_png/davis2017-evaluation/rvos/scooter-black": ("masks", 1, 20, {"mask": 737}),
    "mots_png/datumaro/train/instances": ("masks", 1, 4, {"mask": 4}),
    "mots_png/bdd100k/to_rle/seg_track/masks/0": ("masks", 1, 11, {"mask": 22}),
}
NO_LABELS = {
    "datumaro_json/datumaro/train.json": "has no frame",
    "encord/encord-client-python/data_1.ontology.json": "a .json file could be table, coco",
    "jaad_frame_attrs/JAAD/annotations_attributes/video_0002_attributes.xml": "has no boxes; read the file",
    "jaad_frame_attrs/JAAD/annotations_appearance/video_0002_appearance.xml": "has no boxes; read the file",
    "labelbox_export/MHSVD/MHSVD_Annotator1.part.json": "its features have ids and no names",
    "mot/dagshub-annotation-converter/seq/gt/labels.txt": "a .txt file could be mot, table",
    "temporal/epic-kitchens-100-annotations/EPIC_100_video_info.csv": "a .csv file could be mot, table",
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def counted(reading: Any) -> tuple[str, int, int, dict[str, int]]:
    table = reading.to_dataframe()
    (format_name,) = reading.formats
    tracks = int(table.groupby("global_key").track.nunique().sum())
    return format_name, table.global_key.nunique(), tracks, table.kind.value_counts().to_dict()


@pytest.mark.parametrize("name", COUNTS)
def test_is_read_without_a_format(name: str, shared: Path) -> None:
    assert counted(labelferry.read(shared / "data" / name)) == COUNTS[name]


@pytest.mark.parametrize("name", NO_LABELS)
def test_what_has_no_labels_says_so(name: str, shared: Path) -> None:
    with pytest.raises(SourceError, match=NO_LABELS[name]):
        list(labelferry.read(shared / "data" / name))
