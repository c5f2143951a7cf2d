"""The guide from its first step to its last with whichever SDK is installed: what it reads back goes to stdout as JSON.

Run by the Python of an environment that holds that SDK: ``python walk.py ENDPOINT KEY LINES``. ``LINES`` is a file with
the guide's lines, a JSON list, ``{"globalKey": "KEY"}`` in each; they are imported as ground truth and as pre-labels.
"""

import contextlib
import importlib.util
import json
import sys
import uuid
from pathlib import Path

import labelbox as lb
import labelbox.types as T

CASE = uuid.uuid4().hex[:12]
OWN = ("feature_id", "feature_schema_id")  # ids of this walk's ontology and annotations


def guide():
    """The guide's ontology and payloads: the same file that the tests of this version use."""
    place = Path(__file__).parents[1] / "conformance" / "guide.py"
    spec = importlib.util.spec_from_file_location("guide", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def annotations(module):
    """The guide's annotations, as far as this SDK has their classes."""
    temporal = module.temporal_answers() if hasattr(T, "TemporalClassificationText") else []
    return [*module.frame_answers(), *module.objects(), *module.global_answers(), *temporal, [module.masks()]]


def project_with_row(client, module, name):
    """A project with the guide's ontology and one video row; returns it and the row's key."""
    key = f"{name}-{CASE}"
    dataset = client.create_dataset(name=key, iam_integration=None)
    task = dataset.create_data_rows([{"row_data": module.VIDEO, "global_key": key, "media_type": "VIDEO"}])
    task.wait_till_done()
    assert not task.errors, task.errors
    project = client.create_project(name=key, media_type=lb.MediaType.Video)
    connect(client, project, module.ontology(), first_way=name == "python" and hasattr(project, "setup"))
    assert project.create_batch(key, global_keys=[key], priority=5).size == 1
    return project, key


def connect(client, project, tree, *, first_way):
    """Give a project its ontology: as an ontology of its own, or in the way of SDKs before 6."""
    if first_way:
        editor = next(client.get_labeling_frontends(where=lb.LabelingFrontend.name == "Editor"))
        project.setup(editor, tree)
        assert project.ontology().normalized["tools"], "the project has no ontology"
    else:
        project.connect_ontology(client.create_ontology(project.name, tree, media_type=lb.MediaType.Video))


def imported(kind, client, project, payload):
    """Import annotations or lines; every one must be taken."""
    create = kind.create_from_objects
    job = create(client, project.uid, f"{kind.__name__} {uuid.uuid4()}", payload)
    job.wait_until_done()
    assert job.errors == [], job.errors
    words = {status["status"] for status in job.statuses}
    assert words == {"SUCCESS"}, words


def read_back(project):
    """The exported labels, without the ids of this walk; the export without streams has the same."""
    task, whole = (export(params={"label_details": True}) for export in (project.export, project.export_v2))
    task.wait_till_done()
    whole.wait_till_done()
    rows = [entry.json for entry in task.get_buffered_stream()]
    rows = [json.loads(row) if isinstance(row, str) else row for row in rows]
    assert whole.result == rows, whole.errors
    labels = [label for row in rows for label in row["projects"][project.uid]["labels"]]
    return sorted((plain(label["annotations"]) for label in labels), key=lambda each: json.dumps(each, sort_keys=True))


def plain(found):
    """Annotations with features in place of ids, so that two walks compare."""
    frames = {
        frame: {
            "objects": sorted((bare(each) for each in content["objects"].values()), key=str),
            "classifications": sorted((bare(each) for each in content["classifications"]), key=str),
        }
        for frame, content in found["frames"].items()
    }
    return {
        "frames": frames,
        "classifications": sorted((bare(each) for each in found["classifications"]), key=str),
        "segments": sorted(found["segments"].values()),
        "key_frames": sorted(found["key_frame_feature_map"].values()),
    }


def bare(value):
    """A value without ids and without the URLs of files."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in OWN and key != "url"}
    return value


def main():
    """Walk twice: with Python objects, then with lines."""
    endpoint, key, lines = sys.argv[1:]
    client = lb.Client(key, endpoint=endpoint, rest_endpoint=endpoint.replace("/graphql", "/api/v1"))
    module = guide()

    def objects(row):
        return [T.Label(data={"global_key": row}, annotations=each) for each in annotations(module)]

    def parsed(row):
        return json.loads(Path(lines).read_text("utf-8").replace('"KEY"', json.dumps(row)))

    walked = {"version": lb.__version__}
    for name, payload in (("python", objects), ("lines", parsed)):
        project, row = project_with_row(client, module, name)
        for kind in (lb.MALPredictionImport, lb.LabelImport):
            imported(kind, client, project, payload(row))
        if name == "lines" and hasattr(project, "upload_annotations"):  # the first way to import, until SDK 6
            job = project.upload_annotations(f"first way {uuid.uuid4()}", payload(row))
            job.wait_until_done()
            assert job.errors == [], job.errors
        walked[name] = read_back(project)
    return walked


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        result = main()
    sys.stdout.write(json.dumps(result))
