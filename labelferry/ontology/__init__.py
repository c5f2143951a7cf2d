"""The ontology: read from a file, inferred from labels, or fetched from the service; compared and looked up.

``labelferry.ontology.file.read`` reads a file; it is not imported here because it needs YAML.
"""

from labelferry.ontology.diff import DifferenceKind, OntologyDifference, diff, lacks
from labelferry.ontology.infer import Inference, infer
from labelferry.ontology.kinds import QuestionKind, Scope, ToolKind
from labelferry.ontology.merge import merge
from labelferry.ontology.tree import Ids, Ontology, Option, Question, Tool

__all__ = [
    "DifferenceKind",
    "Ids",
    "Inference",
    "Ontology",
    "OntologyDifference",
    "Option",
    "Question",
    "QuestionKind",
    "Scope",
    "Tool",
    "ToolKind",
    "diff",
    "infer",
    "lacks",
    "merge",
]
