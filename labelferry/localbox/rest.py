"""The few REST routes that the SDK uses: ontologies and feature schemas, changed or cleaned up."""

from collections.abc import Callable
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from labelferry.localbox.errors import LocalboxError, MalformedError, NotFoundError
from labelferry.localbox.http import Handler, body_of, database_of, json_response, with_key
from labelferry.localbox.state import feature_schemas, ontologies
from labelferry.localbox.state.database import Database, Session

REST_BYTES = 16 << 20
Act = Callable[[Session, dict[str, str], dict[str, Any]], Any]


def _handler(act: Act, status: int = 200) -> Handler:
    async def handler(request: Request) -> Response:
        body = await body_of(request, REST_BYTES)
        return await run_in_threadpool(_answer, database_of(request), act, request.path_params, body, status)

    return with_key(handler)


def _answer(database: Database, act: Act, path: dict[str, str], body: bytes, status: int) -> Response:
    try:
        with database.writing() as session:
            result = act(session, path, _sent(body))
    except NotFoundError as error:
        return json_response({"message": str(error)}, 404)
    except LocalboxError as error:
        return json_response({"message": str(error)}, 400)
    return Response(status_code=204) if status == 204 else json_response(result, status)


def _sent(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise MalformedError(f"The body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise MalformedError("The body must be a JSON object")
    return value


def _given(sent: dict[str, Any], name: str, kind: type) -> Any:
    if type(sent.get(name)) is not kind:
        raise MalformedError(f"The body needs `{name}`, a {kind.__name__}")
    return sent[name]


def _delete_ontology(session: Session, path: dict[str, str], _: dict[str, Any]) -> None:
    ontologies.delete(session, path["id"])


def _delete_feature(session: Session, path: dict[str, str], _: dict[str, Any]) -> None:
    ontologies.delete_feature(session, path["id"])


def _unused_ontologies(session: Session, _: dict[str, str], __: dict[str, Any]) -> list[str]:
    return ontologies.unused(session)


def _unused_features(session: Session, _: dict[str, str], __: dict[str, Any]) -> list[str]:
    return ontologies.unused_features(session)


def _ontology(session: Session, path: dict[str, str], _: dict[str, Any]) -> dict[str, Any]:
    return feature_schemas.shown(session, path["id"])


def _upsert(session: Session, path: dict[str, str], sent: dict[str, Any]) -> dict[str, str]:
    return {"schemaId": feature_schemas.upsert(session, path["id"], _given(sent, "normalized", str))}


def _rename(session: Session, path: dict[str, str], sent: dict[str, Any]) -> dict[str, str]:
    feature_schemas.rename(session, path["id"], _given(sent, "title", str))
    return {"schemaId": path["id"]}


def _insert(session: Session, path: dict[str, str], sent: dict[str, Any]) -> dict[str, str]:
    feature_schemas.insert(session, path["id"], path["feature"], _given(sent, "position", int))
    return {"schemaId": path["feature"]}


def _take_out(session: Session, path: dict[str, str], _: dict[str, Any]) -> dict[str, bool]:
    return feature_schemas.take_out(session, path["id"], path["feature"])


def _unarchive(session: Session, path: dict[str, str], _: dict[str, Any]) -> dict[str, bool]:
    return feature_schemas.unarchive(session, path["id"], path["feature"])


async def _unknown(request: Request) -> Response:
    return json_response({"message": f"localbox has no {request.method} {request.url.path}"}, 501)


INSIDE = "/api/v1/ontologies/{id}/feature-schemas/{feature}"
ROUTES = [
    Route("/api/v1/ontologies/unused", _handler(_unused_ontologies), methods=["GET"]),
    Route("/api/v1/feature-schemas/unused", _handler(_unused_features), methods=["GET"]),
    Route("/api/v1/ontologies/{id}", _handler(_ontology), methods=["GET"]),
    Route("/api/v1/ontologies/{id}", _handler(_delete_ontology, 204), methods=["DELETE"]),
    Route("/api/v1/feature-schemas/{id}", _handler(_delete_feature, 204), methods=["DELETE"]),
    Route("/api/v1/feature-schemas/{id}", _handler(_upsert), methods=["PUT"]),
    Route("/api/v1/feature-schemas/{id}/definition", _handler(_rename), methods=["PATCH"]),
    Route(INSIDE, _handler(_insert, 201), methods=["POST"]),
    Route(INSIDE, _handler(_take_out), methods=["DELETE"]),
    Route(f"{INSIDE}/unarchive", _handler(_unarchive), methods=["PATCH"]),
    Route("/api/v1/{rest:path}", with_key(_unknown), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
]
