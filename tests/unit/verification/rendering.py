"""Import lines turned into an export, in the spellings on which public sources disagree."""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

from labelferry.model import Where
from labelferry.ndjson import read_line
from labelferry.verification import Pictures, RowContent, RowResult, compare, read_exported, read_sent

PROJECT = "project-1"
ROW = "clip-1"
DATA = "data:"
KINDS = {"bbox": "VideoBoundingBox", "point": "VideoPoint", "line": "VideoPolyline"}
MEMBERS = {"bbox": "bounding_box", "point": "point", "line": "line"}

Json = dict[str, Any]


def fetch(url: str) -> bytes | None:
    """Pictures are contained in their URL."""
    return b64decode(url.removeprefix(DATA)) if url.startswith(DATA) else None


def exported(lines: Iterable[Mapping[str, Any]], **options: Any) -> Json:
    """One label with all of the lines."""
    return {
        "data_row": {"global_key": ROW},
        "projects": {PROJECT: {"labels": [{"id": "label-1", "annotations": annotations(lines, **options)}]}},
    }


def annotations(lines: Iterable[Mapping[str, Any]], *, map_form: str = "list", members: Json | None = None) -> Json:
    page = Page({**MEMBERS, **(members or {})})
    for number, line in enumerate(lines):
        page.write(line, f"f{number}")
    marks: Json = page.marks
    if map_form == "object":
        marks = {feature: {str(frame): True for frame in frames} for feature, frames in marks.items()}
    return {
        "frames": page.frames,
        "segments": page.segments,
        "key_frame_feature_map": marks,
        "classifications": page.asked,
    }


class Page:
    def __init__(self, members: Json) -> None:
        self.members = members
        self.frames: Json = {}
        self.segments: Json = {}
        self.marks: dict[str, list[int]] = {}
        self.asked: list[Json] = []
        self.ids = iter(range(10**9))

    def write(self, line: Mapping[str, Any], feature: str) -> None:
        if "segments" in line:
            self.track(line, feature)
        elif "masks" in line:
            self.masks(line["masks"], feature)
        else:
            self.asked += self.entries(line)

    def place(self, frame: int, feature: str, shape: Json) -> None:
        page = self.frames.setdefault(str(frame), {"objects": {}, "classifications": []})
        page["objects"][feature] = shape

    def track(self, line: Mapping[str, Any], feature: str) -> None:
        segments = [segment["keyframes"] for segment in line["segments"]]
        self.segments[feature] = [[each[0]["frame"], each[-1]["frame"]] for each in segments]
        self.marks[feature] = [keyframe["frame"] for each in segments for keyframe in each]
        for keyframe in (keyframe for each in segments for keyframe in each):
            key = next(key for key in KINDS if key in keyframe)
            nested = [entry for node in keyframe.get("classifications", ()) for entry in self.entries(node)]
            shape = {"annotation_kind": KINDS[key], "classifications": nested, self.members[key]: keyframe[key]}
            self.place(keyframe["frame"], feature, heading(line, feature) | shape)

    def masks(self, masks: Mapping[str, Any], feature: str) -> None:
        for number, instance in enumerate(masks["instances"]):
            nested = [entry for node in instance.get("classifications", ()) for entry in self.entries(node)]
            for frame in masks["frames"]:
                image = {"url": DATA + frame["imBytes"], "color_rgb": instance["colorRGB"]}
                shape = {"annotation_kind": "VideoSegmentationMask", "classifications": nested, "composite_mask": image}
                self.place(frame["index"], f"{feature}-{number}", heading(instance, f"{feature}-{number}") | shape)

    def entries(self, node: Mapping[str, Any]) -> list[Json]:
        """An entry for each set of frames, and for each text: an entry has room for one text."""
        answer = node["answer"]
        if isinstance(answer, str):
            return [self.entry(node, [{**node, "value": answer, "name": None}], node.get("frames"))]
        sets: dict[str, list[Json]] = {}
        for each in answer if isinstance(answer, list) else [answer]:
            frames = each.get("frames", node.get("frames"))
            sets.setdefault(f"{frames} {each.get('value')}", []).append(each)
        return [self.entry(node, each, each[0].get("frames", node.get("frames"))) for each in sets.values()]

    def entry(self, node: Mapping[str, Any], answers: list[Json], spans: list[Json] | None) -> Json:
        feature = f"c{next(self.ids)}"
        if spans:
            self.segments[feature] = [[span["start"], span["end"]] for span in spans]
        options = [self.option(each) for each in answers]
        if "value" in answers[0]:
            return heading(node, feature) | {"text_answer": options[0]}
        return heading(node, feature) | {"checklist_answers": options}

    def option(self, answer: Json) -> Json:
        nested = [entry for node in answer.get("classifications", ()) for entry in self.entries(node)]
        if "value" in answer:
            return {"content": answer["value"], "classifications": nested}
        return heading(answer, f"c{next(self.ids)}") | {"classifications": nested}


def heading(node: Mapping[str, Any], feature: str) -> Json:
    return {
        "feature_id": feature,
        "feature_schema_id": f"schema of {node['name']}",
        "name": node["name"],
        "value": node["name"],
    }


def sent_of(lines: Iterable[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> RowContent:
    row = {"dataRow": {"globalKey": ROW}}
    videos = [read_line({**row, **line}, Where("labels.csv", number)) for number, line in enumerate(lines, 1)]
    return read_sent(videos, names or {}, Pictures(fetch))


def result_of(lines: list[Json], row: Mapping[str, Any], tolerance: float = 1e-3) -> RowResult:
    held = read_exported(row, PROJECT, Pictures(fetch))
    return compare(ROW, sent_of(lines, held.names), held, tolerance)
