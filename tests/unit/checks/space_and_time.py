"""Labels whose frames, shapes or masks break a rule, and what it says of them."""

from collections.abc import Mapping

import numpy as np

from labelferry.model.rules import FrameRule, MaskRule, ShapeRule
from tests.unit.checks.labels import (
    BLUE,
    RADIO,
    RED,
    TEMPORAL,
    Case,
    asked,
    box,
    line,
    masks,
    option,
    other_mode,
    picture,
    point,
    video,
)

CASES: Mapping[str, Case] = {
    # frames
    "frame 0": Case(
        FrameRule.FRAME_BEFORE_FIRST,
        video(box(frames=(0, 1))),
        "error: 'car' (track 7) has frame 0; the first frame of a video is 1",
    ),
    "frame 101": Case(
        FrameRule.FRAME_BEYOND_END,
        video(box(frames=(99, 101, 102), instance="4")),
        "error: 'car' (track 4) has 2 frames beyond the video's end, up to 102; the video has 100",
    ),
    "mask frame 0": Case(
        FrameRule.FRAME_BEFORE_FIRST, video(masks(picture(RED), first=0)), "error: the mask has frame 0"
    ),
    "mask frame 101": Case(
        FrameRule.FRAME_BEYOND_END,
        video(masks(picture(RED), first=101)),
        "error: the mask has 1 frame beyond the video's end",
    ),
    "range after the video": Case(
        FrameRule.RANGE_OUTSIDE_VIDEO,
        video(asked("light", TEMPORAL, option("on", (90, 101)))),
        "error: answer 'on' of 'light' is for frames 90-101; the video has 100 frames",
    ),
    "range from frame 0": Case(
        FrameRule.RANGE_OF_OTHER_BASE,
        video(asked("light", TEMPORAL, option("on", (0, 99)))),
        "warning: answer 'on' of 'light' is for frames 0-99; counting from 1, ranges go from 1 to 100;"
        " it is sent unchanged; if the source counts from 0, set frames: {temporal_base: 0}",
    ),
    "child partly outside": Case(
        FrameRule.RANGE_OUTSIDE_PARENT,
        video(
            asked("light", TEMPORAL, option("on", (0, 10), inside=(asked("why", TEMPORAL, option("sun", (5, 15))),)))
        ),
        "error: answer 'sun' of 'light' > 'on' > 'why' is for frames 5-15, but its parent answer has frames 0-10",
    ),
    "child without parent frames": Case(
        FrameRule.RANGE_OUTSIDE_PARENT,
        video(asked("weather", RADIO, option("wet", inside=(asked("x", TEMPORAL, option("y", (1, 2))),)))),
        "but its parent answer has no frames of its own",
    ),
    "sparse": Case(
        FrameRule.SEGMENTS_SINGLE,
        video(box(frames=(1, 10, 20), segment=np.array([0, 1, 2]))),
        "warning: 'car' has 3 segments of one frame each",
    ),
    # geometry
    "no width": Case(
        ShapeRule.BOX_WITHOUT_AREA,
        video(box(rows=[[4, 4, 8, 8], [4, 4, 0, 8]])),
        "warning: 'car' has 1 box without area, first at",
    ),
    "negative": Case(
        ShapeRule.BOX_WITHOUT_AREA,
        video(box(rows=[[4, 4, -2, 8], [4, 4, 8, -1]])),
        "warning: 'car' has 2 boxes without area",
    ),
    "outside": Case(
        ShapeRule.SHAPE_OUTSIDE,
        video(box(rows=[[4, 4, 8, 8], [65, 4, 8, 8]])),
        "warning: 'car' is entirely outside the picture (64x48) at 1 keyframe, first at frame 2",
    ),
    "partly outside": Case(
        ShapeRule.SHAPE_PARTLY_OUTSIDE,
        video(box(rows=[[60, 4, 8, 8], [4, -1, 8, 8]])),
        "warning: 2 shapes in 1 track partly outside the picture (64x48), first 'car' at frame 1",
    ),
    "fractions": Case(
        ShapeRule.SHAPES_LIKE_FRACTIONS,
        video(box(rows=[[0.1, 0.2, 0.3, 0.4], [0.1, 0.9, 0.3, 0.4]])),
        "error: all 2 boxes of clip.mp4 are smaller than two pixels",
    ),
    "point outside": Case(
        ShapeRule.SHAPE_OUTSIDE, video(point(x=80)), "warning: 'ball' is entirely outside the picture"
    ),
    "line partly outside": Case(
        ShapeRule.SHAPE_PARTLY_OUTSIDE,
        video(line((1, 1), (80, 5))),
        "warning: 1 shape in 1 track partly outside",
    ),
    # masks
    "no png": Case(MaskRule.MASK_NOT_PNG, video(masks(b"hello")), "error: the mask of frame 1 is not a PNG"),
    "broken png": Case(
        MaskRule.MASK_NOT_PNG,
        video(masks(picture(RED)[:-30])),
        "error: the mask of frame 1 is a broken PNG",
    ),
    "rgba": Case(
        MaskRule.MASK_NOT_RGB,
        video(masks(other_mode("RGBA"))),
        "error: the mask of frame 1 is RGBA of 8 bits, not 3-channel RGB",
    ),
    "palette": Case(MaskRule.MASK_NOT_RGB, video(masks(other_mode("P"))), "is a palette of 8 bits, not"),
    "grey": Case(MaskRule.MASK_NOT_RGB, video(masks(other_mode("L"))), "is greyscale of 8 bits, not"),
    "colour absent": Case(
        MaskRule.MASK_COLOUR_ABSENT,
        video(masks(picture(RED), colours=(RED, BLUE))),
        "error: no mask has the colour (0, 0, 255) of 'sky'; give the colour as drawn (they have: (255, 0, 0))",
    ),
    "colour twice": Case(
        MaskRule.MASK_COLOUR_TWICE,
        video(masks(picture(RED), colours=(RED, RED))),
        "warning: the colour (255, 0, 0) belongs to",
    ),
    "black": Case(
        MaskRule.MASK_COLOUR_BLACK,
        video(masks(picture(RED), colours=(RED, (0, 0, 0)))),
        "error: an instance of 'sky' is black",
    ),
    "no colour": Case(
        MaskRule.MASK_COLOUR_RANGE,
        video(masks(picture(RED), colours=(RED, (300, -1, 0)))),
        "error: (300, -1, 0) of 'sky' is not an RGB",
    ),
    "other size": Case(
        MaskRule.MASK_SIZE_NOT_VIDEO,
        video(masks(picture(RED, size=(24, 32)))),
        "error: the mask of frame 1 has 32x24 pixels, but the video 64x48",
    ),
    "sizes differ": Case(
        MaskRule.MASK_SIZES_DIFFER,
        video(masks(picture(RED), picture(RED, size=(24, 32)))),
        "error: the masks have different sizes: 64x48 at frame 1, 32x24 at frame 2",
    ),
    "colour unclaimed": Case(
        MaskRule.MASK_COLOUR_UNCLAIMED,
        video(masks(picture(RED, BLUE))),
        "warning: 1 colour in the masks without an instance ((0, 0, 255)); their pixels are ignored",
    ),
    "frame in two lines": Case(
        MaskRule.MASK_FRAME_TWICE,
        video(masks(picture(RED)), masks(picture(RED))),
        "error: frame 1 of clip.mp4 already has a composite mask",
    ),
    "by URL": Case(MaskRule.MASK_BY_URL, video(masks("https://x/y.png")), "warning: 1 composite mask is given by URL"),
}
