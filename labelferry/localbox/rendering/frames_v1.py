"""A label's annotations turned into the form of the first exports: a line for each frame, and what is global.

SDKs before 5 read it (``project.label_generator()``, ``project.export_labels()``). The shape is that of the export in
their source distribution (3.77.0, tests/data/assets/labelbox_v1/video_export.json) and of the documentation's page
"Export video annotations" of the time: nested answers follow their parent in one list, ``keyframe`` says whether a
frame was labelled or lies between two that were.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Shown = dict[str, Any]
MaskUrl = Callable[[str, int], str]
"""The URL of a picture of one object on one frame, white where the object is."""
MEMBERS = {"bounding_box": "bbox", "point": "point", "line": "line"}


@dataclass(frozen=True)
class Look:
    """What a frame shows besides its annotations.

    Args:
        colours: of the tools, by the id of their feature schema.
        mask: returns the URL of a mask.
    """

    colours: Mapping[str, str]
    mask: MaskUrl


def lines(annotations: Shown, look: Look) -> Iterator[Shown]:
    """Yield a line for each frame of an export's ``annotations``."""
    marks = annotations["key_frame_feature_map"]
    for number, page in annotations["frames"].items():
        frame = int(number)
        keyed = {key for key, frames in marks.items() if frame in frames}
        answers = [each for entry in page["classifications"] for each in _entry(entry, entry["feature_id"] in keyed)]
        shapes = [_object(each, frame, look) | {"keyframe": key in keyed} for key, each in page["objects"].items()]
        yield {"frameNumber": frame, "classifications": answers, "objects": shapes}


def global_answers(annotations: Shown) -> list[Shown]:
    """Return the answers that hold for the whole video."""
    return [each for entry in annotations["classifications"] for each in _entry(entry)]


def _object(shown: Shown, frame: int, look: Look) -> Shown:
    made = _feature(shown) | {
        "value": shown["value"].lower().replace(" ", "_"),
        "color": look.colours.get(shown["feature_schema_id"]),
        "classifications": [each for entry in shown["classifications"] for each in _entry(entry)],
    }
    if "composite_mask" in shown:
        return made | {"instanceURI": look.mask(shown["feature_id"], frame)}
    return made | {old: shown[new] for new, old in MEMBERS.items() if new in shown}


def _feature(shown: Shown) -> Shown:
    schema = shown.get("feature_schema_id")
    ids = {"featureId": shown["feature_id"]} | ({"schemaId": schema} if schema else {})
    return ids | {"title": shown["name"], "value": shown["value"]}


def _entry(entry: Shown, keyframe: bool | None = None) -> Iterator[Shown]:
    """Yield an entry and those nested in its answers."""
    mark = {} if keyframe is None else {"keyframe": keyframe}
    yield _feature(entry) | mark | _answer(entry, mark)
    for answer in _answers(entry):
        for nested in answer.get("classifications", []):
            yield from _entry(nested, keyframe)


def _answer(entry: Shown, mark: Shown) -> Shown:
    if "text_answer" in entry:
        return {"answer": entry["text_answer"]["content"]}
    chosen = [_feature(each) | mark for each in _answers(entry)]
    return {"answer": chosen[0]} if "radio_answer" in entry else {"answers": chosen}


def _answers(entry: Shown) -> list[Shown]:
    if "checklist_answers" in entry:
        found: list[Shown] = entry["checklist_answers"]
        return found
    return [entry.get("radio_answer") or entry["text_answer"]]
