"""The spec: the YAML file that says which videos and labels go where; its model, where it comes from, its policies."""

from labelferry.spec.model import (
    OPEN,
    Batch,
    Decisions,
    Frames,
    ImportAs,
    Imports,
    OntologyRef,
    Project,
    Reference,
    Spec,
    checked_name,
    is_name,
    is_text,
    name_of,
)

__all__ = [
    "OPEN",
    "Batch",
    "Decisions",
    "Frames",
    "ImportAs",
    "Imports",
    "OntologyRef",
    "Project",
    "Reference",
    "Spec",
    "checked_name",
    "is_name",
    "is_text",
    "name_of",
]
