"""The guide's own Python, rebuilt with our classes, gives the official SDK's NDJSON."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import labelferry
import labelferry.types as lb_types

CASES = [
    "global-checklist", "global-radio", "global-text", "nested-checklist-global", "nested-radio-global",
    "frame-checklist", "frame-radio", "frame-text-concrete", "frame-text-placeholder", "temporal-checklist",
    "temporal-radio", "temporal-text", "temporal-nested-radio", "bbox", "point", "polyline", "mask-single",
    "mask-composite", "mask-guide-combined", "mask-ndjson-31-34", "bbox-sub-checklist", "multi-bbox-1", "multi-bbox-2",
    "step5-full-payload",
]  # fmt: skip


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, Any]:
    return {case["id"]: case for case in json.loads((shared / "goldens/seed_cases.json").read_text("utf-8"))}


def rebuild(value: Any) -> Any:
    match value:
        case {"$bytes_b64": text}:
            return base64.b64decode(text)
        case {"$float": text}:
            return float(text)
        case {"class": name, **rest}:
            return getattr(lb_types, name)(**{key: rebuild(item) for key, item in rest.items()})
        case dict():
            return {key: rebuild(item) for key, item in value.items()}
        case list():
            return [rebuild(item) for item in value]
    return value


def same_information(line: Any) -> Any:
    """Drop what carries nothing: uuid, empty classifications; put line-level frames into each answer."""
    if isinstance(line, list):
        return [same_information(item) for item in line]
    if not isinstance(line, dict):
        return line
    out = {
        key: same_information(item)
        for key, item in line.items()
        if key != "uuid" and not (key == "classifications" and not item)
    }
    if "frames" in out and "answer" in out:
        frames = out.pop("frames")
        answers = out["answer"] if isinstance(out["answer"], list) else [out["answer"]]
        for answer in answers:
            answer["frames"] = frames
    return out


def test_all_cases_are_named(cases: dict[str, Any]) -> None:
    assert sorted(cases) == sorted(f"seed-{name}" for name in CASES)


@pytest.mark.parametrize("name", CASES)
def test_case(cases: dict[str, Any], name: str) -> None:
    case = cases[f"seed-{name}"]
    labels = [rebuild(label) for label in case["labels"]]
    lines = list(labelferry.to_ndjson(labels))
    assert all(line["uuid"] and line["dataRow"] for line in lines)
    assert same_information(lines) == same_information(case["sdk"]["ndjson"])
    assert list(labelferry.to_ndjson(labels)) == lines, "the same objects give the same lines again"
