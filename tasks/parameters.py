"""What the flows ask for: the fields of the form in Prefect's UI, with their help texts."""

from typing import Annotated

from pydantic import Field

from labelferry.spec import Decisions, Spec
from tasks.credentials import LabelboxCredentials

__all__ = ["Credentials", "Decided", "Name", "ReviewedPlan", "SpecOrPlace"]

Text = Annotated[str, Field(title="Path, address or text", min_length=1)]

SpecOrPlace = Annotated[
    Text | Spec,
    Field(
        title="Spec",
        description="Path of a spec file on the worker, its http(s) address, the spec itself pasted as YAML or JSON; "
        "or, under the second tab, filled in here",
    ),
]
Credentials = Annotated[
    LabelboxCredentials | None,
    Field(
        title="Credentials",
        description="Block with the key of Labelbox. Without one: the worker's LABELBOX_API_KEY, else the localbox",
    ),
]
Decided = Annotated[
    Decisions,
    Field(title="Decisions", description="For this run only, when the spec's own policies stop it with a conflict"),
]
ReviewedPlan = Annotated[
    str | None,
    Field(title="Reviewed plan", description="Path of a plan on the worker; anything else than it says is refused"),
]
Name = Annotated[str, Field(title="Onboarding", min_length=1, description="Name of the onboarding, as in its spec")]
