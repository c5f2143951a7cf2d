"""A GraphQL document and its variables turned into an answer, inside one transaction.

Errors keep the service's codes. Statuses: 200, also for refusals by a resolver; 400 for what cannot be executed; 401
for a wrong key; 501 for what localbox does not have (``app.py`` softens it for one client); 500 for internal errors.
"""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    execute_sync,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    visit,
)

from labelferry.localbox import schema, work
from labelferry.localbox.complexity import ComplexityRule
from labelferry.localbox.context import Context
from labelferry.localbox.errors import LocalboxError, UnknownOperationError
from labelferry.localbox.state import annotations, jobs, reporting
from labelferry.localbox.state.database import Database, Session

logger = logging.getLogger(__name__)
TOKENS = 20_000
STARTERS = frozenset({"dataRowsForGlobalKeys"})


@dataclass(frozen=True)
class Operation:
    """One request as received."""

    query: str
    variables: dict[str, Any]
    name: str | None = None


@dataclass(frozen=True)
class Answer:
    """The body of the answer and its HTTP status."""

    body: dict[str, Any]
    status: int = 200

    @property
    def codes(self) -> list[str]:
        """The codes of the errors in the body."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


class Undone(Exception):  # noqa: N818 - not an error: it carries an answer out of a transaction
    """A mutation was refused, so its changes are rolled back."""

    def __init__(self, result: ExecutionResult) -> None:
        super().__init__()
        self.result = result


def refusal(error: LocalboxError, status: int) -> Answer:
    """Return the answer for one error."""
    return Answer({"errors": [{"message": str(error), "extensions": error.extensions}], "data": None}, status)


def answer(database: Database, operation: Operation, base_url: str) -> Answer:
    """Execute a request."""
    try:
        document = _document(operation.query)
    except GraphQLSyntaxError as error:
        return _invalid([error], "GRAPHQL_PARSE_FAILED")
    except RecursionError:
        return _invalid([GraphQLError("The document is nested too deeply")], "GRAPHQL_PARSE_FAILED")
    chosen = get_operation_ast(document, operation.name)
    if chosen is None:
        return _invalid(
            [GraphQLError("The document must have the one operation to execute")], "GRAPHQL_VALIDATION_FAILED"
        )
    missing = _unknown_fields(chosen)
    if missing and _named_as_the_sdk_names(chosen):
        name = chosen.name.value if chosen.name else "anonymous operation"
        return refusal(UnknownOperationError(f"{name}: localbox has no {', '.join(missing)}"), 501)
    problems = _problems(operation.query)
    if problems:
        return _invalid(problems, "GRAPHQL_VALIDATION_FAILED")
    return _executed(database, document, chosen, operation, base_url)


@lru_cache(maxsize=512)
def _document(query: str) -> DocumentNode:
    return parse(query, max_tokens=TOKENS)


@lru_cache(maxsize=512)
def _problems(query: str) -> list[GraphQLError]:
    return validate(schema.load(), _document(query), [ComplexityRule, *specified_rules], max_errors=20)


class _Unknown(Visitor):
    """Collector of what a client asks for and localbox does not have: operations, and whole relations of known types.

    An unknown field without a selection of its own is a typo and left to validation.
    """

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self.names: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Record a field that its type does not have."""
        owner, name = self._types.get_parent_type(), node.name.value
        if not isinstance(owner, GraphQLObjectType) or name in owner.fields or name.startswith("__"):
            return
        if owner.name in OPERATIONS:
            self.names.append(name)
        elif node.selection_set:
            self.names.append(f"{owner.name}.{name}")


QUOTED = re.compile(r"'([^' ]*)'")
OPERATIONS = frozenset({"Query", "Mutation", "ProjectMutation"})


def _named_as_the_sdk_names(chosen: OperationDefinitionNode) -> bool:
    """Return whether a client asks for what Labelbox has, as SDKs' documents do; the rest is left to validation."""
    return chosen.name is not None and chosen.name.value.endswith("PyApi")


@lru_cache(maxsize=512)
def _unknown_fields(operation: OperationDefinitionNode) -> list[str]:
    if schema.load().get_root_type(operation.operation) is None:
        return [each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)]
    types = TypeInfo(schema.load())
    visitor = _Unknown(types)
    visit(operation, TypeInfoVisitor(types, visitor))
    return visitor.names


def _executed(
    database: Database, document: DocumentNode, chosen: OperationDefinitionNode, operation: Operation, base_url: str
) -> Answer:
    changing = chosen.operation == OperationType.MUTATION
    try:
        with _transaction(database, chosen) as session:
            result = execute_sync(
                schema.load(),
                document,
                context_value=Context(session, base_url),
                variable_values=operation.variables,
                operation_name=operation.name,
                field_resolver=schema.default_resolver,
            )
            _undo(result if changing and result.errors else None)
    except Undone as undone:
        result = undone.result
    return _rendered(result)


def _undo(result: ExecutionResult | None) -> None:
    if result is not None:
        raise Undone(result)


@contextmanager
def _transaction(database: Database, chosen: OperationDefinitionNode) -> Iterator[Session]:
    with database.reading() as session:
        writing = _writes(chosen) or jobs.waiting(session) or _counts_looks(session)
        if not writing:
            yield session
            return
    with database.writing() as session:
        work.settle_overdue(session)
        yield session


def _counts_looks(session: Session) -> bool:
    return reporting.counts_looks(session) or annotations.counts_looks(session)


def _writes(chosen: OperationDefinitionNode) -> bool:
    if chosen.operation == OperationType.MUTATION:
        return True
    named = {each.name.value for each in chosen.selection_set.selections if isinstance(each, FieldNode)}
    return not named.isdisjoint(STARTERS)


def _invalid(errors: list[GraphQLError], code: str) -> Answer:
    return Answer({"errors": [_error(error, code) for error in errors], "data": None}, 400)


def _rendered(result: ExecutionResult) -> Answer:
    if not result.errors:
        return Answer({"data": result.data})
    errors = [_execution_error(error) for error in result.errors]
    status = 500 if any(error["extensions"].get("fault") for error in errors) else 200
    if result.data is None and not any(error.path for error in result.errors):
        status = 400
    return Answer({"errors": errors, "data": result.data}, status)


def _execution_error(error: GraphQLError) -> dict[str, Any]:
    original = error.original_error
    if isinstance(original, LocalboxError):
        return _error(error, None) | {"extensions": original.extensions} | _export_text(error)
    if original is None or isinstance(original, GraphQLError):
        return _error(error, "BAD_USER_INPUT")
    if isinstance(original, sqlite3.OperationalError):
        logger.warning("The database is busy: %s", original)
        return _error(error, None) | {"extensions": {"code": "INTERNAL_SERVER_ERROR", "exception": {"status": 503}}}
    logger.error("A resolver failed", exc_info=original)
    return {"message": "localbox failed", "extensions": {"code": "INTERNAL_SERVER_ERROR", "fault": True}}


def _export_text(error: GraphQLError) -> dict[str, str]:
    """Return the member from which the SDK reads the text of a refused export."""
    return {"errors": error.message} if error.path and str(error.path[0]).startswith("export") else {}


def _error(error: GraphQLError, code: str | None) -> dict[str, Any]:
    shown = dict(error.formatted) | {"extensions": {"code": code}}
    if code == "GRAPHQL_VALIDATION_FAILED":  # names stand in double quotes, as the official SDK's tests read them
        shown["message"] = QUOTED.sub(r'"\1"', error.message)
    return shown
