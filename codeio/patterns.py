"""Patterns: how branched a program is and what kinds of reasoning it asks for, by static rules.   code -> int, tags"""

import ast
from collections.abc import Iterator

BRANCHES = (
    ast.If
    | ast.IfExp
    | ast.For
    | ast.While
    | ast.ExceptHandler
    | ast.comprehension
    | ast.match_case
    | ast.Assert
)
LOOPS = ast.For | ast.While
BITS = ast.BitAnd | ast.BitOr | ast.BitXor | ast.LShift | ast.RShift
TEXT = {
    "split",
    "join",
    "replace",
    "upper",
    "lower",
    "strip",
    "find",
    "startswith",
    "endswith",
    "isdigit",
    "isalpha",
}
ORDER = {"sort", "sorted", "heappush", "heappop", "heapify", "nlargest", "nsmallest", "bisect", "insort"}
COUNTS = {"Counter", "defaultdict", "count", "get", "setdefault"}


def complexity(tree: ast.AST) -> int:
    """Cyclomatic complexity of all the code together: one, and one for every decision."""
    nodes = list(ast.walk(tree))
    chains = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + chains + sum(isinstance(node, BRANCHES) for node in nodes)


def patterns(tree: ast.AST) -> tuple[str, ...]:
    """Tags in alphabetical order; none for straight-line code."""
    return tuple(sorted(set(tags(tree))))


def tags(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in called(node):
            yield "recursion"
        elif isinstance(node, LOOPS):
            inside = [inner for child in node.body for inner in ast.walk(child)]
            yield "nested loop" if any(isinstance(inner, LOOPS) for inner in inside) else "loop"
        elif isinstance(node, ast.If | ast.IfExp):
            yield "case analysis"
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            yield from arithmetic(node.op)
        elif isinstance(node, ast.comprehension):
            yield "filter and map"
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            yield "grid"
    yield from by_calls(called(tree))


def arithmetic(op: ast.operator) -> Iterator[str]:
    if isinstance(op, ast.Mod | ast.FloorDiv):
        yield "number theory"
    if isinstance(op, BITS):
        yield "bit manipulation"


def by_calls(names: set[str]) -> Iterator[str]:
    for tag, words in (("text", TEXT), ("ordering", ORDER), ("counting", COUNTS)):
        if names & words:
            yield tag


def called(tree: ast.AST) -> set[str]:
    """Names of called functions and methods."""
    funcs = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in funcs}
