"""Mutants of a module: its code with one thing changed. No file is written.

::

    source ─▶ syntax tree ─▶ mutants_of: one change each, in the functions asked for ─▶ the changed source
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.support.tree import ROOT


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed place."""

    file: str
    """From the tree's top: ``catcher/privacy/keys.py``."""
    line: int
    function: str
    """``KeyRing.tokens``; "" at the top of the module."""
    before: str
    after: str
    """The first line of the changed statement, before and after."""
    source: str

    @property
    def name(self) -> str:
        """What it is called in the list of known survivors: no line number, which any edit would change."""
        return f"{self.file} {self.function}: {self.before} → {self.after}"

    @property
    def module(self) -> str:
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_LOGGED = ("log.", "self._log(")
_SHOWN = ("__repr__", "__str__")


def mutants_of(file: str, functions: Sequence[str] = ()) -> Iterator[Mutant]:
    """Every mutant of the code in ``functions`` (``KeyRing.tokens``, or ``KeyRing`` for all of it); () is the whole
    file. Left out: docstrings, annotations, log lines, ``__repr__``."""
    text = (ROOT / file).read_text()
    tree = ast.parse(text)
    for place in _places(tree, ""):
        wanted = not functions or any(f"{place.function}.".startswith(f"{name}.") for name in functions)
        for after in place.changes() if wanted else ():
            yield Mutant(file, place.line, place.function, *place.changed(tree, after))


@dataclass(frozen=True, slots=True)
class _Place:
    """A node that may be changed, where it hangs."""

    function: str
    statement: ast.stmt | None
    """The statement that an expression stands in; None for a statement."""
    owner: ast.AST
    field: str
    index: int | None

    @property
    def node(self) -> Any:
        value = getattr(self.owner, self.field)
        return value if self.index is None else value[self.index]

    @property
    def line(self) -> int:
        return int(getattr(self.node, "lineno", 0))

    def changes(self) -> Iterator[Any]:
        node = self.node
        yield from _expressions(node) if isinstance(node, ast.expr) else _statements(node)

    def changed(self, tree: ast.AST, after: Any) -> tuple[str, str, str]:
        """The statement before and after, and the whole new source."""
        before = self.node
        said = _first_line(self.statement or before)
        self._put(after)
        try:
            new = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
            return said, _first_line(self.statement or after), new
        finally:
            self._put(before)

    def _put(self, node: Any) -> None:
        if self.index is None:
            setattr(self.owner, self.field, node)
        else:
            getattr(self.owner, self.field)[self.index] = node


def _places(node: ast.AST, function: str, statement: ast.stmt | None = None) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params", "bases", "format_spec"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or _is_left_out(child):
                continue
            inner, within = function, statement
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}".lstrip(".")
                within = child
            elif isinstance(child, ast.stmt):
                yield _Place(function, None, node, field, index)
                within = child
            elif isinstance(child, ast.expr):
                yield _Place(function, statement, node, field, index)
            yield from _places(child, inner, within)


def _is_left_out(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or ast.unparse(node).startswith(_LOGGED)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING"
    if isinstance(node, ast.FunctionDef):
        return node.name in _SHOWN
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _expressions(node: ast.expr) -> Iterator[ast.expr]:
    """What may stand for an expression instead."""
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARED.get(type(op), ()):
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(op=op) if type(op) in _CALCULATED:
            yield ast.BinOp(node.left, _CALCULATED[type(op)](), node.right)
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            if value > 0:
                yield ast.Constant(value - 1)


def _statements(node: ast.stmt) -> Iterator[ast.stmt | list[ast.stmt]]:
    """What may stand for a statement instead."""
    match node:
        case ast.If() | ast.While():
            changed = copy.copy(node)
            changed.test = ast.UnaryOp(ast.Not(), node.test)
            yield changed
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Delete() | ast.Break() | ast.Continue():
            yield ast.Pass()
        case ast.Return():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if not _is_none(node.value):
            yield ast.Pass()
        case ast.With() if len(node.items) == 1 and node.items[0].optional_vars is None:
            yield ast.If(ast.Constant(True), node.body, [])


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _first_line(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).partition("\n")[0]


def replaced(file: str, before: str, after: str) -> Mutant:
    """The mutant in which the text ``before``, which stands there once, is ``after``."""
    text = (ROOT / file).read_text()
    assert text.count(before) == 1, f"{file} has {before!r} {text.count(before)} times"
    line = text[: text.index(before)].count("\n") + 1
    return Mutant(file, line, "", before, after, text.replace(before, after))
