"""The table of rules, continued: what readers find in files of labels, and what is known of the video files.

See ``rules.py`` for how a section is written.
"""

from labelferry.model.findings import Severity
from labelferry.model.rule import Rule

__all__ = ["ReaderRule", "VideoRule"]

ERROR, WARNING = Severity


class ReaderRule(Rule):
    """What a reader cannot take it refuses, with the file, the line and a remedy. These are its warnings."""

    ROWS_IGNORED = (
        WARNING,
        "{count:,} of {total:row|rows} flagged 0 (ignore) in column 7 and left out",
        "set drop_ignored: false to keep them",
    )
    IDENTITY_MISSING = (
        WARNING,
        "{count:box has|boxes have} id {ids} (no track identity); each becomes a track of one keyframe",
        "run a tracker over them if they should be tracks",
    )
    TRACK_COLUMN_MISSING = (
        WARNING,
        "no column for track: each of the {count:,} boxes becomes a track of one keyframe",
        "name it, as in columns: {{track: id}}; if all are one object, say track_name: 1",
    )
    COLUMNS_IGNORED = (
        WARNING,
        "{count:column is|columns are} ignored: {names}",
        "name one in columns: if it has a part of the boxes",
    )
    CORNERS_SWAPPED = (
        WARNING,
        "{count:box has its corners|boxes have their corners} swapped; they are put right",
        "look at them if the file should have none",
    )
    TRACKS_OF_ONE_BOX = (
        WARNING,
        "each of the {count:,} tracks in column '{column}' has one box: it may number the rows, not the objects",
        "name the column of the objects, as in columns: {{track: object}}; without one, each box stays a track",
    )
    TRACK_IN_SEVERAL_FILES = (
        WARNING,
        "track {called} of '{feature}' on {video} was read from {other_place} too; these become two tracks",
        "if it is one object, put the rows into one file",
    )
    CORNER_ASSUMED = (
        WARNING,
        "columns '{x}' and '{y}' are taken as the left top corner of the boxes",
        "if they are the centre, say box: cxcywh; if they are the corner, say box: ltwh",
    )
    LIST_ASSUMED = (
        WARNING,
        "the four numbers of each box are taken as {parts}",
        "say box: {form} if that is right; else box: ltwh, xyxy or cxcywh",
    )
    CORNERS_UNLIKELY = (
        ERROR,
        "{swapped:,} of {count:,} boxes have their corners swapped, as if the columns were two points and no box",
        "name the columns, as in columns: {{left: x1, top: y1, right: x2, bottom: y2}}, if they are corners",
    )
    CORNERS_LIKELY = (
        WARNING,
        "in each of {count:,} rows columns 5 and 6 are larger than 3 and 4, as in two corners; they are read as a size",
        "if they are a corner, say format: table and header: [frame, track, x1, y1, x2, y2], with a name a column",
    )
    FRACTIONS_LIKELY = (
        ERROR,
        "no number of a box is larger than {largest}: fractions of the picture, where MOT files have pixels",
        "say format: table, normalized: true, header: [frame, track, left, top, width, height], with a name a column",
    )
    CLASS_NUMBERS = (
        ERROR,
        "the classes in column '{column}' are numbers without names: {numbers}",
        "name them, as in classes: {{{first}: car}}; to keep a number as a name, write {first}: '{first}'",
    )
    CLASS_UNNAMED = (
        WARNING,
        "the file does not say what the objects are; all of them are called '{name}'",
        "say it, as in class_name: car",
    )
    FRAMES_FROM_NAMES = (
        WARNING,
        "frames are the numbers in the names of column '{column}': the first is frame {number}",
        "if the first picture has another number, say frame_base or frame_offset",
    )
    LABELS_EMPTY = (
        WARNING,
        "{what}: nothing is taken from here",
        "nothing to do if there should be nothing; on_empty: fail makes it an error",
    )
    LABELS_OF_A_FORMAT = (
        WARNING,
        "'{file}', which this file reads, is in the format {format}",
        "say format: {format} and path: {file}, which takes its tasks, gaps and shapes as they are meant",
    )
    OLDER_KEY = (
        WARNING,
        "{count:line has|lines have} the older key 'answers'; it is read as 'answer'",
        "write answer, as Labelbox documents it today",
    )
    LABELS_LEFT_OUT = (
        WARNING,
        "labels for the global key '{key}', which is not among the videos, are left out",
        "add the video to the manifest; on_missing_video: fail makes it an error",
    )
    UNREPRESENTABLE = (
        ERROR,
        "{count:,} {thing} shapes: Labelbox imports none of them on video",
        "say unrepresentable: rasterize (draw them as masks), envelope (the box around each) or drop",
    )
    UNREPRESENTABLE_CHANGED = (
        WARNING,
        "{count:,} {thing} shapes, which Labelbox does not import on video, are {done}",
        "nothing to do if that is meant; unrepresentable: error stops at them",
    )
    MASKS_OVERLAP = (
        WARNING,
        "masks overlap in {count:frame|frames}, first in frame {frame}: shared pixels go to the later object",
        "a composite has one object at each pixel; cut the masks in the source if another should win",
    )
    SIZE_UNKNOWN = (
        WARNING,
        "the size of the video is not known: coordinates are fractions of its width and height, not pixels",
        "give width and height",
    )
    SECONDS_ASSUMED = (
        WARNING,
        "columns '{start}' and '{end}' are taken as seconds",
        "if they count frames, say columns: {{start_frame: {start}, end_frame: {end}}}",
    )
    LAYOUT_ASSUMED = (
        WARNING,
        "{doubt}; the layout is taken to be {layout}",
        "if it is another, say layout:",
    )
    POINTS_ASSUMED = (
        WARNING,
        "columns '{x}' and '{y}' have no size beside them: each row is a point",
        "if they are boxes, name the columns of their size, as in columns: {{width: w, height: h}}",
    )
    ROWS_HIDDEN = (
        WARNING,
        "{count:row is|rows are} left out, since column '{column}' says that nothing is visible",
        "nothing to do if that is meant; columns: {{visible: other}} names another column",
    )
    HEADER_ASSUMED = (
        WARNING,
        "the first line does not name the columns; they are read as {names}, the end {end}, frames from {base}",
        "if that is wrong, say header:, end: and frame_base:",
    )
    REGIONS_IGNORED = (
        WARNING,
        "{count:row|rows} of {kind}, which mark regions to ignore, are left out",
        "nothing to do",
    )
    REGIONS_NOT_READ = (
        WARNING,
        "{count:region|regions} of type {kind}, which have no frames of a video, are left out",
        "nothing to do if they belong to pictures; on a video, label with VideoRectangle or TimelineLabels",
    )
    RATE_UNKNOWN = (
        WARNING,
        "the frame rate of the video is not known: ranges are counted in milliseconds, not in frames",
        "give fps",
    )
    CLASSES_CHANGE = (
        WARNING,
        "{count:track changes its class|tracks change their class}, first {first}: {done}",
        "look at them; on_class_change: fail refuses them",
    )
    FILES_NOT_READ = (
        WARNING,
        "{count:file was|files were} not recognised as labels and left out, first {first}",
        "name the format if it should be read",
    )


