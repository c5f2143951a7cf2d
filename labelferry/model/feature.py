"""A label's feature in the ontology, and its place in the user's files."""

from dataclasses import dataclass

from labelferry.errors import AnnotationError

__all__ = ["Feature", "Where", "refuse_blank"]


def refuse_blank(text: str | None, what: str, of: object) -> None:
    """Refuse a blank text, which an import cannot represent.

    Args:
        text: None when it is not given.
        what: its name, for the message.
        of: its owner, for the message.

    Raises:
        AnnotationError: when it is blank.
    """
    if text is not None and not text.strip():
        raise AnnotationError(f"{of}: the {what} is blank; fill it in or leave it out")


@dataclass(frozen=True, slots=True)
class Feature:
    """A tool, question or option of the ontology, by name, by schema id, or both."""

    name: str | None = None
    schema_id: str | None = None

    def __post_init__(self) -> None:
        if not self.name and not self.schema_id:
            raise AnnotationError("an annotation has neither a name nor a feature_schema_id; give one of them")
        refuse_blank(self.name, "name", self)
        refuse_blank(self.schema_id, "feature_schema_id", self)

    def __str__(self) -> str:
        return self.name or f"schema id {self.schema_id}"

    @property
    def key(self) -> str:
        """The identity of the feature: the schema id if it has one, else the name."""
        return self.schema_id or self.name or ""


@dataclass(frozen=True, slots=True)
class Where:
    """A place in the user's files."""

    source: str
    line: int | None = None
    detail: str | None = None

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place} ({self.detail})" if self.detail else place
