"""The guide's ontology and payloads, as a user would type them."""

import io
from typing import Any

import labelbox as lb
import labelbox.types as T
from PIL import Image

VIDEO = "https://storage.googleapis.com/labelbox-datasets/video-sample-data/sample-video-2.mp4"
Kind = lb.Classification.Type
INDEX = lb.Classification.Scope.INDEX


def options(*values: str) -> list[Any]:
    return [lb.Option(value=value) for value in values]


def classification(kind: Any, name: str, values: list[Any] | None = None, **more: Any) -> Any:
    return lb.Classification(class_type=kind, name=name, options=values or [], **more)


FIRSTS = ("first_checklist_answer", "second_checklist_answer")
RADIOS = ("first_radio_answer", "second_radio_answer")


def tools() -> list[Any]:
    tool = lb.Tool.Type
    nested = [classification(Kind.RADIO, "checklist_class", options(*FIRSTS), scope=INDEX)]
    text = [classification(Kind.TEXT, "sub_free_text")]
    return [
        lb.Tool(tool=tool.BBOX, name="bbox_video"),
        lb.Tool(tool=tool.POINT, name="point_video"),
        lb.Tool(tool=tool.LINE, name="line_video_frame"),
        lb.Tool(tool=tool.RASTER_SEGMENTATION, name="video_mask"),
        lb.Tool(tool=tool.BBOX, name="bbox_class", classifications=nested),
        lb.Tool(tool=tool.RASTER_SEGMENTATION, name="mask_with_text_subclass", classifications=text),
    ]


def of_the_video() -> list[Any]:
    sub_radio = classification(Kind.RADIO, "sub_radio_question", options("first_sub_radio_answer"))
    sub_checklist = classification(Kind.CHECKLIST, "sub_checklist_question", options("first_sub_checklist_answer"))
    radio_option = lb.Option("first_radio_answer", options=[sub_radio])
    checklist_option = lb.Option("first_checklist_answer", options=[sub_checklist])
    return [
        classification(Kind.RADIO, "nested_radio_question", [radio_option]),
        classification(Kind.CHECKLIST, "nested_checklist_question", [checklist_option]),
        classification(Kind.RADIO, "radio_class_global", options(*RADIOS)),
        classification(Kind.CHECKLIST, "checklist_class_global", options(*FIRSTS)),
        classification(Kind.TEXT, "free_text"),
        classification(Kind.TEXT, "free_text_global"),
    ]


def of_frames() -> list[Any]:
    risk = classification(Kind.RADIO, "risk_level", options("high"))
    distraction = classification(Kind.RADIO, "distraction_type", [lb.Option("mobile_phone_use", options=[risk])])
    distracted = [lb.Option("distracted", options=[distraction])]
    conditions = options("rain", "construction_zone", "low_visibility")
    return [
        classification(Kind.CHECKLIST, "checklist_class", options(*FIRSTS), scope=INDEX),
        classification(Kind.RADIO, "radio_class", options(*RADIOS), scope=INDEX),
        classification(Kind.CHECKLIST, "road_conditions", conditions, scope=INDEX),
        classification(Kind.RADIO, "traffic_light_state", options("red", "green"), scope=INDEX),
        classification(Kind.TEXT, "play_description", scope=INDEX),
        classification(Kind.RADIO, "driver_behavior", distracted, scope=INDEX),
    ]


def ontology() -> dict[str, Any]:
    """The guide's ontology, with the names that its examples use and its ontology forgets."""
    return lb.OntologyBuilder(tools=tools(), classifications=[*of_frames(), *of_the_video()]).asdict()


BOX = {"top": 617, "left": 1371, "height": 419, "width": 505}
BOX2 = {"top": 146.0, "left": 98.0, "height": 382.0, "width": 341.0}


def rectangle(box: dict[str, float]) -> Any:
    start = T.Point(x=box["left"], y=box["top"])
    return T.Rectangle(start=start, end=T.Point(x=box["left"] + box["width"], y=box["top"] + box["height"]))


def boxes(name: str, frames: list[int], box: dict[str, float]) -> list[Any]:
    return [
        T.VideoObjectAnnotation(name=name, keyframe=True, frame=frame, segment_index=0, value=rectangle(box))
        for frame in frames
    ]


