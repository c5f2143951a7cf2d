"""The schema and the routes turned into a page that lists what localbox supports and what it refuses by name.

Run ``python -m labelferry.localbox.coverage`` to write ``docs/localbox-coverage.md``; a test fails when it is stale.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType
from starlette.routing import Route

from labelferry.localbox import control, file_routes, frame_routes, page, rest
from labelferry.localbox.schema import load
from labelferry.localbox.work import SETTLERS

OUTCOMES = Path(__file__).resolve().parents[2] / "tests" / "official" / "outcomes.json"
"""What became of the official SDK's tests; in a checkout."""

# Root fields that documents of the official SDK 7.17.0 name and localbox does not have.
REFUSED = [
    "MEADataRowRegistrationTaskStatus",
    "MEALabelRegistrationTaskStatus",
    "addUsersToGroupsV2",
    "annotationGroups",
    "assignDataRowsToDataSplitTaskStatus",
    "cancelInvite",
    "clearQueueReservations",
    "continueAddUsersToGroupBatch",
    "createApiKey",
    "createAssignDataRowsToDataSplitTask",
    "createEmbedding",
    "createInvites",
    "createMalPredictionImportForModelRunDataRows",
    "createModel",
    "createModelConfig",
    "createModelErrorAnalysisPredictionImport",
    "createModelFoundryApp",
    "createModelJobForDataRows",
    "createModelRun",
    "createProjectModelConfig",
    "createUserGroupV3",
    "deleteEmbedding",
    "deleteModelConfig",
    "deleteModelFoundryApp",
    "deleteModelRunDataRows",
    "deleteModelRuns",
    "deleteModels",
    "deleteProjectMemberships",
    "deleteProjectModelConfig",
    "deleteUserGroup",
    "embeddings",
    "findModelFoundryApp",
    "getDataRowIdentifiersBySavedModelQuery",
    "getProjectById",
    "inviteMembers",
    "invitesLimit",
    "labelVersion",
    "labelVersions",
    "meaToMalPredictionImport",
    "modelErrorAnalysisPredictionImport",
    "modelFoundryModelRunInfo",
    "modelRun",
    "organizationRole",
    "projectBoostWorkforce",
    "removeUsersFromGroupV2",
    "resetModelRunConfig",
    "searchProjects",
    "sendToAnnotateFromMea",
    "setOrganizationRole",
    "setProjectMembership",
    "setProjectModelSetupComplete",
    "syncExternalProject",
    "updateApiKey",
    "updateModelRunConfig",
    "updateTrainingPipeline",
    "updateUser",
    "updateUserGroupV3",
    "upsertProjectBoostWorkforce",
    "userGroupAuditEvents",
    "userGroupV2",
    "userGroupsV2",
    "validateAndRequestProjectBoostWorkforce",
]


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    yield "# What localbox covers"
    yield ""
    yield "Generated from the schema and the routes by `python -m labelferry.localbox.coverage`; do not edit."
    yield ""
    for title, owner in (("Queries", "Query"), ("Mutations", "Mutation"), ("Inside `project`", "ProjectMutation")):
        yield from _section(title, _fields(owner))
    yield from _section("Jobs, each with its own transitions", sorted(SETTLERS))
    yield from _section("Routes besides `/graphql` and `/_gql`", _routes())
    yield "## Refused by name"
    yield ""
    yield "Answered with `OPERATION_NOT_ALLOWED` and the operation's name: HTTP 501, but 400 for the official SDK,"
    yield "which repeats every 5xx for two minutes. Anything else that the schema lacks is answered in the same way."
    yield ""
    yield from (f"- `{name}`" for name in REFUSED)
    yield ""
    yield from _official(json.loads(OUTCOMES.read_text("utf-8")))


def _official(kept: dict[str, Any]) -> Iterator[str]:
    yield "## The official SDK's own tests"
    yield ""
    yield "The integration tests in the source distribution of labelbox 7.17.0, unmodified, run against localbox by"
    yield "`pytest tests/official` (part of `make test-all`; it gets the distribution from the package index). There is"
    yield "no network, waits are cut short but count in full, the real service's name leads to localbox, the box"
    yield "with which their fixtures label an image is sent on the first frame of a video, and tests run that Labelbox"
    yield "skips for the state of its own account."
    yield ""
    yield "| outcome | tests |"
    yield "|---|---|"
    yield from (f"| {outcome} | {count} |" for outcome, count in kept["counts"].items())
    yield ""
    yield from _reasons("fail", kept["failing"], kept["reasons"])
    yield ""
    yield from _reasons("are skipped", kept["skipped"], kept["reasons"])


def _reasons(outcome: str, tests: dict[str, list[str]], reasons: dict[str, str]) -> Iterator[str]:
    yield f"| those that {outcome} are | tests | in |"
    yield "|---|---|---|"
    for reason, together in tests.items():
        files = sorted({f"`{test.partition('::')[0].rpartition('/')[2]}`" for test in together})
        yield f"| {reasons[reason]} | {len(together)} | {', '.join(files)} |"


def _fields(type_name: str) -> list[str]:
    found = load().type_map[type_name]
    return sorted(found.fields) if isinstance(found, GraphQLObjectType) else []


def _routes() -> list[str]:
    routes = [*file_routes.ROUTES, *frame_routes.ROUTES, *rest.ROUTES, *page.ROUTES, *control.routes(enabled=True)]
    found = [route for route in routes if isinstance(route, Route)]
    return sorted({f"{', '.join(sorted(route.methods or []))} {route.path}" for route in found})


def _section(title: str, names: list[str]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from (f"- `{name}`" for name in names)
    yield ""


def text() -> str:
    """Return the whole page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
