"""YAML or JSON text -> plain values with their line, so that errors have their place.

A file that a spec names by mistake may contain a key or a password. So nothing of a file is quoted unless its outermost
mapping looks as expected, and no error is chained to a parser's, whose text has lines of the file.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from labelferry.errors import SpecError
from labelferry.files.located import Located, MappingShape
from labelferry.regular import is_regular, open_regular
from labelferry.yaml_nodes import Composer

__all__ = ["load", "read"]

MOST_BYTES = 5_000_000


def load(path: Path, shape: MappingShape) -> Located:
    """Read a file.

    Raises:
        SpecError: when it does not exist, is too large, not UTF-8, neither YAML nor JSON, or of another shape.
    """
    try:
        text = _bytes(path, shape).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SpecError(f"{path}: cannot be read ({reason}); give the path of {shape.what}") from error
    return _json(text, str(path), shape) if path.suffix.lower() == ".json" else read(text, str(path), shape)


def read(text: str, source: str, shape: MappingShape) -> Located:
    """Read YAML text, which JSON is as well.

    Raises:
        SpecError: with ``source`` and the line, when it is neither, or of another shape.
    """
    try:
        return Composer(text, source, shape).load()
    except yaml.YAMLError as error:
        raise _place(error, text, source).wrong(f"not YAML ({_problem(error)}); fix the file") from None
    except RecursionError:
        raise SpecError(f"{source}: nested too deeply; fix the file") from None


def _bytes(path: Path, shape: MappingShape) -> bytes:
    if not is_regular(path):
        raise SpecError(f"{path}: cannot be read (no such file, or not a regular one); give the path of {shape.what}")
    with open_regular(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SpecError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB; give the path of {shape.what}")
    return data


def _place(error: yaml.YAMLError, text: str, source: str) -> Located:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return Located(None, source, error.problem_mark.line + 1)
    position = getattr(error, "position", None)
    return Located(None, source, None if position is None else text.count("\n", 0, position) + 1)


def _problem(error: yaml.YAMLError) -> str:
    """Return PyYAML's message if it quotes a single character at most."""
    if isinstance(error, yaml.scanner.ScannerError):
        return str(error.problem)
    if isinstance(error, yaml.reader.ReaderError):
        return "a control character"
    return "brackets, quotes, indentation, tags or aliases do not match"


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as written, including keys that are given twice."""


def _json(text: str, source: str, shape: MappingShape) -> Located:
    try:
        whole = json.loads(text, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise Located(None, source, error.lineno).wrong(f"not JSON ({error.msg}); fix the file") from None
    except RecursionError:
        raise SpecError(f"{source}: nested too deeply; fix the file") from None
    except ValueError:
        raise SpecError(f"{source}: a number with too many digits; fix the file") from None
    if not isinstance(whole, _Pairs) or not shape.fits(key for key, _ in whole):
        raise shape.missed(Located(None, source))
    return _plain(whole, source)


def _plain(value: Any, source: str) -> Located:
    if isinstance(value, _Pairs):
        if twice := [key for key, count in Counter(key for key, _ in value).items() if count > 1]:
            raise Located(None, source).wrong(f"'{twice[0]}' is given twice in one object; give it once")
        value = {key: _plain(item, source) for key, item in value}
    elif isinstance(value, list):
        value = [_plain(item, source) for item in value]
    return Located(value, source)
