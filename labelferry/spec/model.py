"""The onboarding spec: one YAML file that says which videos and labels go where; also the form in Prefect's UI."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from labelferry.errors import SpecError
from labelferry.printable import masked
from labelferry.sources.existing_rows import RowMatch, RowName
from labelferry.sources.registry import LabelsUnion

__all__ = [
    "IAM_DEFAULT",
    "IAM_NONE",
    "BatchSpec",
    "DatasetSpec",
    "Decisions",
    "ExistingRows",
    "FrameOptions",
    "ImportAs",
    "Imports",
    "OntologyRef",
    "ProjectSpec",
    "Reference",
    "Spec",
    "is_name",
    "is_text",
    "name_of",
]

OPEN: Literal["as the spec says"] = "as the spec says"
IAM_DEFAULT, IAM_NONE = "default", "none"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Reference(_Part):
    """A resource by name (which must be unique), or by Labelbox's id."""

    name: str | None = Field(None, min_length=1, max_length=200, description="Exact name")
    id: str | None = Field(None, min_length=1, description="Labelbox id of an existing resource")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_of_both(self) -> "Reference":
        if self.name is None and self.id is None:
            raise ValueError("give a name or an id")
        return self


class DatasetSpec(Reference):
    """The dataset of new data rows."""

    iam_integration: str = Field(
        IAM_DEFAULT,
        min_length=1,
        description="Integration that signs the URLs of a new dataset in private buckets: default (the workspace's "
        "default integration, if it has one), none, or the name or id of an integration",
    )


class ProjectSpec(Reference):
    """The project that the videos are labelled in."""

    media_type: Literal["VIDEO"] = Field("VIDEO", description="Labelbox media type")
    description: str | None = None


class OntologyRef(Reference):
    """The ontology: from a file, inferred from the labels, or an existing one by its name or id alone."""

    source: Literal["labels"] | None = Field(None, alias="from", description="labels: infer it from the labels")
    file: str | None = Field(None, description="YAML file, or the JSON of Labelbox's OntologyBuilder")

    @model_validator(mode="after")
    def _one_origin(self) -> "OntologyRef":
        if self.source and self.file:
            raise ValueError("give either from: labels or file, not both")
        return self

    @property
    def must_exist(self) -> bool:
        """Whether it is named only, and so is never created."""
        return not (self.source or self.file)


class BatchSpec(_Part):
    """The batch that adds the rows to the project."""

    name: str = Field("labelferry", min_length=1, max_length=200, description="Name of the first batch")
    priority: int = Field(5, ge=1, le=5, description="1 is the highest, 5 the lowest")


class ImportAs(StrEnum):
    """What the labels become."""

    PRELABELS = "prelabels"
    GROUND_TRUTH = "ground-truth"

    @property
    def words(self) -> str:
        """The value as text."""
        return "pre-labels" if self is ImportAs.PRELABELS else "ground truth"


class Imports(_Part):
    """How the labels are imported."""

    as_: ImportAs = Field(ImportAs.PRELABELS, alias="as", description="Pre-labels for annotators, or finished labels")
    benchmark: bool = Field(False, description="Ground truth only: make every label a benchmark")

    @model_validator(mode="after")
    def _benchmark_is_ground_truth(self) -> "Imports":
        if self.benchmark and self.as_ is not ImportAs.GROUND_TRUTH:
            raise ValueError("benchmark needs as: ground-truth")
        return self


class FrameOptions(_Part):
    """How frames are counted where Labelbox's documentation does not say."""

    temporal_base: Literal[0, 1] = Field(1, description="Number of the first frame in ranges of answers")


class ExistingRows(_Part):
    """Data rows that are in Labelbox already: those of a project or of a dataset that have labels here."""

    project: Reference | None = Field(None, description="Project that the data rows are in, by name or {id: ...}")
    dataset: Reference | None = Field(None, description="Dataset that the data rows are in, by name or {id: ...}")
    match: RowMatch = Field(
        RowMatch.GLOBAL_KEY,
        description="What the labels call a data row: its global key, its external id, or the name of its file (its "
        "external id, or else its row data) without folder and ending",
    )
    assign: RowName | None = Field(
        None,
        description="The global key that a data row without one gets: its external id, or its Labelbox id; without "
        "this, labels for such a row stop the run",
    )

    @model_validator(mode="after")
    def _one_place(self) -> "ExistingRows":
        if (self.project is None) == (self.dataset is None):
            raise ValueError("give either the project or the dataset that the data rows are in")
        return self


def _kind_of_videos(value: Any) -> str | None:
    kinds = {str: "file", list: "list", dict: "rows", ExistingRows: "rows"}
    return next((kind for type_, kind in kinds.items() if isinstance(value, type_)), None)


def _any_of(schema: dict[str, Any]) -> None:
    """Describe the choice as one that forms know."""
    schema["anyOf"] = schema.pop("oneOf")