def checklist(*names: str) -> Any:
    return T.Checklist(answer=[T.ClassificationAnswer(name=name) for name in names])


def radio(name: str, classifications: list[Any] | None = None) -> Any:
    return T.Radio(answer=T.ClassificationAnswer(name=name, classifications=classifications or []))


def mask_png(*colours: tuple[int, int, int]) -> bytes:
    image = Image.new("RGB", (64, 48))
    for number, colour in enumerate(colours):
        image.paste(colour, (10 * number, 0, 10 * number + 8, 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def masks() -> Any:
    colours = [(227, 135, 126), (169, 248, 152), (76, 104, 177)]
    frames = [
        T.MaskFrame(index=1, im_bytes=mask_png(*colours[:2])),
        T.MaskFrame(index=24, im_bytes=mask_png(*colours)),
    ]
    instances = [T.MaskInstance(color_rgb=colour, name="video_mask") for colour in colours]
    return T.VideoMaskAnnotation(frames=frames, instances=instances)


def frame_answers() -> list[Any]:
    def at(name: str, frames: tuple[int, ...], value: Any) -> list[Any]:
        return [T.VideoClassificationAnnotation(name=name, frame=f, segment_index=0, value=value) for f in frames]

    return [
        at("checklist_class", (29, 35), checklist(*FIRSTS)),
        at("radio_class", (9, 15), radio("first_radio_answer")),
    ]


def objects() -> list[Any]:
    line = T.Line(points=[T.Point(x=680, y=100), T.Point(x=100, y=190)])
    with_radio = boxes("bbox_class", [10, 11, 13], BOX2)
    for annotation, answer in zip(with_radio[1:], FIRSTS, strict=True):
        annotation.classifications = [T.ClassificationAnnotation(name="checklist_class", value=checklist(answer))]
    lines = [
        T.VideoObjectAnnotation(name="line_video_frame", keyframe=True, frame=frame, segment_index=segment, value=line)
        for frame, segment in ((5, 0), (20, 0), (24, 1), (45, 1))
    ]
    return [
        boxes("bbox_video", [13, 19], BOX),
        with_radio,
        boxes("bbox_video", [22, 27], BOX),
        boxes("bbox_video", [22, 27], BOX2),
        [T.VideoObjectAnnotation(name="point_video", keyframe=True, frame=17, value=T.Point(x=660.134, y=407.926))],
        lines,
    ]


def global_answers() -> list[Any]:
    nested = T.ClassificationAnnotation(name="sub_checklist_question", value=checklist("first_sub_checklist_answer"))
    answer = T.ClassificationAnswer(name="first_checklist_answer", classifications=[nested])
    nested_radio = T.ClassificationAnnotation(name="sub_radio_question", value=radio("first_sub_radio_answer"))
    return [
        [T.ClassificationAnnotation(name="checklist_class_global", value=checklist(*FIRSTS))],
        [T.ClassificationAnnotation(name="radio_class_global", value=radio("first_radio_answer"))],
        [T.ClassificationAnnotation(name="nested_checklist_question", value=T.Checklist(answer=[answer]))],
        [T.ClassificationAnnotation(name="nested_radio_question", value=radio("first_radio_answer", [nested_radio]))],
        [T.ClassificationAnnotation(name="free_text_global", value=T.Text(answer="sample text"))],
    ]


def temporal_answers() -> list[Any]:
    red = T.TemporalClassificationAnswer(name="red", frames=[(0, 300)])
    green = T.TemporalClassificationAnswer(name="green", frames=[(301, 800)])
    return [
        [T.TemporalClassificationText(name="free_text", value=[(13, 19, "sample text")])],
        [T.TemporalClassificationQuestion(name="traffic_light_state", value=[red, green])],
    ]


def annotations() -> list[Any]:
    """Step 5's list: each entry is one label."""
    return [*frame_answers(), *objects(), *global_answers(), *temporal_answers(), [masks()]]


def labels(global_key: str, *, benchmark: bool = True) -> list[Any]:
    return [
        T.Label(data={"global_key": global_key}, annotations=each, is_benchmark_reference=benchmark)
        for each in annotations()
    ]
