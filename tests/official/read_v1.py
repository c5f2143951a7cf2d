"""The first exports, read by an SDK that has them: goes to stdout as JSON.

Run by the Python of an environment that holds an SDK before 5, with ENDPOINT, KEY and URL.
"""

import base64
import contextlib
import io
import json
import sys
import uuid

import labelbox as lb
from labelled import connected, labelled, question
from PIL import Image

SIZE = (32, 24)
RED, BLUE = (255, 0, 0), (0, 0, 255)
BOX = {"top": 10, "left": 20, "height": 30, "width": 40}
CAR = [
    {"frame": 3, "bbox": BOX, "classifications": [{"name": "lamp", "answer": {"name": "on"}}]},
    {"frame": 5, "bbox": {**BOX, "left": 40}},
]
BALL = [{"frame": 4, "point": {"x": 7, "y": 8}}]
LANE = [{"frame": 4, "line": [{"x": 0, "y": 0}, {"x": 9, "y": 9}]}]
STOP, YIELD = [{"start": 4, "end": 6}], [{"start": 6, "end": 7}]


def composite():
    """A picture, the left half red, the right half blue."""
    image, out = Image.new("RGB", SIZE, BLUE), io.BytesIO()
    image.paste(RED, (0, 0, SIZE[0] // 2, SIZE[1]))
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def lines():
    """A line of every kind."""
    instances = [{"name": "Wet road", "colorRGB": colour} for colour in (RED, BLUE)]
    return [
        {"name": "car", "segments": [{"keyframes": CAR}]},
        {"name": "ball", "segments": [{"keyframes": BALL}]},
        {"name": "lane", "segments": [{"keyframes": LANE}]},
        {"name": "Wet road", "masks": {"frames": [{"index": 8, "imBytes": composite()}], "instances": instances}},
        {"name": "light", "answer": {"name": "green", "frames": [{"start": 1, "end": 2}]}},
        {"name": "signs", "answer": [{"name": "stop", "frames": STOP}, {"name": "yield", "frames": YIELD}]},
        {"name": "weather", "answer": {"name": "sun"}},
        {"name": "note", "answer": "all quiet"},
    ]


def ontology():
    """A tool of every kind, and questions about frames and about the video."""
    tools = [
        {"tool": "rectangle", "name": "car", "color": "#1c2d3e", "classifications": [question("radio", "lamp", "on")]},
        {"tool": "point", "name": "ball", "classifications": []},
        {"tool": "line", "name": "lane", "classifications": []},
        {"tool": "raster-segmentation", "name": "Wet road", "classifications": []},
    ]
    asked = [
        question("radio", "light", "red", "green", scope="index"),
        question("checklist", "signs", "stop", "yield", scope="index"),
        question("radio", "weather", "sun", "rain"),
        question("text", "note"),
    ]
    return {"tools": tools, "classifications": asked}


def rows(client, project, url):
    """What each export of rows has: keys, whether metadata is there."""
    key = uuid.uuid4().hex
    dataset = client.create_dataset(name=key, iam_integration=None)
    metadata = [{"name": "tag", "value": "night"}]
    row = {"row_data": url, "global_key": key, "external_id": "streets.mp4", "metadata_fields": metadata}
    dataset.create_data_rows([row]).wait_till_done()
    batch = project.create_batch(key, global_keys=[key])
    return {
        "key": key,
        "dataset": [plain(each) for each in dataset.export_data_rows()],
        "batch": [plain(each) for each in batch.export_data_rows(include_metadata=True)],
        "queue": [each["globalKey"] for each in project.export_queued_data_rows()],
    }


def plain(row):
    """A data row as JSON."""
    tags = [field["value"] for field in row.metadata_fields]
    return [row.global_key, row.external_id, row.row_data, row.media_attributes["frameCount"], tags, len(row.metadata)]


def annotations(label):
    """What the SDK made of a label, frame by frame."""
    return sorted((each.frame, each.name, said(each)) for each in label.annotations)


def said(annotation):
    """One annotation in a word: where it is and whether on a keyframe, or its answer."""
    value = annotation.value
    if hasattr(value, "mask"):
        array = value.draw()
        return f"{array.shape} {array[0][0].tolist()} {array[0][-1].tolist()}"
    if hasattr(value, "answer"):
        answers = value.answer if isinstance(value.answer, list) else [value.answer]
        return " ".join(f"{each.name} {each.keyframe}" for each in answers)
    nested = "".join(f" {each.name}={each.value.answer.name}" for each in annotation.classifications)
    points = [value.start, value.end] if hasattr(value, "start") else getattr(value, "points", [value])
    return f"{[(point.x, point.y) for point in points]} {annotation.keyframe}{nested}"


def main():
    """Label a video, and return what the first exports say of it."""
    endpoint, key, url = sys.argv[1:]
    client = connected(endpoint, key)
    project, _, video = labelled(client, url, ontology(), lines())
    (exported,) = project.export_labels(download=True)
    (label,) = project.label_generator()
    return {
        "version": lb.__version__,
        "video": video,
        "rows": rows(client, project, url),
        "label": exported,
        "color": next(each.extra["color"] for each in label.annotations if each.name == "car"),
        "annotations": annotations(label),
        "later": project.export_labels(download=True, start="2099-01-01"),
        "earlier": project.export_labels(download=True, last_activity_end="2020-01-01 00:00:01"),
        "issues": project.export_issues("Open"),
    }


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    sys.stdout.write(json.dumps(result))
