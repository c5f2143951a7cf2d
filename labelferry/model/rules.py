"""The table of rules: everything that checks and readers may find in the input, each with an id, message and remedy.

A section is an enum; its docstring says where the facts come from, and its members' names are the ids. Messages and
remedies are ``str.format`` templates (see ``rule.py``).
"""

from labelferry.model.findings import Severity
from labelferry.model.input_rules import ReaderRule, VideoRule
from labelferry.model.rule import Rule

__all__ = [
    "SECTIONS",
    "AnswerRule",
    "FrameRule",
    "LineRule",
    "MaskRule",
    "NameRule",
    "ShapeRule",
]

ERROR, WARNING = Severity


class LineRule(Rule):
    """The row is in the manifest, ids are unique, no name has too many lines.

    The limit of lines per name is a constant of the official SDK; lines of masks have no name and do not count.
    """

    ROW_UNKNOWN = (
        ERROR,
        "labels for the global key '{key}', which is not among the videos",
        "add the video to the manifest, correct the key, or say on_missing_video: skip to leave them out",
    )
    ROW_MISSPELLED = (
        ERROR,
        "labels for the global key '{key}', which is not among the videos",
        "did you mean '{similar_key}'? Write the key as the manifest has it",
    )
    ROW_OF_FOLDER = (
        ERROR,
        "labels for the global key '{key}', which is not among the videos, but the file's folder '{folder}' is",
        "say global_key: '{placeholder}'",
    )
    UUID_TWICE = (ERROR, "the uuid {uuid} is also used at {other_place}", "give each annotation its own uuid, or none")
    LINES_TOO_MANY = (
        ERROR,
        "{count:,} annotations of '{feature}' on {video}; an import takes 5,000 per row",
        "join them into fewer tracks, or split them over several names",
    )


class NameRule(Rule):
    """Every feature, option and nested question is in the ontology and of its kind.

    Imports match by exact name. A list with one option for a radio, and a single option for a checklist, are both in
    the guide and are accepted; options for a text, or a text for options, never are.
    """

    NAME_UNKNOWN = (
        ERROR,
        "the ontology has no {feature}",
        "add it to the ontology or use another name (it has: {known_names})",
    )
    NAME_MISSPELLED = (
        ERROR,
        "the ontology has no {feature}",
        "did you mean '{similar_name}'? Names must match exactly",
    )
    NAME_LOOKS_ALIKE = (
        ERROR,
        "the ontology has no {feature}",
        "it has '{similar_name}', which looks the same and differs in {characters}; write both alike",
    )
    NAME_OF_OTHER_KIND = (
        ERROR,
        "the ontology has no {feature}",
        "'{name}' is a {other_kind} in it; label it as one, or add the {kind}",
    )
    NAME_AMBIGUOUS = (
        ERROR,
        "the ontology has several features called '{name}'",
        "imports match by name: rename all but one in Labelbox, or give the schema id",
    )
    SCHEMA_ID_UNKNOWN = (ERROR, "the ontology has no {feature}", "correct the id, or give only the name")
    SCHEMA_ID_UNCHECKED = (
        WARNING,
        "the {feature} is given by schema id {schema_id} and the ontology has no ids, so it cannot be checked",
        "name it, or take the ontology from Labelbox",
    )
    TOOL_KIND = (
        ERROR,
        "'{name}' is a {kind} here and a {other_kind} in the ontology",
        "use a tool of kind {kind}, or another name",
    )
    QUESTION_KIND = (
        ERROR,
        "{question} is answered with {given} but is a {kind} in the ontology",
        "answer it as the ontology asks, or use another name",
    )


class AnswerRule(Rule):
    """The scope fits, each question is answered once, and a radio has one answer at a time.

    The guide requires scope index for frames; the official SDK's tests have a checklist of scope global that accepts
    them, and show that what is nested in an answer on a keyframe is dropped. Labelbox ignores confidence, with a
    warning.
    """

    SCOPE_INDEX = (
        WARNING,
        "'{question}' is answered for the whole video but has scope index in the ontology",
        "answer it for ranges of frames, or give the question scope global",
    )
    SCOPE_GLOBAL = (
        WARNING,
        "'{question}' is answered for frames but has scope global in the ontology",
        "Labelbox has accepted such answers; to be safe, give the question scope index when the ontology is created",
    )
    NESTED_UNDER_KEYFRAME = (
        WARNING,
        "{count:question|questions} nested in an answer on a keyframe, first {question}; Labelbox drops these",
        "make it a question of the tool itself, or of the video",
    )
    CONFIDENCE_IGNORED = (
        WARNING,
        "{count:classification|classifications} of {video} with a confidence, which Labelbox ignores, first {question}",
        "only the number is lost; leave it out to silence this",
    )
    ANSWERED_TWICE = (
        ERROR,
        "{question} is already answered at {other_place}",
        "keep one; a checklist takes all its options in one annotation",
    )
    ANSWERED_DIFFERENTLY = (
        ERROR,
        "{question} is already answered at {other_place}, with {answer} here and {other_answer} there",
        "keep one; a checklist takes all its options in one annotation",
    )
    RADIO_SEVERAL_ANSWERS = (
        ERROR,
        "{question} is a radio and has {count} answers: {answers}",
        "keep one answer, or make the question a checklist",
    )
    RADIO_OVERLAP = (
        ERROR,
        "{question} is a radio and has two answers at frame {frame}: '{first}' ({other_place}) and '{second}'",
        "shorten one of the ranges, or make the question a checklist",
    )


