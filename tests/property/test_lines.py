"""What is written is what is read, for every label that the model takes: read(write(x)) == x."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelferry.files.reach import Reach
from labelferry.model import AnswerKind, Classification, LabelledVideo, Masks, RowRef, Track
from labelferry.ndjson import Heading, ImportLine, encode, read_heading, read_line
from labelferry.sources.ndjson import NdjsonLabels, read
from labelferry.sources.source import Source
from tests.property.labels import HERE, KEYS, ROWS, TEXTS, classifications, masks, tracks, videos

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHAPES = {"bbox": "box", "point": "point", "line": "line"}
KINDS = {"tracks": tracks(), "masks": masks(), "classifications": classifications()}


def told(labelled: Classification | Masks | Track) -> Any:
    """All that a line says of something; segments only by where they begin, since their numbers are not written."""
    if isinstance(labelled, Classification):
        return told_question(labelled)
    if isinstance(labelled, Masks):
        return labelled.frames, [replace(each, classifications=told_all(each)) for each in labelled.instances]
    return (
        labelled.feature,
        labelled.geometry,
        labelled.frames.tolist(),
        labelled.coords.tolist(),
        np.unique(labelled.segment, return_inverse=True)[1].tolist(),
        None if labelled.offsets is None else labelled.offsets.tolist(),
        {at: [told_question(each) for each in asked] for at, asked in labelled.answers.items() if asked},
        told_all(labelled),
    )


def told_all(holder: Any) -> tuple[Any, ...]:
    return tuple(told_question(each) for each in holder.classifications)


def told_question(asked: Classification) -> Any:
    """A question with its answers; a list of options does not say which kind of question it answers."""
    kind = asked.question
    if kind is not AnswerKind.TEXT and (kind is not AnswerKind.RADIO or len(asked.answers) > 1):
        kind = AnswerKind.TEMPORAL if asked.framed else AnswerKind.CHECKLIST
    answers = [replace(answer, classifications=told_all(answer)) for answer in asked.answers]
    return asked.feature, kind, answers, asked.confidence, asked.custom_metrics


def kind_of(line: dict[str, Any]) -> str:
    """The kind of a line, by its keys."""
    if "segments" in line:
        keyframe = line["segments"][0]["keyframes"][0]
        return next(kind for key, kind in SHAPES.items() if key in keyframe)
    return "mask" if "masks" in line else "classification"


def read_back(line: ImportLine) -> LabelledVideo:
    return read_line(orjson.loads(line.body), HERE)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read(kind: str) -> None:
    @SETTINGS
    @given(videos(KINDS[kind]))
    def check(video: LabelledVideo) -> None:
        (line,), (given_,) = encode([video]), video.labelled
        back = read_back(line)
        (found,) = back.labelled
        assert (back.row, back.benchmark, type(found)) == (video.row, video.benchmark, type(given_))
        assert told(found) == told(given_)
        assert (found.uuid, found.where) == (line.uuid, HERE)
        assert line.data == orjson.loads(line.body)
        assert line.kind == kind_of(line.data)

    check()


@SETTINGS
@given(videos(tracks() | masks() | classifications()), TEXTS)
def test_an_id_of_the_callers_is_read(video: LabelledVideo, uuid: str) -> None:
    (one,) = video.labelled
    group = {Classification: "classifications", Masks: "masks", Track: "tracks"}[type(one)]
    (line,) = encode([replace(video, **{group: (replace(one, uuid=uuid),)})])
    (found,) = read_back(line).labelled
    assert (line.uuid, found.uuid) == (uuid, uuid)


@SETTINGS
@given(videos(tracks() | masks() | classifications()))
def test_a_line_is_told_by_what_is_kept_of_it(video: LabelledVideo) -> None:
    (line,) = encode([video])
    assert read_heading(line.data) == Heading(line.uuid, line.row, line.feature)
    assert read_heading({"uuid": line.uuid, "dataRow": line.data["dataRow"]}).row == line.row


@SETTINGS
@given(ROWS, ROWS)
def test_a_row_has_a_key_of_its_own(one: RowRef, other: RowRef) -> None:
    assert RowRef.from_key(one.key) == one
    assert (one.key == other.key) is (one == other)


@given(KEYS)
def test_no_global_key_is_the_key_of_an_id(text: str) -> None:
    assert RowRef(text).key == text
    assert RowRef.from_key(RowRef(id=text).key) == RowRef(id=text)


@SETTINGS
@given(st.tuples(videos(tracks()), videos(masks()), videos(classifications())))
def test_a_file_of_lines_is_read(tmp_path_factory: Any, made: tuple[LabelledVideo, ...]) -> None:
    folder: Path = tmp_path_factory.mktemp("lines")
    (folder / "made.ndjson").write_bytes(b"\n".join(line.body for line in encode(made)))
    entry = NdjsonLabels(format="ndjson", path="made.ndjson")
    back = list(read(Source(entry, (entry.path,), Reach(folder), lambda finding: None)))
    assert [told(one) for video in back for one in video.labelled] == [
        told(one) for video in made for one in video.labelled
    ]
    assert [video.where.line for video in back] == [1, 2, 3]
