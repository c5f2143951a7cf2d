"""The SDL file turned into a schema that can be executed: scalars read, resolvers attached."""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    ValueNode,
    build_schema,
    value_from_ast_untyped,
)

from labelferry.localbox.context import Upload
from labelferry.localbox.ids import as_text
from labelferry.localbox.resolvers import FIELDS, Resolver

SDL = Path(__file__).with_name("schema.graphql")
LARGEST_PAGE = 2**53
WORD = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def load() -> GraphQLSchema:
    """Return the schema, built once per process."""
    schema = build_schema(SDL.read_text("utf-8"))
    for (type_name, field_name), resolver in FIELDS.items():
        owner = schema.type_map[type_name]
        if isinstance(owner, GraphQLObjectType):
            owner.fields[field_name].resolve = _bound(resolver)
    for name, read in SCALARS.items():
        scalar = schema.type_map[name]
        if isinstance(scalar, GraphQLScalarType):
            _reading(scalar, read)
    return schema


def _reading(scalar: GraphQLScalarType, read: Callable[[Any], Any]) -> None:
    """Make a scalar read variables, and literals in the document, through one function."""

    def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        return read(value_from_ast_untyped(node, variables))

    scalar.parse_literal = read_literal  # type: ignore[method-assign]
    for name in ("parse_value", "coerce_input_value"):  # graphql-core 3.2 and 3.3
        setattr(scalar, name, read)


def _bound(resolver: Resolver) -> Callable[..., Any]:
    parameters = inspect.signature(resolver).parameters
    preset = {name for name, each in parameters.items() if each.default not in (None, each.empty)}

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        # An explicit null means the default, like an argument left out.
        given = {name: value for name, value in arguments.items() if value is not None or name not in preset}
        return resolver(source, info.context, **given)

    return resolve


def default_resolver(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    """Return a field's value by default: ``rowCount`` is the attribute ``row_count`` or the key ``rowCount``."""
    if isinstance(source, dict):
        return source.get(info.field_name)
    return getattr(source, WORD.sub("_", info.field_name).lower(), None)


def _read_count(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or len(str(value)) > 19:
        raise GraphQLError(f"Not a whole number from 0 on: {value!r}")
    return min(int(value), LARGEST_PAGE)


def _read_upload(value: Any) -> Upload:
    if not isinstance(value, Upload):
        raise GraphQLError("Upload needs a file part of a multipart request")
    return value


def _read_time(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise GraphQLError(f"Not a time: {value!r}") from error
    return as_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


SCALARS: dict[str, Callable[[Any], Any]] = {
    "PageSize": _read_count,
    "UInt64": _read_count,
    "Upload": _read_upload,
    "DateTime": _read_time,
}