class VideoRule(Rule):
    """Video files (https://docs.labelbox.com/reference/import-video-data), and rows that are in Labelbox already."""

    VIDEO_NOT_READ = (
        WARNING,
        "size and number of frames are not known, since PyAV is not installed",
        "pip install 'labelferry[video]', or give width, height and frame_count in the manifest",
    )
    FRAME_RATE_VARIES = (
        WARNING,
        "the frame rate varies",
        "frames and labels would drift apart; convert it to a constant rate (ffmpeg -i in.mp4 -r FPS out.mp4)",
    )
    ROW_DIFFERS = (
        WARNING,
        "the data row in Labelbox differs from the manifest: {differences}",
        "correct the manifest, or say on_existing: update",
    )
    PRELABELS_BESIDE = (
        WARNING,
        "more pre-labels were sent to a row that has some of an earlier import, and Labelbox may have replaced those",
        "look at the row in Labelbox; to have whole rows sent, name all rows of the earlier import in the spec",
    )
    MANIFEST_CONTRADICTED = (
        WARNING,
        "the manifest says {said}, the video file has {found}; the file is believed",
        "correct the manifest; if the labels were made on another version of the video, upload that one",
    )
    VIDEO_NOT_TAKEN = (
        WARNING,
        "{problem}, and Labelbox documents {wanted}",
        "convert it: ffmpeg -i in -c:v libx264 -pix_fmt yuv420p -vf scale=iw*sar:ih,setsar=1 out.mp4",
    )
    VIDEO_TOO_LONG = (
        WARNING,
        "the video has {count:,} frames, and Labelbox documents at most 20,000",
        "cut it into parts, each a video of its own",
    )
    ROW_DATA_PICTURE = (
        WARNING,
        "row_data '{row_data}' is a picture by its ending, and the project is for videos",
        "give the URL of a video",
    )
