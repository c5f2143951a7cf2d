"""A transport that checks every request of our client before it is sent.

Each GraphQL document must validate, and its variables must fit, under both schemas: the one that was read off the
official SDK's own documents (section 9 of the protocol's description) and localbox's.
"""

import io
import json
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from graphql import GraphQLError, GraphQLSchema, build_schema, get_operation_ast, parse, validate
from graphql.execution.values import get_variable_values

from labelferry.localbox.context import Upload
from labelferry.localbox.schema import load

SHARED = Path(os.environ.get("LABELFERRY_SHARED", Path(__file__).resolve().parents[3] / "shared"))
PROTOCOL = SHARED / "labelbox" / "protocol.md"
A_FILE = Upload(io.BytesIO(), "file", None)


class Wiretap(httpx.BaseTransport):
    """A transport that passes valid requests on to the network, and records the documents."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport()
        self.operations: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            request.read()
            body = operation_of(request)
            self.operations.add(checked(body["query"], body["variables"]))
        return self._network.handle_request(request)

    def close(self) -> None:
        self._network.close()


def operation_of(request: httpx.Request) -> dict[str, Any]:
    """The document and variables of a JSON or multipart request."""
    kind = request.headers["content-type"]
    if not kind.startswith("multipart/"):
        return dict(json.loads(request.content))
    boundary = kind.split("boundary=")[1].encode()
    first = request.content.split(b"--" + boundary)[1]
    return dict(json.loads(first.split(b"\r\n\r\n", 1)[1]))


def checked(document: str, variables: dict[str, Any] | None) -> str:
    """The name of a document's operation, once document and variables are right under both schemas."""
    operation = get_operation_ast(parse(document))
    assert operation is not None
    assert operation.name is not None
    file_in_place = {name: A_FILE if name == "file" else value for name, value in (variables or {}).items()}
    for name, schema in schemas().items():
        problems = faults(name, document)
        fitting = get_variable_values(schema, operation.variable_definitions or (), file_in_place)
        problems += fitting if isinstance(fitting, list) else []
        assert not problems, f"{operation.name.value} against {name}: {problems}"
    return operation.name.value


@lru_cache
def faults(schema: str, document: str) -> list[GraphQLError]:
    return validate(schemas()[schema], parse(document))


@lru_cache
def schemas() -> dict[str, GraphQLSchema]:
    """The schemas; the protocol's only if its description is available."""
    found = {"localbox": load()}
    if PROTOCOL.is_file():
        text = PROTOCOL.read_text("utf-8")
        found["the protocol"] = build_schema(re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)[0])
    return found
