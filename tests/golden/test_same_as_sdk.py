"""Where the official SDK is right, we write the same: each case is made with its classes and with ours."""

import json
import warnings
from types import ModuleType
from typing import Any

import pytest

import labelferry
import labelferry.types as ours

with warnings.catch_warnings():  # the SDK's own, on import
    warnings.simplefilter("ignore")
    import labelbox.types as theirs
    from labelbox.data.serialization import NDJsonConverter

ID, OTHER = "c" * 25, "d" * 25
CASES = {
    "conf_radio": lambda types: [
        types.ClassificationAnnotation(
            name="r",
            confidence=0.5,
            value=types.Radio(
                answer=types.ClassificationAnswer(
                    name="a", confidence=0.7, custom_metrics=[{"name": "k", "value": 1.0}]
                )
            ),
        )
    ],
    "conf_check": lambda types: [
        types.ClassificationAnnotation(
            name="r",
            confidence=0.5,
            value=types.Checklist(
                answer=[
                    types.ClassificationAnswer(name="a", confidence=0.7),
                    types.ClassificationAnswer(name="b", feature_schema_id=ID),
                ]
            ),
        )
    ],
    "conf_text": lambda types: [
        types.ClassificationAnnotation(
            name="t", value=types.Text(answer="x", confidence=0.3, custom_metrics=[{"name": "m", "value": 0.25}])
        )
    ],
    "text_nested": lambda types: [
        types.ClassificationAnnotation(
            name="t",
            value=types.Text(
                answer="x",
                classifications=[
                    types.ClassificationAnnotation(
                        name="n", value=types.Radio(answer=types.ClassificationAnswer(name="y"))
                    )
                ],
            ),
        )
    ],
    "schema_only": lambda types: [
        types.ClassificationAnnotation(
            feature_schema_id=ID, value=types.Radio(answer=types.ClassificationAnswer(feature_schema_id=OTHER))
        )
    ],
    "schema_obj": lambda types: [
        types.VideoObjectAnnotation(
            feature_schema_id=ID,
            name="b",
            frame=3,
            keyframe=True,
            segment_index=0,
            value=types.Point(x=1, y=2),
            classifications=[types.ClassificationAnnotation(feature_schema_id=OTHER, value=types.Text(answer="q"))],
        )
    ],
    "mask_uri": lambda types: [
        types.VideoMaskAnnotation(
            frames=[types.MaskFrame(index=5, instance_uri="https://x.y/z.png")],
            instances=[types.MaskInstance(color_rgb=(1, 2, 3), name="m", feature_schema_id=ID)],
        )
    ],
    "framed_conf": lambda types: [
        types.VideoClassificationAnnotation(
            name="r",
            frame=f,
            segment_index=0,
            confidence=0.5,
            value=types.Radio(answer=types.ClassificationAnswer(name="a")),
        )
        for f in (1, 5)
    ],
    "framed_noseg": lambda types: [
        types.VideoClassificationAnnotation(
            name="r",
            frame=f,
            value=types.Checklist(answer=[types.ClassificationAnswer(name="a"), types.ClassificationAnswer(name="b")]),
        )
        for f in (1, 2, 3, 7, 8)
    ],
    "framed_nested": lambda types: [
        types.VideoClassificationAnnotation(
            name="r",
            frame=f,
            segment_index=0,
            value=types.Radio(
                answer=types.ClassificationAnswer(
                    name="a",
                    classifications=[
                        types.ClassificationAnnotation(
                            name="n", value=types.Checklist(answer=[types.ClassificationAnswer(name="y")])
                        )
                    ],
                )
            ),
        )
        for f in (1, 5)
    ],
    "multi_kinds": lambda types: (
        [
            types.VideoObjectAnnotation(
                name="b",
                frame=f,
                keyframe=True,
                segment_index=0,
                value=types.Rectangle(start=types.Point(x=5, y=9), end=types.Point(x=1, y=2)),
            )
            for f in (1, 9)
        ]
        + [types.ClassificationAnnotation(name="t", value=types.Text(answer="x"))]
        + [
            types.VideoObjectAnnotation(
                name="l",
                frame=f,
                keyframe=True,
                value=types.Line(points=[types.Point(x=1, y=2), types.Point(x=3, y=f)]),
            )
            for f in (1, 2, 4)
        ]
        + [types.TemporalClassificationText(name="tt", value=[(1, 3, "a"), (5, 6, "a"), (4, 4, "b")])]
    ),
    "uuid_kept": lambda types: [
        types.ClassificationAnnotation(name="t", extra={"uuid": "u1"}, value=types.Text(answer="x")),
        types.VideoObjectAnnotation(
            name="b", frame=1, keyframe=True, extra={"uuid": "u2"}, value=types.Point(x=1, y=2)
        ),
    ],
    "temporal_text_nest": lambda types: [
        types.TemporalClassificationText(
            name="a",
            value=[(0, 10, "x"), (20, 30, "y")],
            classifications=[
                types.TemporalClassificationText(
                    name="b",
                    value=[(2, 5, "p"), (21, 22, "q")],
                    classifications=[
                        types.TemporalClassificationQuestion(
                            name="c", value=[types.TemporalClassificationAnswer(name="o", frames=[(3, 4), (21, 21)])]
                        )
                    ],
                )
            ],
        )
    ],
    "temporal_merge": lambda types: [
        types.TemporalClassificationQuestion(
            name="q", value=[types.TemporalClassificationAnswer(name="p", frames=[(0, 5)])]
        ),
        types.TemporalClassificationQuestion(
            name="q",
            value=[
                types.TemporalClassificationAnswer(name="p", frames=[(9, 12)]),
                types.TemporalClassificationAnswer(name="o", frames=[(6, 7)]),
            ],
        ),
    ],
    "frame_text": lambda types: [
        types.VideoClassificationAnnotation(name="t", frame=f, segment_index=0, value=types.Text(answer="aa"))
        for f in (3, 9)
    ],
}


def same_information(line: Any) -> Any:
    """Drop what carries nothing: uuid, empty classifications; put line-level frames into each answer."""
    if isinstance(line, list):
        return [same_information(item) for item in line]
    if not isinstance(line, dict):
        return line
    out = {k: same_information(v) for k, v in line.items() if k != "uuid" and not (k == "classifications" and not v)}
    if "frames" in out and "answer" in out:
        frames = out.pop("frames")
        for answer in out["answer"] if isinstance(out["answer"], list) else [out["answer"]]:
            answer["frames"] = frames
    return out


def label(types: ModuleType, name: str) -> Any:
    return types.Label(
        data={"global_key": "g"}, annotations=CASES[name](types), is_benchmark_reference=name == "conf_text"
    )


def in_any_order(lines: list[Any]) -> list[str]:
    return sorted(json.dumps(same_information(line), sort_keys=True) for line in json.loads(json.dumps(lines)))


@pytest.mark.parametrize("name", CASES)
def test_same_lines(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = list(NDJsonConverter.serialize([label(theirs, name)]))
    assert in_any_order(list(labelferry.to_ndjson([label(ours, name)]))) == in_any_order(expected)


@pytest.mark.parametrize("given", ["u1", "u2"])
def test_callers_uuids_are_kept(given: str) -> None:
    assert given in {line["uuid"] for line in labelferry.to_ndjson([label(ours, "uuid_kept")])}
