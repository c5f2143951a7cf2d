"""The parameters of the flows: the fields of the form in Prefect's UI. Their help texts are the flows' docstrings."""

from typing import Annotated

from pydantic import Field

from labelferry.spec import Decisions, Spec
from tasks.credentials import LabelboxCredentials

__all__ = ["AS_THE_SPEC_SAYS", "Credentials", "Name", "SpecOrPlace"]

Place = Annotated[str, Field(title="Path, URL or text", min_length=1)]
SpecOrPlace = Place | Spec
Credentials = LabelboxCredentials | None
Name = Annotated[str, Field(min_length=1)]
AS_THE_SPEC_SAYS = Decisions()
