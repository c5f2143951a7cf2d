"""labelferry/spec/model.py and the formats of labels -> docs/reference/spec.md, by way of the models' JSON schema."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from docs.generate.markdown import attributes, generated, prose, table
from labelferry.sources import manifest
from labelferry.spec import Spec

__all__ = ["lines"]

Schema = Mapping[str, Any]

WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    schema = Spec.model_json_schema()
    parts = schema["$defs"]
    yield from generated("The spec", "labelferry/spec/model.py and labelferry/sources")
    yield str(schema["description"])
    yield ""
    yield "One YAML or JSON file; paths in it are relative to its folder. Keys that are not listed here are refused,"
    yield "with their line. `labelferry check SPEC` reads and checks it, offline. A spec that is pasted, filled in or"
    yield "fetched by URL reads only files below the folder that `LABELFERRY_SPECS` names, and only the Label Studio"
    yield "that `LABEL_STUDIO_URL` names; without these settings it reads none."
    yield ""
    yield from _keys(schema, parts)
    for key, field in schema["properties"].items():
        if part := _mapping(key, field):
            yield from _part(f"`{key}`", _referred(part, parts), parts)
    yield from _videos(schema["properties"]["videos"], parts)
    yield from _formats(schema["properties"]["labels"]["items"], parts)


def _mapping(key: str, field: Schema) -> Schema | None:
    """Return the reference to the part that a key holds, if it holds one."""
    choices = [field] if key == "videos" else [field, *field.get("anyOf", ())]
    return next((each for each in choices if "$ref" in each), None)


def _videos(field: Schema, parts: Schema) -> Iterator[str]:
    said = attributes(manifest.VideoRow.__doc__)
    yield "## `videos`"
    yield ""
    yield "The path of a table (CSV, TSV, Parquet, Excel, JSON lines), or the rows themselves as a list of mappings."
    yield "`global_key` is required, an unknown column is refused, an empty cell counts as missing."
    yield "Without `row_data` the data rows exist in Labelbox, in any dataset, and are found by global key; one that is"
    yield "not found is a conflict, and nothing is created. A column `row_data` with a blank cell is an error."
    yield "Width, height, fps and frame count of a local file are read from it if the manifest does not have them."
    yield ""
    rows = [(f"`{name}`", said[name]) for name in manifest.COLUMNS]
    yield from table(("column", "what"), [*rows, (f"`{manifest.METADATA}<name>`", said["metadata"])])
    yield "Or a mapping: the data rows of a project or dataset in Labelbox that the labels are for, others are left"
    yield "alone. `labelferry check` looks them up, with what Labelbox read of their size, rate and number of frames."
    yield ""
    yield from _keys(_referred(field["anyOf"][-1], parts), parts)


def _formats(items: Schema, parts: Schema) -> Iterator[str]:
    yield "## `labels`"
    yield ""
    yield "A list of files, or projects on a server. Each entry has a `format`, which determines its other keys."
    yield ""
    for name, reference in items["discriminator"]["mapping"].items():
        yield from _part(f"`format: {name}`", _referred({"$ref": reference}, parts), parts, level="###")


def _part(title: str, schema: Schema, parts: Schema, level: str = "##") -> Iterator[str]:
    yield f"{level} {title}"
    yield ""
    yield prose(schema.get("description"))
    yield ""
    yield from _keys(schema, parts)


def _keys(schema: Schema, parts: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    yield from table(
        ("key", "value", "default", "what"),
        (
            (f"`{key}`", _value(key, field, parts), _default(field, key in required), _what(field, parts))
            for key, field in schema["properties"].items()
        ),
    )


def _referred(field: Schema, parts: Schema) -> Schema:
    found: Schema = parts[field["$ref"].rsplit("/", 1)[-1]]
    return found


def _what(field: Schema, parts: Schema) -> str:
    known = field if "description" in field or "$ref" not in field else _referred(field, parts)
    return prose(known.get("description"))


def _value(key: str, field: Schema, parts: Schema) -> str:
    if "oneOf" in field:
        return f"[an entry](#{key})"
    if "anyOf" in field:
        return " or ".join(_value(key, one, parts) for one in field["anyOf"] if one.get("type") != "null")
    if "$ref" in field:
        part = _referred(field, parts)
        return _value(key, part, parts) if "enum" in part else f"[mapping](#{key})"
    if choices := field.get("enum", [field["const"]] if "const" in field else ()):
        return ", ".join(f"`{choice}`" for choice in choices)
    return _plain(key, field, parts)


def _plain(key: str, field: Schema, parts: Schema) -> str:
    if field["type"] == "array":
        return f"list of {_value(key, field.get('items') or field['prefixItems'][0], parts)}"
    if field["type"] == "object":
        inner = field.get("additionalProperties")
        return f"mapping to {_value(key, inner, parts)}" if isinstance(inner, Mapping) else "mapping"
    bounds = f" from {field['minimum']} to {field['maximum']}" if {"minimum", "maximum"} <= set(field) else ""
    return WORDS[field["type"]] + bounds


def _default(field: Schema, required: bool) -> str:
    default = field.get("default")
    if required:
        return "**required**"
    if default is None or default in ([], {}):
        return ""
    return "as below" if isinstance(default, Mapping) else f"`{json.dumps(default).strip(chr(34))}`"
