"""YAML text -> plain values with their line, within bounds: aliases and merges cannot expand without end."""

from collections import Counter
from collections.abc import Iterator

import yaml

from labelferry.files.located import Located, MappingShape

__all__ = ["Composer"]

MOST_VALUES = 100_000
"""More than any ontology has: Labelbox accepts 4,000 features."""

MERGE = "tag:yaml.org,2002:merge"
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, OverflowError)
"""Errors that PyYAML lets through for a scalar that does not fit its type, such as the date 2026-13-01."""


class Composer:
    """Reader of one document.

    Args:
        text: the document.
        source: its origin, for messages.
        shape: its expected shape.
    """

    def __init__(self, text: str, source: str, shape: MappingShape) -> None:
        self.loader = yaml.SafeLoader(text)
        self.source = source
        self.shape = shape
        self.seen = 0

    def load(self) -> Located:
        """Return the document.

        Raises:
            SpecError: when it is too large, has a key twice, or has another shape.
            yaml.YAMLError: when it is not YAML.
        """
        try:
            node = self.loader.get_single_node()
            if not isinstance(node, yaml.MappingNode) or not self.shape.fits(key.value for key in _scalars(node)):
                raise self.shape.missed(Located(None, self.source) if node is None else self._at(node, None))
            return self._convert(node)
        finally:
            self.loader.dispose()

    def _convert(self, node: yaml.Node) -> Located:
        if isinstance(node, yaml.MappingNode):
            return self._at(node, self._mapping(node))
        self._count(node)
        if isinstance(node, yaml.SequenceNode):
            return self._at(node, [self._convert(item) for item in node.value])
        try:
            return self._at(node, self.loader.construct_object(node))
        except UNREADABLE:
            raise self._at(node, None).wrong("a value that cannot be read; put it in quotes") from None

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Located]:
        self._count(node)
        own = [(key, item) for key, item in node.value if key.tag != MERGE]
        times = Counter(self._key(key) for key, _ in own)
        for key, _ in own:
            if times[key.value] > 1:
                raise self._at(key, None).wrong(f"'{key.value}' is given {times[key.value]} times; give it once")
        merged: dict[str, Located] = {}
        for other in self._merged(node):
            merged = self._mapping(other) | merged
        return merged | {self._key(key): self._convert(item) for key, item in own}

    def _merged(self, node: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
        """Return the mappings that ``<<`` names, whose keys count where the mapping has none, the first one's first."""
        for key, item in node.value:
            if key.tag != MERGE:
                continue
            for other in item.value if isinstance(item, yaml.SequenceNode) else [item]:
                if not isinstance(other, yaml.MappingNode):
                    raise self._at(key, None).wrong("<< takes a mapping or a list of mappings")
                yield other

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._at(node, None).wrong("a key must be a plain scalar")
        return str(node.value)

    def _count(self, node: yaml.Node) -> None:
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise self._at(node, None).wrong(f"too large: more than {MOST_VALUES:,} values; fix the file")

    def _at(self, node: yaml.Node, value: object) -> Located:
        return Located(value, self.source, node.start_mark.line + 1)


def _scalars(node: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    return (key for key, _ in node.value if isinstance(key, yaml.ScalarNode))
