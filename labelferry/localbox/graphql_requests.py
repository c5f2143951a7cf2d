"""HTTP requests turned into GraphQL operations: JSON bodies, and multipart ones with files.

Multipart bodies follow the GraphQL multipart request spec: ``operations``, ``map`` and file parts. Content types of
parts are ignored, because the SDK sends some that are invalid.
"""

from typing import Any

import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request

from labelferry.localbox.context import Upload
from labelferry.localbox.errors import LocalboxError
from labelferry.localbox.execution import Operation
from labelferry.localbox.http import body_of

FIELD_BYTES = 64 << 20


class BadRequestError(LocalboxError):
    """The body is not a GraphQL request."""

    code = "BAD_REQUEST"


async def read_operation(request: Request) -> Operation:
    """Return the operation in a request.

    Raises:
        BadRequestError: the request contains no operation.
    """
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _operation(await _multipart(request))
    return _operation(_json(await body_of(request)))


def _json(text: bytes | str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequestError(f"The body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequestError("The body must be a JSON object with query and variables")
    return value


def _operation(body: dict[str, Any]) -> Operation:
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    if not isinstance(query, str):
        raise BadRequestError("`query` must be a string")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequestError("`variables` must be an object")
    if name is not None and not isinstance(name, str):
        raise BadRequestError("`operationName` must be a string")
    return Operation(query, variables or {}, name)


async def _multipart(request: Request) -> dict[str, Any]:
    form = await request.form(max_files=50, max_fields=50, max_part_size=FIELD_BYTES)
    operations, places = form.get("operations"), form.get("map")
    if not isinstance(operations, str) or not isinstance(places, str):
        raise BadRequestError("A multipart request needs the parts `operations` and `map`")
    body = _json(operations)
    for part_name, paths in _json(places).items():
        part = form.get(part_name)
        if not isinstance(part, UploadFile):
            raise BadRequestError(f"No file part is named {part_name}")
        upload = Upload(part.file, part.filename or part_name, part.content_type)
        for path in paths if isinstance(paths, list) else []:
            _put(body, str(path).split("."), upload)
    return body


def _put(body: Any, path: list[str], upload: Upload) -> None:
    *holders, last = path
    for step in holders:
        body = body.get(step) if isinstance(body, dict) else None
    if not isinstance(body, dict) or last not in body:
        raise BadRequestError(f"`map` names a place that `operations` does not have: {'.'.join(path)}")
    body[last] = upload
