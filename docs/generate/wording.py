"""The texts of findings, as the source that makes them has them; what depends on the input is in angle brackets."""

import ast
import re
from collections.abc import Iterator
from types import ModuleType

__all__ = ["Wording", "calls", "parsed"]


def parsed(module: ModuleType) -> ast.Module:
    """The source of a module."""
    with open(module.__file__ or "", encoding="utf-8") as source:  # noqa: PTH123  a module's file is a text
        return ast.parse(source.read())


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """The calls of functions or methods of these names, in the order of the source."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node.func) in names]
    yield from sorted(found, key=lambda call: call.lineno)


def name_of(node: ast.expr) -> str:
    """What something is called in the source; three dots when it is no name."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else "..."


class Wording:
    """Reads texts out of one module."""

    def __init__(self, module: ModuleType) -> None:
        self.values = vars(module)
        self.tree = parsed(module)

    def of(self, node: ast.expr) -> str:
        """The text of an expression: constants, formatted texts, names of texts, methods that return one."""
        if isinstance(node, ast.Name) and (assigned := self._assigned(node)):
            return self.of(assigned)
        if isinstance(node, ast.Call) and (returned := self._returned(name_of(node.func))):
            return "; or ".join(self.of(each) for each in returned)
        return re.sub(r"<([A-Z_]+)>", lambda name: self._constant(name[1]), self._said(node))

    def _said(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant):
            return str(node.value)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._said(part) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self._said(node.value)
        return f"<{name_of(node)}>"

    def _constant(self, name: str) -> str:
        value = self.values[name]
        return f"{value:,}" if isinstance(value, int) else str(value)

    def _assigned(self, name: ast.Name) -> ast.expr | None:
        """The last text given to a name before it is used."""
        before = [
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Assign) and node.lineno < name.lineno and name_of(node.targets[0]) == name.id
        ]
        texts = [node for node in before if isinstance(node, ast.Constant | ast.JoinedStr)]
        return max(texts, key=lambda node: node.lineno, default=None)

    def _returned(self, function: str) -> list[ast.expr]:
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef) and node.name == function)
        return [
            node.value
            for one in found
            for node in ast.walk(one)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        ]