class FrameRule(Rule):
    """Frames are within the video, and nested ranges within their parents'.

    Tools count frames from 1; ranges most likely too, since the official SDK's tests read one from frame 7 back at
    frame 7 of the map that tools fill, though the guide's begin at 0. Nothing is interpolated between two segments.
    """

    FRAME_BEFORE_FIRST = (
        ERROR,
        "{label} has frame {frame}; the first frame of a video is 1",
        "if the source counts from 0, set frame_base: 0 (MOT, tables) or add 1 to its frames",
    )
    FRAME_BEYOND_END = (
        ERROR,
        "{label} has {count:frame|frames} beyond the video's end, up to {last}; the video has {video_frames}",
        "remove them, correct the video's frame_count, or shift the frames of the file with frame_offset",
    )
    SEGMENTS_SINGLE = (
        WARNING,
        "'{feature}' has {count} segments of one frame each, so nothing is interpolated between them",
        "if they are keyframes of one movement, say gaps: bridge (in Python give them the same segment_index)",
    )
    FRAMES_LIKE_SECONDS = (
        WARNING,
        "the labels of {video} are on frames {first} to {last} of {video_frames:,}, as if they counted seconds",
        "if the file counts extracted frames, say frame_step, such as {step} for one a second",
    )
    RANGE_OUTSIDE_VIDEO = (
        ERROR,
        "answer '{answer}' of {question} is for frames {frames}; the video has {video_frames:frame|frames}",
        "correct the range, or the video's frame_count",
    )
    RANGE_OF_OTHER_BASE = (
        WARNING,
        "answer '{answer}' of {question} is for frames {frames}; counting from {base}, ranges go from {allowed}",
        "it is sent unchanged; if the source counts from {other_base}, set frames: {{temporal_base: {other_base}}}",
    )
    RANGE_CUT = (
        WARNING,
        "answer '{answer}' of '{question}' is for frames {frames}; this account counts from {base}: {sent} is sent",
        "nothing has to be done; the self-test measured it, and every other frame keeps its number",
    )
    RANGE_OUTSIDE_PARENT = (
        ERROR,
        "answer '{answer}' of {question} is for frames {frames}, but its parent answer has {allowed}",
        "keep nested ranges inside those of the parent answer, or widen that one",
    )


class ShapeRule(Rule):
    """Boxes have an area, shapes are inside the picture. All of these are warnings: Labelbox accepts such shapes."""

    BOX_WITHOUT_AREA = (
        WARNING,
        "'{feature}' has {count:box|boxes} without area, first at frame {frame}",
        "such a box cannot be seen or selected; give it a width and a height, or remove the keyframe",
    )
    SHAPES_LIKE_FRACTIONS = (
        ERROR,
        "all {count:box|boxes} of {video} are smaller than two pixels, which looks like fractions of the picture",
        "in a table say normalized: true; else multiply them by the width and height of the video",
    )
    SHAPE_OUTSIDE = (
        WARNING,
        "'{feature}' is entirely outside {picture} at {count:keyframe|keyframes}, first at frame {frame}",
        "remove these keyframes, or check whether the source uses another picture size",
    )
    SHAPE_PARTLY_OUTSIDE = (
        WARNING,
        "{count:shape|shapes} in {tracks:track|tracks} partly outside {picture}, first '{feature}' at frame {frame}",
        "they are sent unchanged; clip them in the source if they should be inside",
    )


class MaskRule(Rule):
    """Composites are RGB PNGs of the video's size, and colours tell the instances apart.

    Labelbox accepts one 3-channel composite per frame; a colour that no composite has is refused, pixels of a colour
    that no instance has are ignored. https://docs.labelbox.com/reference/import-video-annotations
    """

    MASK_FRAME_TWICE = (
        ERROR,
        "frame {frame} of {video} already has a composite mask at {other_place}",
        "Labelbox accepts one per frame; draw all instances into one picture",
    )
    MASK_COLOUR_TWICE = (
        WARNING,
        "the colour {colour} belongs to '{first}' and again to '{second}': the last named is taken to have its pixels",
        "give each instance a colour of its own; Labelbox's guide repeats one and does not say which instance gets it",
    )
    MASK_COLOUR_BLACK = (ERROR, "an instance of '{feature}' is black, which is the background", "use another colour")
    MASK_COLOUR_RANGE = (ERROR, "{colour} of '{feature}' is not an RGB colour", "give three numbers from 0 to 255")
    MASK_BY_URL = (
        WARNING,
        "{count:composite mask is|composite masks are} given by URL and not checked",
        "nothing to do if they are correct; give bytes or files to have them checked",
    )
    MASK_NOT_PNG = (ERROR, "the mask of frame {frame} is {problem}", "give a readable PNG")
    MASK_NOT_RGB = (
        ERROR,
        "the mask of frame {frame} is {mode}, not 3-channel RGB of 8 bits",
        "Labelbox accepts only that; save it in mode RGB, without transparency or palette",
    )
    MASK_SIZES_DIFFER = (ERROR, "the masks have different sizes: {sizes}", "all must have the size of the video")
    MASK_SIZE_NOT_VIDEO = (
        ERROR,
        "the mask of frame {frame} has {size} pixels, but the video {video_size}",
        "draw masks in the size of the video, or correct width and height in the manifest",
    )
    MASK_COLOUR_ABSENT = (
        ERROR,
        "no mask has the colour {colour} of '{feature}'",
        "give the colour as drawn (they have: {drawn}), or remove the instance",
    )
    MASK_COLOUR_UNCLAIMED = (
        WARNING,
        "{count:colour|colours} in the masks without an instance ({colours}); their pixels are ignored",
        "add instances for them, or save masks without smoothing",
    )


SECTIONS = (LineRule, NameRule, AnswerRule, FrameRule, ShapeRule, MaskRule, ReaderRule, VideoRule)
