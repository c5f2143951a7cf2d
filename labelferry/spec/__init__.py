"""The spec: the YAML file that says which videos and labels go where; its model, its places and its policies."""

from labelferry.spec.model import (
    OPEN,
    BatchSpec,
    Decisions,
    FrameOptions,
    ImportAs,
    Imports,
    OntologyRef,
    ProjectSpec,
    Reference,
    Spec,
    checked_name,
    is_name,
    is_text,
    name_of,
)

__all__ = [
    "OPEN",
    "BatchSpec",
    "Decisions",
    "FrameOptions",
    "ImportAs",
    "Imports",
    "OntologyRef",
    "ProjectSpec",
    "Reference",
    "Spec",
    "checked_name",
    "is_name",
    "is_text",
    "name_of",
]
