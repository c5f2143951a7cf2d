"""The schema and the routes turned into a page that lists what localbox supports and what it refuses by name.

Run ``python -m labelferry.localbox.coverage`` to write ``docs/localbox-coverage.md``; a test fails when it is stale.
"""

import sys
from collections.abc import Iterator

from graphql import GraphQLObjectType
from starlette.routing import Route

from labelferry.localbox import control, file_routes, page, rest
from labelferry.localbox.schema import load
from labelferry.localbox.work import SETTLERS

# Root fields that documents of the official SDK 7.17.0 use and localbox does not have.
REFUSED = [
    "MEADataRowRegistrationTaskStatus",
    "MEALabelRegistrationTaskStatus",
    "addUsersToGroupsV2",
    "annotationGroups",
    "assignDataRowsToDataSplitTaskStatus",
    "bulkAssignDataRows",
    "cancelBulkOperationJob",
    "cancelInvite",
    "catalogSavedQueries",
    "clearQueueReservations",
    "cloneProject",
    "continueAddUsersToGroupBatch",
    "createApiKey",
    "createAssignDataRowsToDataSplitTask",
    "createAwsIamIntegration",
    "createAzureIamIntegration",
    "createComment",
    "createEmbedding",
    "createGcpIamIntegration",
    "createInvites",
    "createIssue",
    "createIssueCategory",
    "createMalPredictionImportForModelRunDataRows",
    "createModel",
    "createModelConfig",
    "createModelErrorAnalysisPredictionImport",
    "createModelFoundryApp",
    "createModelJobForDataRows",
    "createModelRun",
    "createProjectModelConfig",
    "createResourceTag",
    "createUserGroupV3",
    "deleteComment",
    "deleteEmbedding",
    "deleteIssue",
    "deleteIssueCategory",
    "deleteModelConfig",
    "deleteModelFoundryApp",
    "deleteModelRunDataRows",
    "deleteModelRuns",
    "deleteModels",
    "deleteProjectMemberships",
    "deleteProjectModelConfig",
    "deleteUserGroup",
    "editIssueCategory",
    "embeddings",
    "extendReservations",
    "findModelFoundryApp",
    "getDataRowIdentifiersBySavedModelQuery",
    "getDataRowIdentifiersBySavedQuery",
    "getProjectById",
    "getSavedQuery",
    "inviteMembers",
    "invitesLimit",
    "issue",
    "labelVersion",
    "labelVersions",
    "meaToMalPredictionImport",
    "modelErrorAnalysisPredictionImport",
    "modelFoundryModelRunInfo",
    "modelRun",
    "openIssue",
    "organizationRole",
    "projectBoostWorkforce",
    "projectWorkflow",
    "removeUsersFromGroupV2",
    "resetModelRunConfig",
    "resolveIssue",
    "searchProjects",
    "sendToAnnotateFromCatalog",
    "sendToAnnotateFromMea",
    "setDefaultIamIntegration",
    "setOrganizationRole",
    "setProjectInstructions",
    "setProjectMembership",
    "setProjectModelSetupComplete",
    "syncExternalProject",
    "updateApiKey",
    "updateAwsIamIntegration",
    "updateAzureIamIntegration",
    "updateComment",
    "updateGcpIamIntegration",
    "updateIssue",
    "updateModelRunConfig",
    "updateProjectWorkflow",
    "updateTrainingPipeline",
    "updateUser",
    "updateUserGroupV3",
    "upsertAutoQaLabelFeedback",
    "upsertProjectBoostWorkforce",
    "userGroupAuditEvents",
    "userGroupV2",
    "userGroupsV2",
    "validateAndRequestProjectBoostWorkforce",
    "validateIamIntegration",
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


def _fields(type_name: str) -> list[str]:
    found = load().type_map[type_name]
    return sorted(found.fields) if isinstance(found, GraphQLObjectType) else []


def _routes() -> list[str]:
    routes = [*file_routes.ROUTES, *rest.ROUTES, *page.ROUTES, *control.routes(enabled=True)]
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
