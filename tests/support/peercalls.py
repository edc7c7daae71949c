"""Which peers the code asks for: the names that reach a call of the functions that find programs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

FINDERS = ("peer", "find", "tool")
"""``peer`` of tests.support.peers by the peer's name; ``find`` and ``tool`` of catcher.bench.process by its program."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def asked(tree: ast.Module) -> set[str]:
    """The names that a file asks a finder for, as a constant or through a parameter of the function that asks."""
    constants = {target.id: node.value for node in tree.body for target in _targets(node)}
    found: set[str] = set()
    for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, _Function))]:
        for call in _calls(function, FINDERS):
            match call.args:
                case [ast.Constant(value=str(name)), *_]:
                    found.add(name)
                case [ast.Name(id=parameter), *_] if isinstance(function, _Function):
                    found.update(_given(tree, function, parameter, constants))
    return found


def _targets(node: ast.stmt) -> list[ast.Name]:
    return [t for t in node.targets if isinstance(t, ast.Name)] if isinstance(node, ast.Assign) else []


def _calls(node: ast.AST, names: tuple[str, ...]) -> Iterator[ast.Call]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names:
            yield call


def _given(tree: ast.Module, function: _Function, parameter: str, constants: dict[str, ast.expr]) -> Iterator[str]:
    """What a parameter is given: by ``parametrize``, or as the first argument of a call in the same file."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(args=[ast.Constant(value=str(name)), values, *_]) if name == parameter:
                yield from _texts(constants.get(values.id, values) if isinstance(values, ast.Name) else values)
    if function.args.args and function.args.args[0].arg == parameter:
        for call in _calls(tree, (function.name,)):
            match call.args:
                case [ast.Constant(value=str(name)), *_]:
                    yield name
                case [ast.Name(id=passed_on), *_]:
                    for outer in ast.walk(tree):
                        if isinstance(outer, _Function) and call in ast.walk(outer) and outer is not function:
                            yield from _given(tree, outer, passed_on, constants)


def _texts(values: ast.expr) -> Iterator[str]:
    """The constants of a list, and the keys of a dictionary."""
    elements = values.keys if isinstance(values, ast.Dict) else getattr(values, "elts", [])
    for element in elements:
        if isinstance(element, ast.Constant) and isinstance(element.value, str):
            yield element.value
