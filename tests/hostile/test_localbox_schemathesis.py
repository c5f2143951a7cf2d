"""schemathesis over every field of localbox's schema: no generated document causes an internal error.

Its own checks decide, but for one thing: it takes every refusal by a resolver for a server error, and here "there is no
such row" is an answer of the protocol, with a code that clients go by.
"""

import os
from pathlib import Path
from typing import Any

import graphql
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from labelferry.localbox import app
from labelferry.localbox.founding import found
from labelferry.localbox.options import Options
from labelferry.localbox.schema import load
from labelferry.localbox.state.database import Database

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

FAILURES = pytest.importorskip("schemathesis.core.failures").FailureGroup
EXAMPLES = int(os.environ.get("LOCALBOX_FUZZ_EXAMPLES", "300"))
OPERATIONS = [f"{root}.{name}" for root in ("Query", "Mutation") for name in load().type_map[root].fields]  # type: ignore[attr-defined]
EACH = max(3, EXAMPLES // len(OPERATIONS))
HEADERS = {"Authorization": "Bearer fuzz-key"}
PHASES = (Phase.generate, Phase.shrink)
REFUSALS = {"RESOURCE_NOT_FOUND", "RESOURCE_CONFLICT", "MALFORMED_REQUEST", "OPERATION_NOT_ALLOWED"}
REFUSALS |= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}  # a word in the place of a number
WORDS = ['"2026-11-22T20:23:43.441Z"', '""', '"x"', "0", "7", "-1", "1e9", "true", "null", "[]", "{}"]
TREES = [
    '{tools: [{tool: "rectangle", name: "a"}], classifications: []}',
    '{searchQuery: {query: [{type: "global_key", operator: "is", ids: ["x"]}], scope: null}, projectId: "x"}',
    "{numberOfLabels: 2, coveragePercentage: [null, {a: 1}]}",
]


def literals(*texts: str) -> Any:
    return st.sampled_from(texts).map(graphql.parse_value)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    for name in ("DateTime", "PageSize", "UInt64", "Upload"):
        schemathesis.graphql.scalar(name, literals(*WORDS))
    for name in ("Json", "SearchServiceQuery", "SearchServiceSorting"):
        schemathesis.graphql.scalar(name, literals(*WORDS, *TREES))
    folder: Path = tmp_path_factory.mktemp("schemathesis")
    database = Database(folder)
    found(database)
    application = app.build(database, Options(folder, key="fuzz-key"))
    return schemathesis.graphql.from_asgi("/graphql", application, headers=HEADERS)


def faults(case: Any, response: Any) -> list[str]:
    """What schemathesis finds wrong, refusals by the protocol's own codes left out."""
    try:
        case.validate_response(response, headers=HEADERS)
    except FAILURES as group:
        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        refused = response.status_code < 500 and codes <= REFUSALS
        return [
            f"{type(each).__name__}: {case.body} {response.text}"
            for each in group.exceptions
            if not (refused and is_refusal(each))
        ]
    return []


def is_refusal(failure: Exception) -> bool:
    return type(failure).__name__ in {"GraphQLServerError", "GraphQLClientError"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_field_stands(schema: Any, operation: str) -> None:
    root, name = operation.split(".")

    @given(schema[root][name].as_strategy())
    @settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck), database=None, phases=PHASES)
    def stands(case: Any) -> None:
        assert faults(case, case.call(headers=HEADERS)) == []

    stands()
