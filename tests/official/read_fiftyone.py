"""What FiftyOne's converter makes of a labelled video: goes to stdout as JSON, frame by frame.

Run by the Python of an environment that holds FiftyOne and the official SDK, with ENDPOINT, KEY and URL. The converter
is called as FiftyOne's ``download_annotations`` calls it, which itself works at hosts named ``api.`` only, and needs a
database of its own.
"""

import contextlib
import json
import sys

from fiftyone.utils.labelbox import _LabelboxExportToFiftyOneConverterV2 as Converter
from fiftyone.utils.labelbox import download_labels_from_labelbox
from labelled import connected, labelled, question

SIZE = (320, 240)
CAR = [
    {
        "frame": 3,
        "bbox": {"top": 24, "left": 32, "height": 48, "width": 64},
        "classifications": [{"name": "lamp", "answer": {"name": "on"}}],
    },
    {"frame": 5, "bbox": {"top": 24, "left": 96, "height": 48, "width": 64}},
]
BALL = [{"frame": 4, "point": {"x": 160, "y": 120}}]
LANE = [{"frame": 4, "line": [{"x": 0, "y": 0}, {"x": 320, "y": 240}]}]
RANGES = [{"start": 4, "end": 5}]
LINES = [
    {"name": "car", "segments": [{"keyframes": CAR}]},
    {"name": "ball", "segments": [{"keyframes": BALL}]},
    {"name": "lane", "segments": [{"keyframes": LANE}]},
    {"name": "light", "answer": {"name": "green", "frames": RANGES}},
    {"name": "signs", "answer": [{"name": "stop", "frames": RANGES}, {"name": "yield", "frames": RANGES}]},
]


def ontology():
    """Three shapes, one of them with a question, and two questions asked on frames."""
    lamp = question("radio", "lamp", "on", "off")
    tools = [
        {"tool": "rectangle", "name": "car", "classifications": [lamp]},
        {"tool": "point", "name": "ball", "classifications": []},
        {"tool": "line", "name": "lane", "classifications": []},
    ]
    light = question("radio", "light", "red", "green", scope="index")
    signs = question("checklist", "signs", "stop", "yield", scope="index")
    return {"tools": tools, "classifications": [light, signs]}


def main():
    """Label a video, and return what FiftyOne reads on each of its frames."""
    endpoint, key, url = sys.argv[1:]
    client = connected(endpoint, key)
    project, _, row = labelled(client, url, ontology(), LINES)
    (exported,) = download_labels_from_labelbox(project)
    assert Converter._get_global_key(exported) == row
    frames = Converter._iter_video_labels(exported, project.uid)
    return {number: read(content, client.headers) for number, content in frames}


def read(content, headers):
    """A frame's labels by the name of their field."""
    found = Converter._parse_image_labels(content, SIZE, class_attr="class_name", headers=headers)
    return {name: plain(label) for name, label in found.items()}


def plain(label):
    """One of FiftyOne's labels without its ids."""
    if isinstance(label, list):
        return [plain(each) for each in label]
    if isinstance(label, dict):
        return {name: plain(value) for name, value in label.items() if not name.startswith("_")}
    return plain(label.to_dict()) if hasattr(label, "to_dict") else label


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    sys.stdout.write(json.dumps(result))
