"""What texts stand in Python code and what they may read when it runs: what only running tells is a hole, {}."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product

HOLE = "{}"


def scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """The file, and every function in it."""
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda)))


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope itself, not in the functions within it; docstrings left out, and the texts in an f-string,
    which are parts of it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        yield node
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.JoinedStr):
            waiting.extend(part.value for part in node.values if isinstance(part, ast.FormattedValue))
        elif not (isinstance(node, (ast.FunctionDef, ast.Lambda)) or is_docstring):
            waiting.extend(ast.iter_child_nodes(node))


def assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """The values that each name of a scope is given."""
    found: dict[str, list[ast.expr]] = {}
    for node in own_nodes(scope):
        if isinstance(node, ast.NamedExpr):
            found.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in pairs(target, node.value):
                    found.setdefault(name, []).append(value)
    return found


def pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """`a, b = c, d` name by name."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part in zip(target.elts, value.elts, strict=False):
            yield from pairs(*part)


def name_of(call: ast.Call) -> str:
    """`errors.UsageError(...)` and `UsageError(...)` are one."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def templates(node: ast.expr) -> list[str]:
    """What an expression may read: one template for each way that its conditions may go, none where it is no text."""
    match node:
        case ast.Constant(value=str() as text):
            return [text.replace("{", "{{").replace("}", "}}")]
        case ast.JoinedStr():
            parts = (templates(part) if isinstance(part, ast.Constant) else [HOLE] for part in node.values)
            return ["".join(chosen) for chosen in product(*parts)]
        case ast.IfExp():
            return [*templates(node.body), *templates(node.orelse)]
        case ast.BinOp(op=ast.Add()):
            return ["".join(pair) for pair in product(templates(node.left) or [HOLE], templates(node.right) or [HOLE])]
        case ast.BoolOp():
            return [each for value in node.values for each in templates(value)]
    return []


def pieces(node: ast.expr) -> Iterator[ast.expr]:
    """What fills the holes of an expression, where that may be text itself."""
    match node:
        case ast.JoinedStr():
            yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        case ast.BinOp(op=ast.Add()):
            yield from (part for side in (node.left, node.right) for part in pieces_or_itself(side))
        case ast.IfExp():
            yield from (part for side in (node.body, node.orelse) for part in pieces_or_itself(side))
        case ast.BoolOp():
            yield from (part for side in node.values for part in pieces_or_itself(side))


def pieces_or_itself(node: ast.expr) -> Iterator[ast.expr]:
    """Of text the pieces; a name, or whatever else becomes text, is one."""
    return pieces(node) if templates(node) else iter([node])
