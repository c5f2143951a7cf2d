"""Text is always opened as UTF-8, whatever the locale of the machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("labelferry", "flows", "tasks", "config", "deployments", "docs", "benches", "tests")
NO_FILES = {"archive", "av", "attachment", "Image", "opener"}
"""What is opened by a method of that name and is no file of text."""


def opened_by_locale(source: str) -> Iterator[int]:
    """Yield the lines that open text, or talk to a process in text, without an encoding."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and not _says_how(node) and _is_text(node):
            yield node.lineno


def _says_how(call: ast.Call) -> bool:
    at = {"read_text": 0, "write_text": 1}.get(_name(call.func), 99)
    return len(call.args) > at or any(keyword.arg == "encoding" for keyword in call.keywords)


def _is_text(call: ast.Call) -> bool:
    name, told = _name(call.func), {keyword.arg: keyword.value for keyword in call.keywords}
    if name in {"read_text", "write_text"} or any(_is_true(told.get(key)) for key in ("text", "universal_newlines")):
        return True
    if name not in {"open", "fdopen", "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"}:
        return False
    if isinstance(call.func, ast.Attribute) and _name(call.func.value) in NO_FILES:
        return False
    if name == "open" and isinstance(call.func, ast.Attribute) and _name(call.func.value) == "os":
        return False  # a descriptor, which has bytes
    modes = [each.value for each in [*call.args, *told.values()] if _is_mode(each)]
    return not any("b" in str(mode) for mode in modes) and (bool(modes) or not name.endswith("File"))


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_mode(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= 3


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


BY_LOCALE = [
    "path.read_text()",
    "path.write_text(text)",
    "open(path)",
    "path.open()",
    "path.open('w', newline='')",
    "os.fdopen(number, mode='a')",
    "NamedTemporaryFile('w')",
    "SpooledTemporaryFile(mode='w+')",
    "subprocess.run(command, text=True)",
]
OTHERS = [
    "path.read_text('utf-8')",
    "path.read_text(encoding='utf-8-sig')",
    "path.write_text(text, 'utf-8')",
    "open(path, 'rb')",
    "path.open('w', encoding='utf-8')",
    "path.open(mode='ab')",
    "NamedTemporaryFile(dir=folder)",
    "NamedTemporaryFile('wb')",
    "subprocess.run(command, encoding='utf-8')",
    "av.open(path, 'w')",
    "os.open(path, flags)",
    "Answer(text=text)",
]


@pytest.mark.parametrize("source", BY_LOCALE)
def test_it_is_noticed(source: str) -> None:
    assert list(opened_by_locale(source)) == [1]


@pytest.mark.parametrize("source", OTHERS)
def test_what_says_how_it_is_encoded_is_not(source: str) -> None:
    assert list(opened_by_locale(source)) == []


def test_no_text_is_opened_as_the_locale_likes() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 300
    assert [f"{path}:{line}" for path in paths for line in opened_by_locale(path.read_text("utf-8"))] == []
