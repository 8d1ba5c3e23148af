"""Seek: the parameters that need not be known before the rounds of a loop show them.   function -> names"""

import ast
from collections import Counter
from functools import lru_cache

from codeio.walk import walk

QUIET = {"range", "enumerate", "zip"}  # the rounds of the loop show their values anyway
PLAIN = (
    ast.Name, ast.Subscript, ast.Slice, ast.Constant, ast.UnaryOp, ast.BinOp,
    ast.expr_context, ast.operator, ast.unaryop,
)  # fmt: skip


@lru_cache(maxsize=4096)
def sought(function: ast.FunctionDef) -> frozenset[str]:
    """Parameters that are read once, as what an outermost loop runs over: whole, a slice, or in a plain range."""
    loops = [n for n in walk(function) if isinstance(n, ast.For | ast.While)]
    inner = {id(n) for loop in loops for part in loop.body for n in walk(part)}
    found: set[str] = set()
    for loop in loops:
        if isinstance(loop, ast.For) and id(loop) not in inner and plainly(loop.iter):
            found |= names(loop.iter)
    read = Counter(n.id for n in walk(function) if isinstance(n, ast.Name))
    return frozenset(a.arg for a in function.args.args if a.arg in found and read[a.arg] == 1)


def plainly(node: ast.expr) -> bool:
    """Whether a loop over `node` shows what its names hold."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in QUIET and all(map(plainly, node.args))
    return all(isinstance(n, PLAIN) for n in walk(node))


def names(node: ast.AST) -> set[str]:
    return {n.id for n in walk(node) if isinstance(n, ast.Name)}