VideoPlaces = Annotated[
    Annotated[str, Tag("file")] | Annotated[list[dict[str, Any]], Tag("list")] | Annotated[ExistingRows, Tag("rows")],
    Discriminator(
        _kind_of_videos,
        custom_error_type="no_videos",
        custom_error_message="give the path of a table, a pattern of files, a list, or the project or dataset that "
        "the data rows are in",
    ),
]


class Spec(_Part):
    """An onboarding: which videos, which labels, into which project."""

    name: str = Field(max_length=100, description="Key of the onboarding, of its resources and its ledger")
    dataset: DatasetSpec | None = Field(
        None, description="Dataset for new data rows, by name or {id: ...}; needed only if there are any"
    )
    project: ProjectSpec
    ontology: OntologyRef
    batch: BatchSpec = BatchSpec()
    videos: VideoPlaces = Field(
        description="Table of videos (CSV, Parquet, Excel, JSON lines), a pattern of video files, a list, or the data "
        "rows of a project or dataset",
        json_schema_extra=_any_of,
    )
    labels: list[LabelsUnion] = Field(default_factory=list, description="Files of labels")
    imports: Imports = Field(Imports(), alias="import")
    frames: FrameOptions = FrameOptions()
    on_existing: Literal["reuse", "update", "fail"] = Field(
        "reuse",
        description="Existing data rows that differ from the manifest, or whose local video was replaced: leave them "
        "as they are (and report it), update them, or stop",
    )
    on_ontology_change: Literal["fail", "new-version"] = Field(
        "fail", description="An existing ontology that differs: stop, or create a new version and connect it"
    )
    on_changed: Literal["fail", "replace"] = Field(
        "fail",
        description="Imported pre-labels that have changed in the sources: stop, or delete our own earlier import "
        "and send them again",
    )
    on_labelled: Literal["fail", "add"] = Field(
        "fail", description="Ground truth for rows that have a label: stop, or add it as a second label"
    )
    on_empty: Literal["warn", "fail"] = Field(
        "warn", description="Files and patterns with no labels or videos in them: report it, or stop"
    )
    on_missing_video: Literal["fail", "skip"] = Field(
        "fail", description="Labels for a video that is not in videos: stop, or leave them out and report it"
    )

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not NAME.fullmatch(value):
            raise ValueError("use letters, digits, dots, dashes and underscores, beginning with a letter or digit")
        return value

    @model_validator(mode="after")
    def _policies_fit(self) -> "Spec":
        if self.on_changed == "replace" and self.imports.as_ is ImportAs.GROUND_TRUTH:
            raise ValueError(
                "on_changed: replace needs as: prelabels; imported ground truth cannot be deleted, "
                "on_labelled: add imports the new as a second label"
            )
        if self.on_labelled == "add" and self.imports.as_ is not ImportAs.GROUND_TRUTH:
            raise ValueError("on_labelled: add needs as: ground-truth; pre-labels can be added to any row")
        return self


class Decisions(_Part):
    """Decisions for one run that the policies of the spec stop with a conflict."""

    on_existing: Literal["as the spec says", "reuse", "update", "fail"] = Field(
        OPEN, description="Existing data rows that differ: leave them as they are, update them, or stop"
    )
    on_ontology_change: Literal["as the spec says", "fail", "new-version"] = Field(
        OPEN, description="An existing ontology that differs: stop, or create a new version and connect it"
    )
    on_changed: Literal["as the spec says", "fail", "replace"] = Field(
        OPEN, description="Imported pre-labels that have changed: stop, or replace our own earlier import"
    )
    on_labelled: Literal["as the spec says", "fail", "add"] = Field(
        OPEN, description="Ground truth for rows that have a label: stop, or add it as a second label"
    )


def name_of(spec: Any) -> str:
    """Return the name of a run: the onboarding's name, or the place of the spec if only that is known."""
    if not isinstance(spec, str):
        return str(spec.get("name", "")) if isinstance(spec, dict) else str(getattr(spec, "name", spec))
    return "a pasted spec" if is_text(spec) else masked(spec)


def is_text(spec: str) -> bool:
    """Return whether this is a spec itself, in YAML or JSON, and not the place of one."""
    return "\n" in spec.strip() or spec.lstrip().startswith("{")


def checked_name(name: str) -> str:
    """Return the name of an onboarding, unless it could lead out of its folder.

    Raises:
        SpecError: when it is not a valid name.
    """
    if not NAME.fullmatch(name):
        raise SpecError(
            f"{name[:100]!r} is not the name of an onboarding: names have letters, digits, dots, dashes and "
            "underscores and begin with a letter or digit. Give the name: of its spec; labelferry status lists all"
        )
    return name


def is_name(spec: Any) -> bool:
    """Return whether this is the name of an onboarding, and neither the path of an existing file nor a spec itself."""
    return isinstance(spec, str) and NAME.fullmatch(spec) is not None and not Path(spec).is_file()
