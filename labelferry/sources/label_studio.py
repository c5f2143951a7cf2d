"""Label Studio's JSON export of video tasks -> LabelledVideo.

Frames count from 1, boxes are percent of the picture. A key frame with ``enabled: false`` is the last one in which the
object is seen; after it there is nothing until the next one that is enabled. An object whose last key frame is enabled
stays to the end of the video, where the file says how long that is. ``timelinelabels`` are answers for ranges of
frames, both ends included. Facts: https://labelstud.io/tags/videorectangle, https://labelstud.io/tags/timelinelabels
and ``postprocessing/video.py`` of the label-studio-sdk.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StrictInt, StrictStr, field_validator, model_validator

from labelferry.model import LabelledVideo, Where
from labelferry.model.keys import legal
from labelferry.sources.documents import Node, document_of
from labelferry.sources.entry import LabelsEntry
from labelferry.sources.glance import Glance
from labelferry.sources.keys import GlobalKey
from labelferry.sources.label_studio_results import take_results
from labelferry.sources.media_beside import VIDEO_ENDINGS
from labelferry.sources.objects import Objects, ShapedEntry
from labelferry.sources.reader import CERTAIN, Guess, Reader
from labelferry.sources.source import Source
from labelferry.sources.text import empty, fault

__all__ = ["READER", "LabelStudioLabels", "read"]

UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the name of an uploaded file."""
OF_VIDEO = ("videorectangle", "timelinelabels")
"""Types of results that no other format has."""
SERVER = "give the URL of the server alone, such as http://localhost:8080; the project has its own key, project:"


class LabelStudioLabels(ShapedEntry):
    """An export of Label Studio, JSON, of tasks with a video, or a project on a running server (url and project)."""

    path: str = Field(default="", description=LabelsEntry.model_fields["path"].description)
    format: Literal["label-studio"]
    url: str | None = Field(
        default=None,
        description="Instead of path: a running Label Studio, such as http://localhost:8080; its token is taken from "
        "LABEL_STUDIO_API_KEY",
    )
    project: StrictInt | StrictStr | None = Field(
        default=None, description="With url: the project, by its id or its exact title"
    )
    global_key: GlobalKey | None = Field(
        default=None, description="The video, when the file has one; by default the name of the task's video file"
    )

    @field_validator("url")
    @classmethod
    def _server(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError(SERVER)
        if "@" in parts.netloc or parts.query or parts.fragment or "/projects" in parts.path:
            raise ValueError(SERVER)
        return url.rstrip("/")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) != (self.project is None) or (self.url is None) != bool(self.path):
            raise ValueError("give either path, or url and project")
        return self


def read(source: Source[LabelStudioLabels]) -> Iterator[LabelledVideo]:
    """Read an export: a video for each task.

    Args:
        source: the file; takes findings about shapes that an import cannot hold.

    Yields:
        One video for each task with labels.

    Raises:
        SourceError: when it is not an export, or a value is not what it should be.
    """
    found = list(_tasks(document_of(source)))
    if source.entry.global_key and len(found) > 1:
        what = f"{len(found)} tasks, and one global_key"
        raise fault(source.file, None, what, "leave it out: each task names its video")
    labelled = False
    for task, results in found:
        if results:
            labelled = True
            yield _video(task, results, source)
    if not labelled:
        raise empty(source.file, "no labels in its tasks")


def _tasks(document: Node) -> Iterator[tuple[Node, list[Node]]]:
    """Yield each task with its results: of the first annotation that is not cancelled, else of a prediction."""
    for task in document.items() if isinstance(document.value, list) else (document,):
        if isinstance(task.get("result").value, list):  # an annotation or a prediction alone
            yield task, list(task.get("result").items())
        elif isinstance(task.get("annotation").value, dict):  # what a webhook sends
            yield task.get("task"), list(task.get("annotation").get("result").items())
        else:
            yield task, _results(task)


def _results(task: Node) -> list[Node]:
    for name in ("annotations", "completions", "predictions"):
        for annotation in task.get(name).items():
            if not annotation.get("was_cancelled").value and annotation.get("result").value:
                return list(annotation.get("result").items())
    return list(_minimal(task))


def _minimal(task: Node) -> Iterator[Node]:
    """The regions of a task as JSON-MIN has them: lists of values by the name of their tag."""
    for name, node in task.members():
        for at, value in enumerate(node.items()):
            ranges = next(value.get("ranges").items(), Node(None, value.file))
            if isinstance(value.get("sequence").value, list) or isinstance(ranges.value, dict):
                kind = "timelinelabels" if value.get("sequence").value is None else "videorectangle"
                whole = {"from_name": name, "type": kind, "value": value.value, "id": f"{name} {at + 1}"}
                yield Node(whole, value.file, value.path)


def _key(task: Node, source: Source[LabelStudioLabels]) -> str:
    if source.entry.global_key:
        return source.entry.global_key
    places = [value.text("") for _, value in (*task.get("data").members(), *task.members())]
    named = next((place for place in places if _is_video(place)), next(filter(None, places), ""))
    if not named:
        raise fault(source.file, None, "the task does not name its video", "say global_key: in the spec")
    return legal(UPLOADED.sub("", PurePath(named.split("?")[0]).name))


def _is_video(place: str) -> bool:
    return PurePath(place.split("?")[0]).suffix.lower() in VIDEO_ENDINGS


def _video(task: Node, results: list[Node], source: Source[LabelStudioLabels]) -> LabelledVideo:
    key, entry = _key(task, source), source.entry
    objects = Objects(key, Where(source.file, detail=key), source.note, entry.unrepresentable, entry.classes)
    size = take_results(objects, results, source)
    return objects.finished(size, gaps="bridge")


def _recognise(look: Glance) -> Guess | None:
    value = look.json
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return None
    results = next((each for _, each in _tasks(Node(first, look.name)) if each), [])
    if not any(map(_is_result, results)):
        return None
    named = _names_a_video(first)
    return Guess(CERTAIN, "results with from_name and value", {} if named else {"global_key": "{stem}"})


def _names_a_video(task: Mapping[str, Any]) -> bool:
    texts = (value for value in task.values() if isinstance(value, str))
    return isinstance(task.get("data"), dict) or "task" in task or any(map(_is_video, texts))


def _is_result(node: Node) -> bool:
    value = node.get("value").value
    return isinstance(value, dict) and (bool(node.get("from_name").value) or node.get("type").value in OF_VIDEO)


READER = Reader(
    LabelStudioLabels,
    read,
    _recognise,
    endings=(".json",),
    signs="JSON of tasks, annotations or predictions whose results have from_name, or a type of video, and value",
    takes="videorectangle as boxes with what is asked about each, timelinelabels, ranges of the sound and choices as "
    "answers, textarea as text",
    leaves="rotated boxes (see unrepresentable), regions of pictures, scores, all but the first annotation of a task",
)
