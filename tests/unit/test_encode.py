"""Ids of lines: the same input gives the same bytes, and nothing shares a uuid that should not."""

from pathlib import Path
from uuid import UUID

import orjson
import pytest

import labelferry
import labelferry.types as lb_types
from labelferry.assemble import assemble
from labelferry.errors import AnnotationError
from labelferry.ndjson import encode, of_generation, with_uuid


def point(frame: int, **kwargs: object) -> lb_types.VideoObjectAnnotation:
    return lb_types.VideoObjectAnnotation(
        name="p", frame=frame, keyframe=True, value=lb_types.Point(x=1, y=2), **kwargs
    )


def label(*annotations: object, key: str = "k", **kwargs: object) -> lb_types.Label:
    return lb_types.Label(data={"global_key": key}, annotations=list(annotations), **kwargs)


def test_body_is_data() -> None:
    for line in encode(assemble([label(point(1), is_benchmark_reference=True)])):
        assert orjson.loads(line.body) == line.data
        assert list(line.data)[:2] == ["uuid", "dataRow"]
        assert line.data["isBenchmarkReferenceLabel"] is True


def test_a_line_counts_its_keyframes() -> None:
    weather = lb_types.ClassificationAnnotation(name="weather", value=lb_types.Text(answer="rain"))
    lines = encode(assemble([label(point(1), point(5), weather)]))
    assert sorted((line.feature, line.keyframes) for line in lines) == [("p", 2), ("weather", 0)]


def uuids(labels: list[lb_types.Label], onboarding: str = "") -> list[str]:
    return [line.uuid for line in encode(assemble(labels), onboarding=onboarding)]


def test_same_input_same_bytes() -> None:
    labels = [label(point(1)), label(point(2))]
    assert uuids(labels) == uuids(labels)


def test_onboarding_row_and_content_count() -> None:
    base = uuids([label(point(1))])
    assert base != uuids([label(point(1))], onboarding="other")
    assert base != uuids([label(point(2))])
    assert base != uuids([label(point(1), key="other")])


def test_each_generation_has_a_uuid_of_its_own() -> None:
    (line,) = encode(assemble([label(point(1))]))
    sent = [of_generation(line.uuid, generation) for generation in range(4)]
    assert sent[0] == line.uuid
    assert len(set(sent)) == 4
    again = with_uuid(line.body, line.uuid, sent[1])
    assert orjson.loads(again) == line.data | {"uuid": sent[1]}


def test_equal_lines_stay_apart_and_stable() -> None:
    one, two = uuids([label(point(1)), label(point(1))])
    assert one != two
    assert [one] == uuids([label(point(1))])


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path, good, bad = tmp_path / "lines.ndjson", label(point(1)), label(point(1), point(1))
    assert labelferry.write_ndjson([good], path) == 1
    before = path.read_bytes()
    assert [orjson.loads(line) for line in before.splitlines()] == list(labelferry.to_ndjson([good]))
    with pytest.raises(AnnotationError, match=r"label 2.*frame 1"):
        labelferry.write_ndjson([good, bad], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_callers_uuid_is_kept() -> None:
    assert uuids([label(point(1, extra={"uuid": "mine"}))]) == ["mine"]


def test_callers_uuid_may_be_one_of_pythons() -> None:
    mine = UUID("4b1f8f60-6a1d-4d0e-9a52-0d7f6c1f8e11")
    asked = lb_types.ClassificationAnnotation(name="q", value=lb_types.Text(answer="x"), extra={"uuid": mine})
    (line,) = encode(assemble([label(asked)]))
    assert (line.uuid, orjson.loads(line.body)["uuid"]) == (str(mine), str(mine))
