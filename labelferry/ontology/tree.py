"""The ontology as a frozen tree: tools and questions, their options, and the questions nested in those.

The tree keeps everything in Labelbox's normalised form (``normalized.py`` reads and writes it), with ids and colours,
so that schema ids can be looked up in an ontology from the service.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from labelferry.model.feature import Feature
from labelferry.ontology.kinds import Scope

__all__ = ["Ids", "Ontology", "Option", "Question", "Tool", "find"]


@dataclass(frozen=True, slots=True)
class Ids:
    """The service's ids of a feature; both None before it has seen it."""

    feature_schema: str | None = None
    schema_node: str | None = None


NO_IDS = Ids()


class Named(Protocol):
    """Anything that can be looked up: a tool, a question or an option."""

    @property
    def ids(self) -> Ids:
        """The service's ids."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a label may use, the most specific first."""


N = TypeVar("N", bound=Named)


def find(items: Sequence[N], feature: Feature) -> N | None:
    """Return the item that ``feature`` names: by schema id when it has one and the items have ids, else by name."""
    if feature.schema_id and any(item.ids.feature_schema for item in items):
        return next((item for item in items if item.ids.feature_schema == feature.schema_id), None)
    return _by_name(items, feature.name) if feature.name else None


def _by_name(items: Sequence[N], name: str) -> N | None:
    """Return the item with this as its most specific name, or else one with it as another name."""
    surely = (item for item in items if item.names[0] == name)
    return next(surely, None) or next((item for item in items if name in item.names), None)


@dataclass(frozen=True, slots=True)
class Option:
    """One possible answer of a radio or checklist, with the questions that it opens.

    Args:
        value: its name in labels.
        label: what the editor shows; the value unless given.
        questions: asked when this option is chosen.
        ids: the service's ids.
        extra: further keys of the normalised form (``position``).
    """

    value: str
    label: str = ""
    questions: tuple["Question", ...] = ()
    ids: Ids = NO_IDS
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.value)

    @property
    def names(self) -> tuple[str, ...]:
        """The value, then the label: ontologies created in the editor have generated values."""
        return (self.value, self.label)

    def question(self, feature: Feature) -> "Question | None":
        """Return the question nested in this option."""
        return find(self.questions, feature)


@dataclass(frozen=True, slots=True)
class Question:
    """A classification of the ontology.

    Args:
        kind: a ``QuestionKind``; other kinds only from the service.
        name: its name in labels.
        options: the possible answers of a radio or checklist.
        scope: once per video or for its frames; meaningless for a nested question, which follows its parent.
        required: whether the editor requires an answer.
        instructions: what the editor shows; the name unless given.
        questions: nested in a text (the guide has Text in Text); radios and checklists nest in their options.
        ids: the service's ids.
        extra: further keys of the normalised form (``attributes``, ``uiMode``, ``isLikertScale``).
    """

    kind: str
    name: str
    options: tuple[Option, ...] = ()
    scope: Scope = Scope.GLOBAL
    required: bool = False
    instructions: str = ""
    questions: tuple["Question", ...] = ()
    ids: Ids = NO_IDS
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "instructions", self.instructions or self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """The name."""
        return (self.name,)

    def option(self, feature: Feature) -> Option | None:
        """Return the option that an answer names."""
        return find(self.options, feature)

    def question(self, feature: Feature) -> "Question | None":
        """Return the question nested in a text."""
        return find(self.questions, feature)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the ontology.

    Args:
        kind: a ``ToolKind``; other kinds only from the service.
        name: its name in labels.
        questions: its sub-classifications.
        required: whether the editor requires one.
        colour: ``#rrggbb``; None picks one by the tool's position.
        ids: the service's ids.
        extra: further keys of the normalised form (``attributes``).
    """

    kind: str
    name: str
    questions: tuple[Question, ...] = ()
    required: bool = False
    colour: str | None = None
    ids: Ids = NO_IDS
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The name."""
        return (self.name,)

    def question(self, feature: Feature) -> Question | None:
        """Return the sub-classification that a label names."""
        return find(self.questions, feature)


@dataclass(frozen=True, slots=True)
class Ontology:
    """The tools and the top-level questions of a project."""

    tools: tuple[Tool, ...] = ()
    questions: tuple[Question, ...] = ()

    def tool(self, feature: Feature) -> Tool | None:
        """Return the tool that a label names."""
        return find(self.tools, feature)

    def question(self, feature: Feature) -> Question | None:
        """Return the top-level question that a label names."""
        return find(self.questions, feature)

    @property
    def has_ids(self) -> bool:
        """Whether the service has assigned ids, so that labels by schema id can be looked up."""
        return any(feature.ids.feature_schema for feature in self.walk())

    @property
    def feature_schemas(self) -> list[str]:
        """The schema ids of its tools and questions; options have none of their own to delete."""
        found = (each.ids.feature_schema for each in self.walk() if not isinstance(each, Option))
        return [each for each in found if each]

    def walk(self) -> Iterator[Tool | Question | Option]:
        """Yield every feature, parents before children."""
        for tool in self.tools:
            yield tool
            yield from _below(tool.questions)
        yield from _below(self.questions)

    def to_normalized(self) -> dict[str, Any]:
        """Return the normalised form, as the service and the official SDK's OntologyBuilder write it."""
        from labelferry.ontology.normalized import to_normalized

        return to_normalized(self)

    @classmethod
    def from_normalized(cls, normalized: Mapping[str, Any]) -> "Ontology":
        """Return the ontology from the service's answer, with its ids.

        Raises:
            SpecError: when it is not a normalised ontology.
        """
        from labelferry.ontology.normalized import from_normalized

        return from_normalized(normalized)

    def fingerprint(self) -> str:
        """Return a hash of the ontology's content: ids, colours and the order of features do not matter."""
        from labelferry.ontology.normalized import fingerprint

        return fingerprint(self)


def _below(questions: Sequence[Question]) -> Iterator[Question | Option]:
    for question in questions:
        yield question
        yield from _below(question.questions)
        for option in question.options:
            yield option
            yield from _below(option.questions)
