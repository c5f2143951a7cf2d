"""The video tutorial's annotations as Python objects: every kind that Labelbox imports on video."""

import numpy as np

import labelferry.types as lb_types

ROW = {"global_key": "sample-video-jellyfish.mp4"}
SIZE = (1080, 1920, 3)


def box(left: float, top: float, width: float, height: float) -> lb_types.Rectangle:
    return lb_types.Rectangle(start=lb_types.Point(x=left, y=top), end=lb_types.Point(x=left + width, y=top + height))


def line(*points: tuple[float, float]) -> lb_types.Line:
    return lb_types.Line(points=[lb_types.Point(x=x, y=y) for x, y in points])


def radio(name: str, nested: lb_types.ClassificationAnnotation | None = None) -> lb_types.Radio:
    return lb_types.Radio(answer=lb_types.ClassificationAnswer(name=name, classifications=[nested] if nested else None))


def checklist(*names: str, nested: lb_types.ClassificationAnnotation | None = None) -> lb_types.Checklist:
    return lb_types.Checklist(
        answer=[lb_types.ClassificationAnswer(name=n, classifications=[nested] if nested else None) for n in names]
    )


def keyframes(name: str, *shapes: tuple[int, int, object]) -> list[lb_types.VideoObjectAnnotation]:
    """(frame, segment, shape) triples of one track."""
    return [
        lb_types.VideoObjectAnnotation(name=name, keyframe=True, frame=frame, segment_index=segment, value=shape)
        for frame, segment, shape in shapes
    ]


def picture(*blobs: tuple[tuple[int, int, int], slice, slice]) -> np.ndarray:
    """A composite mask: black, with one coloured rectangle for each blob."""
    image = np.zeros(SIZE, dtype=np.uint8)
    for colour, rows, columns in blobs:
        image[rows, columns] = colour
    return image


ANSWERS = ("first_checklist_answer", "second_checklist_answer")
LARGE, SMALL = box(1371, 617, 505, 419), box(98, 146, 341, 382)

whole_video = [
    lb_types.ClassificationAnnotation(name="checklist_class_global", value=checklist(*ANSWERS)),
    lb_types.ClassificationAnnotation(name="radio_class_global", value=radio("first_radio_answer")),
    lb_types.ClassificationAnnotation(name="free_text_global", value=lb_types.Text(answer="sample text")),
    lb_types.ClassificationAnnotation(
        name="nested_checklist_question",
        value=checklist(
            "first_checklist_answer",
            nested=lb_types.ClassificationAnnotation(
                name="sub_checklist_question", value=checklist("first_sub_checklist_answer")
            ),
        ),
    ),
    lb_types.ClassificationAnnotation(
        name="nested_radio_question",
        value=radio(
            "first_radio_answer",
            nested=lb_types.ClassificationAnnotation(name="sub_radio_question", value=radio("first_sub_radio_answer")),
        ),
    ),
]

at_frames = [
    *(
        lb_types.VideoClassificationAnnotation(
            name="checklist_class", frame=frame, segment_index=0, value=checklist(*ANSWERS)
        )
        for frame in (29, 35)
    ),
    *(
        lb_types.VideoClassificationAnnotation(
            name="radio_class", frame=frame, segment_index=0, value=radio("first_radio_answer")
        )
        for frame in (9, 15)
    ),
    lb_types.TemporalClassificationText(name="free_text", value=[(13, 19, "sample text")]),
]

over_time = [
    lb_types.TemporalClassificationQuestion(
        name="road_conditions",
        value=[
            lb_types.TemporalClassificationAnswer(name="rain", frames=[(0, 450), (900, 1200)]),
            lb_types.TemporalClassificationAnswer(name="construction_zone", frames=[(600, 1000)]),
            lb_types.TemporalClassificationAnswer(name="low_visibility", frames=[(950, 1200)]),
        ],
    ),
    lb_types.TemporalClassificationQuestion(
        name="traffic_light_state",
        value=[
            lb_types.TemporalClassificationAnswer(name="red", frames=[(0, 300)]),
            lb_types.TemporalClassificationAnswer(name="green", frames=[(301, 800)]),
        ],
    ),
    lb_types.TemporalClassificationText(
        name="play_description",
        value=[
            (120, 240, "Quarterback throws a deep pass"),
            (241, 310, "Wide receiver catches the ball"),
            (311, 380, "Touchdown scored"),
        ],
    ),
    lb_types.TemporalClassificationQuestion(
        name="driver_behavior",
        value=[
            lb_types.TemporalClassificationAnswer(
                name="distracted",
                frames=[(500, 900)],
                classifications=[
                    lb_types.TemporalClassificationQuestion(
                        name="distraction_type",
                        value=[
                            lb_types.TemporalClassificationAnswer(
                                name="mobile_phone_use",
                                frames=[(550, 850)],
                                classifications=[
                                    lb_types.TemporalClassificationQuestion(
                                        name="risk_level",
                                        value=[lb_types.TemporalClassificationAnswer(name="high", frames=[(700, 850)])],
                                    )
                                ],
                            )
                        ],
                    )
                ],
            )
        ],
    ),
]

point = lb_types.VideoObjectAnnotation(
    name="point_video", keyframe=True, frame=17, value=lb_types.Point(x=660.134, y=407.926)
)
polyline = keyframes(
    "line_video_frame",
    (5, 0, line((680, 100), (100, 190), (190, 220))),
    (20, 0, line((680, 180), (100, 200), (200, 260))),
    (24, 1, line((300, 310), (330, 430))),
    (45, 1, line((600, 810), (900, 930))),
)
with_answers = [
    lb_types.VideoObjectAnnotation(
        name="bbox_class",
        keyframe=True,
        frame=frame,
        segment_index=0,
        value=SMALL,
        classifications=[lb_types.ClassificationAnnotation(name="checklist_class", value=checklist(name))]
        if name
        else None,
    )
    for frame, name in ((10, None), (11, ANSWERS[0]), (13, ANSWERS[1]))
]

RED, GREEN, BLUE = (227, 135, 126), (83, 152, 103), (76, 104, 177)
masks = lb_types.VideoMaskAnnotation(
    frames=[
        lb_types.MaskFrame(index=1, im_bytes=picture((RED, slice(100, 400), slice(200, 700)))),
        lb_types.MaskFrame(
            index=24,
            im_bytes=picture((RED, slice(120, 420), slice(240, 740)), (BLUE, slice(600, 900), slice(900, 1500))),
        ),
        lb_types.MaskFrame(
            index=26,
            im_bytes=picture((GREEN, slice(500, 800), slice(100, 300)), (BLUE, slice(600, 900), slice(920, 1520))),
        ),
    ],
    instances=[
        lb_types.MaskInstance(color_rgb=RED, name="video_mask"),
        lb_types.MaskInstance(color_rgb=GREEN, name="video_mask"),
        lb_types.MaskInstance(
            color_rgb=BLUE,
            name="mask_with_text_subclass",
            classifications=[
                lb_types.ClassificationAnnotation(name="sub_free_text", value=lb_types.Text(answer="a blue one"))
            ],
        ),
    ],
)

# One Label for each track: otherwise two boxes of one class would be one track.
labels = [
    lb_types.Label(data=ROW, annotations=annotations)
    for annotations in (
        [*whole_video, *at_frames, *over_time, masks],
        point,
        polyline,
        keyframes("bbox_video", (13, 0, LARGE), (19, 0, LARGE)),
        keyframes("bbox_video", (22, 0, LARGE), (27, 0, LARGE)),
        keyframes("bbox_video", (22, 0, SMALL), (27, 0, SMALL)),
        with_answers,
    )
]
