"""A module's text -> its mutants: one comparison, constant, condition, argument, call or raise changed in each."""

import ast
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORE = [
    *("model", "sources", "assemble", "types", "checks", "ndjson"),
    *("ontology", "masks", "verification", "onboarding", "ledger"),
]
OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
TRUE, FALSE = ast.Constant(True), ast.Constant(False)


@dataclass(frozen=True)
class Mutant:
    """A module with one small error."""

    path: str
    lines: range
    inside: bool
    before: str
    after: str
    text: bytes

    @property
    def room(self) -> str:
        return self.path.split("/")[1]

    def __str__(self) -> str:
        return f"{self.path}:{self.lines[0]}  {' '.join(self.before.split())}  ->  {' '.join(self.after.split())}"


def mutants(path: Path, source: bytes) -> Iterator[Mutant]:
    """Yield a module's mutants in the order of its text."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, new, inside in sites(ast.parse(source), inside=False):
        first, last = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        after = ast.unparse(new)
        put = f"({after})" if isinstance(new, ast.expr) else after
        text = source[:first] + put.encode() + source[last:]
        lines = range(node.lineno, node.end_lineno + 1)
        yield Mutant(str(path), lines, inside, source[first:last].decode(), after, text)


def sites(node: ast.AST, *, inside: bool) -> Iterator[tuple[Any, ast.AST, bool]]:
    """Yield what may be changed and into what; not in messages, annotations, decorators and descriptions."""
    yield from ((old, new, inside) for old, new in changes(node))
    for child in children(node):
        within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from sites(child, inside=within)


def children(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef(name="__repr__" | "__str__" | "_repr_html_") | ast.JoinedStr() | ast.Raise():
            return
        case ast.keyword(arg="strict"):  # zip's own guard: what it refuses never happens
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from [*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]
        case ast.ClassDef():
            yield from node.body
        case ast.AnnAssign():
            yield from filter(None, [node.value])
        case _:
            yield from ast.iter_child_nodes(node)


def changes(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield what one node may become."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in OPERATORS:
            yield node, changed(node, ops=[OPERATORS[type(op)]()])
        case ast.BoolOp() | ast.BinOp() if type(node.op) in OPERATORS:
            yield node, changed(node, op=OPERATORS[type(node.op)]())
        case ast.UnaryOp(op=ast.Not()):
            yield node, node.operand
        case ast.Constant(value=int() as value):
            yield node, ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Slice():
            yield from ((node, changed(node, **{side: None})) for side in ("lower", "upper") if getattr(node, side))
        case ast.Call():
            yield from calls(node)
        case _:
            yield from steps(node)


def steps(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield a call or refusal left out, nothing returned, a condition that always or never holds."""
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield node, ast.Pass()
        case ast.Return(value=ast.Constant(None | False)):  # None is as false as False
            return
        case ast.If(test=ast.Name("TYPE_CHECKING")):  # never holds here
            return
        case ast.Return(value=ast.expr()):
            yield node, ast.Return(ast.Constant(None))
        case ast.If() | ast.IfExp():
            yield from ((node.test, constant) for constant in (TRUE, FALSE))
        case ast.comprehension():
            yield from ((test, TRUE) for test in node.ifs)


def calls(call: ast.Call) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield a call of the opposite function, then the call without one of its keywords: few positions are optional."""
    if isinstance(call.func, ast.Name) and call.func.id in NAMES:
        yield call.func, ast.Name(NAMES[call.func.id])
    for keyword in (each for each in call.keywords if each.arg not in {"strict", "description"}):
        yield call, changed(call, keywords=[other for other in call.keywords if other is not keyword])


def changed(node: ast.AST, **fields: Any) -> Any:
    new = copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new
