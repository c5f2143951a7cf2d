"""An ontology's JSON turned into features that lines are looked up in, by name or by either of their ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CLASSIFICATIONS = frozenset({"radio", "checklist", "text"})
OPTION = "option"
IDS = ("schemaId", "featureSchemaId", "schemaNodeId")


@dataclass(frozen=True)
class Feature:
    """A tool, a classification or an option, with what may be nested in it.

    ``kind`` is the service's name for the type of the tool or classification, or ``option``.
    """

    kind: str
    names: tuple[str, ...]
    ids: tuple[str, ...]
    scope: str | None
    children: tuple["Feature", ...]
    colour: str | None = None

    @property
    def name(self) -> str:
        """The name used in lines."""
        return self.names[0]

    @property
    def feature_id(self) -> str:
        """The feature schema id."""
        return self.ids[0]


@dataclass(frozen=True)
class Ontology:
    """The features at the top of an ontology."""

    tools: tuple[Feature, ...]
    classifications: tuple[Feature, ...]

    @property
    def top(self) -> tuple[Feature, ...]:
        """Tools and classifications together."""
        return self.tools + self.classifications


def read(tree: dict[str, Any]) -> Ontology:
    """Return the ontology that a ``normalized`` object describes."""
    return Ontology(_features(tree.get("tools")), _features(tree.get("classifications")))


def _features(nodes: Iterable[dict[str, Any]] | None) -> tuple[Feature, ...]:
    return tuple(_feature(node) for node in nodes or ())


def _feature(node: dict[str, Any]) -> Feature:
    names = [node.get("value"), node.get("label")] if "value" in node else [node.get("name"), node.get("instructions")]
    nested = node.get("options") if "tool" not in node else node.get("classifications")
    return Feature(
        kind=str(node.get("tool") or node.get("type") or OPTION),
        names=tuple(str(each) for each in names if each),
        ids=(str(node.get("featureSchemaId")), str(node.get("schemaNodeId"))),
        scope=node.get("scope"),
        children=_features(nested),
        colour=node.get("color"),
    )


def find(features: Iterable[Feature], node: dict[str, Any]) -> Feature | None:
    """Return the feature that a line's node names, by id when it has one, else by name."""
    wanted = asked_id(node)
    if wanted is not None:
        return next((each for each in features if wanted in each.ids), None)
    name = node.get("name")
    exact = (each for each in features if each.names and each.name == name)
    return next(exact, next((each for each in features if name in each.names), None))


def asked_id(node: dict[str, Any]) -> str | None:
    """Return the schema id in a node, or None."""
    return next((str(node[key]) for key in IDS if node.get(key)), None)


def missing(node: dict[str, Any]) -> str:
    """Return the service's message for a feature that the ontology lacks."""
    wanted = asked_id(node)
    if wanted is not None:
        return f"Ontology does not contain schema id: {wanted}"
    return f"Ontology does not contain name: {node.get('name')}"
