"""YAML or JSON text -> plain values that know their line, so that a mistake can be shown where it stands."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from labelferry.errors import SpecError

__all__ = ["Located", "load", "read"]

MOST_VALUES = 100_000
"""More than any ontology has (Labelbox takes 4,000 features): stops YAML aliases that unfold without end."""


@dataclass(frozen=True, slots=True)
class Located:
    """A value with its place: a scalar, a list of Located, or a dict of str to Located."""

    value: Any
    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"

    def wrong(self, what: str) -> SpecError:
        """An error that begins with this place."""
        return SpecError(f"{self}: {what}")


def load(path: Path) -> Located:
    """Read a file.

    Raises:
        SpecError: when it is not there, not UTF-8, or neither YAML nor JSON.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror}); give the path of a file you may read") from error
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    return _json(text, str(path)) if path.suffix.lower() == ".json" else read(text, str(path))


def read(text: str, source: str) -> Located:
    """Read YAML text, which JSON is as well.

    Raises:
        SpecError: with ``source`` and the line, when it is neither.
    """
    return _yaml(text, source)


def _json(text: str, source: str) -> Located:
    try:
        return _plain(json.loads(text, object_pairs_hook=partial(_object, source)), source)
    except json.JSONDecodeError as error:
        raise SpecError(f"{source}:{error.lineno}: not JSON ({error.msg}); mend the file") from error
    except RecursionError as error:
        raise SpecError(f"{source}: nested too deeply to be meant; mend the file") from error


def _object(source: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise Located(None, source).wrong(f"'{twice}' is given twice in one object; give it once")
    return keys


def _plain(value: Any, source: str) -> Located:
    if isinstance(value, dict):
        value = {key: _plain(item, source) for key, item in value.items()}
    elif isinstance(value, list):
        value = [_plain(item, source) for item in value]
    return Located(value, source)


def _yaml(text: str, source: str) -> Located:
    try:
        return _Composer(text, source).load()
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise SpecError(f"{source}{line}: not YAML ({error.problem}); mend the file") from error
    except (yaml.YAMLError, ValueError) as error:
        raise SpecError(f"{source}: not YAML ({error}); mend the file") from error
    except RecursionError as error:
        raise SpecError(f"{source}: nested too deeply to be meant; mend the file") from error


class _Composer:
    def __init__(self, text: str, source: str) -> None:
        self.loader = yaml.SafeLoader(text)
        self.source = source
        self.seen = 0

    def load(self) -> Located:
        try:
            node = self.loader.get_single_node()
            return Located(None, self.source) if node is None else self.convert(node)
        finally:
            self.loader.dispose()

    def convert(self, node: yaml.Node) -> Located:
        self.seen += 1
        if self.seen > MOST_VALUES:
            raise self.at(node, None).wrong("too large to be meant; mend the file")
        if isinstance(node, yaml.MappingNode):
            return self.at(node, self.mapping(node))
        if isinstance(node, yaml.SequenceNode):
            return self.at(node, [self.convert(item) for item in node.value])
        return self.at(node, self.loader.construct_object(node))

    def mapping(self, node: yaml.MappingNode) -> dict[str, Located]:
        own = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, _ in node.value:
            if own.count(key.value) > 1:
                raise self.at(key, None).wrong(f"'{key.value}' is given {own.count(key.value)} times; give it once")
        self.loader.flatten_mapping(node)
        return {self.key(key): self.convert(item) for key, item in node.value}

    def key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.at(node, None).wrong("a key must be a word")
        return str(node.value)

    def at(self, node: yaml.Node, value: Any) -> Located:
        return Located(value, self.source, node.start_mark.line + 1)
