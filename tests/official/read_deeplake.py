"""What deeplake's reader of Labelbox exports makes of a labelled video: goes to stdout as JSON, frame by frame.

Run by the Python of an environment that holds deeplake and the official SDK, with ENDPOINT, KEY and URL.
"""

import contextlib
import json
import sys

import deeplake
from deeplake.integrations.labelbox import converters as kinds
from deeplake.integrations.labelbox.deeplake_utils import dataset_wrapper
from deeplake.integrations.labelbox.labelbox_converter import labelbox_video_converter
from labelled import connected, labelled, question

FRAMES = 30
CONVERTERS = {
    "rectangle": kinds.bbox_converter_,
    "radio": kinds.radio_converter_,
    "checklist": kinds.checkbox_converter_,
    "point": kinds.point_converter_,
    "line": kinds.line_converter_,
    "text": kinds.text_converter_,
}
KEYFRAMES = [
    {"frame": 3, "bbox": {"top": 10, "left": 20, "height": 30, "width": 40}},
    {"frame": 7, "bbox": {"top": 10, "left": 60, "height": 30, "width": 40}},
]
RANGES = [{"start": 5, "end": 9}, {"start": 20, "end": 20}]
LINES = [
    {"name": "car", "segments": [{"keyframes": KEYFRAMES}]},
    {"name": "light", "answer": {"name": "green", "frames": RANGES}},
    {"name": "signs", "answer": [{"name": "stop", "frames": RANGES}, {"name": "yield", "frames": RANGES}]},
]


def ontology():
    """A box, a question with one answer and one with several, asked on frames."""
    tools = [{"tool": "rectangle", "name": "car", "classifications": []}]
    light = question("radio", "light", "red", "green", scope="index")
    signs = question("checklist", "signs", "stop", "yield", scope="index")
    return {"tools": tools, "classifications": [light, signs]}


def exported(project):
    """The export as deeplake asks for it: without the frames between keyframes."""
    task = project.export(params={"data_row_details": True, "project_details": True, "label_details": True})
    task.wait_till_done()
    return [entry.json for entry in task.get_buffered_stream()]


def main():
    """Label a video, export it, let deeplake read it, and return what stands on each of its frames."""
    endpoint, key, url = sys.argv[1:]
    client = connected(endpoint, key)
    project, made, _ = labelled(client, url, ontology(), LINES)
    columns = deeplake.create("mem://labelbox")
    columns.add_column("frame", dtype="int32")
    columns.append([{"frame": number} for number in range(FRAMES)])
    columns.metadata["labelbox_meta"] = {"sources": [url]}
    found = dataset_wrapper(columns)
    context = {"ds": found, "lb_api_key": key}
    reader = labelbox_video_converter(made, CONVERTERS, exported(project), project.uid, found, context)
    read = reader.dataset_with_applied_annotations()
    return {name: [plain(read[name][number]) for number in range(FRAMES)] for name in ("car", "light", "signs")}


def plain(value):
    """A cell as JSON."""
    return value.tolist() if hasattr(value, "tolist") else value


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    sys.stdout.write(json.dumps(result))
