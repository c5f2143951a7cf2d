"""A project with one labelled video, made with whichever SDK is installed. Imported by the scripts next to it."""

import uuid

import labelbox as lb


def connected(endpoint, key):
    """A client of the localbox at an endpoint."""
    return lb.Client(key, endpoint=endpoint, rest_endpoint=endpoint.replace("/graphql", "/api/v1"))


def question(kind, name, *values, **more):
    """A question with options."""
    options = [{"value": value, "label": value} for value in values]
    return {"type": kind, "name": name, "instructions": name, "options": options, **more}


def labelled(client, url, tree, lines):
    """A project whose one video has these lines as its label; returns it, its ontology and the video's key."""
    key = uuid.uuid4().hex
    ontology = client.create_ontology(key, tree, media_type=lb.MediaType.Video)
    project = client.create_project(name=key, media_type=lb.MediaType.Video)
    project.connect_ontology(ontology)
    dataset = client.create_dataset(name=key, iam_integration=None)
    dataset.create_data_rows([{"row_data": url, "global_key": key, "media_type": "VIDEO"}]).wait_till_done()
    project.create_batch(key, global_keys=[key])
    sent = [{"uuid": str(uuid.uuid4()), **line, "dataRow": {"globalKey": key}} for line in lines]
    job = lb.LabelImport.create_from_objects(client, project.uid, key, sent)
    assert job.errors == [], job.errors
    return project, ontology, key
