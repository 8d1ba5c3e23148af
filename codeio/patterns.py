"""Patterns: how branched a program is and what kinds of reasoning it asks for, by static rules.   code -> int, tags"""

import ast
from collections.abc import Iterator

from codeio.walk import walk

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
STRINGS = {
    "split", "join", "replace", "upper", "lower", "strip", "find", "startswith", "endswith", "isdigit", "isalpha",
    "isalnum", "ord", "chr", "zfill", "rjust", "ljust", "swapcase", "title", "capitalize",
}  # fmt: skip
SEARCHES = {"bisect", "bisect_left", "bisect_right", "popleft", "heappop"}
REMEMBERS = {"lru_cache", "cache", "memoize", "memoized"}
ORDER = {"sort", "sorted", "heappush", "heappop", "heapify", "nlargest", "nsmallest", "bisect", "insort"}
COUNTS = {"Counter", "defaultdict", "count", "get", "setdefault"}


def complexity(tree: ast.AST) -> int:
    """Cyclomatic complexity of all the code together: one, and one for every decision."""
    nodes = list(walk(tree))
    chains = sum(len(node.values) - 1 for node in nodes if isinstance(node, ast.BoolOp))
    return 1 + chains + sum(isinstance(node, BRANCHES) for node in nodes)


def patterns(tree: ast.AST) -> tuple[str, ...]:
    """Tags in alphabetical order; none for straight-line code."""
    return tuple(sorted(set(tags(tree))))


def tags(tree: ast.AST) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield from of_function(node)
        elif isinstance(node, LOOPS):
            yield from of_loop(node)
        elif isinstance(node, ast.If | ast.IfExp):
            yield "case analysis"
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            yield from arithmetic(node.op)
        elif isinstance(node, ast.comprehension):
            yield "filter and map"
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            yield "grid"
    yield from by_calls(called(tree))


def of_function(node: ast.FunctionDef) -> Iterator[str]:
    """Recursion, and dynamic programming where its results are remembered."""
    if node.name not in called(node):
        return
    yield "recursion"
    if REMEMBERS & {word for d in node.decorator_list for word in words(d)} or keeps_results(node):
        yield "dynamic programming"
    if {"append", "pop"} <= called(node):  # a step is taken, tried and taken back
        yield "search"


def keeps_results(node: ast.FunctionDef) -> bool:
    """`if n in memo: return memo[n]` and `memo[n] = ...`."""
    asked = {ast.unparse(c) for n in walk(node) if isinstance(n, ast.Compare) for c in n.comparators}
    stores = (n for n in walk(node) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store))
    returned = {
        ast.unparse(n.value.value)
        for n in walk(node)
        if isinstance(n, ast.Return) and isinstance(n.value, ast.Subscript)
    }
    return any(ast.unparse(n.value) in asked & returned for n in stores)


def of_loop(node: ast.For | ast.While) -> Iterator[str]:
    inside = [inner for child in node.body for inner in walk(child)]
    yield "nested loop" if any(isinstance(inner, LOOPS) for inner in inside) else "loop"
    branches = [inner for inner in inside if isinstance(inner, ast.If)]
    if any(leaves(branch.body) or leaves(branch.orelse) for branch in branches):
        yield "search"
    if any(isinstance(inner, ast.Assign) and from_table(inner) for inner in inside):
        yield "dynamic programming"
    if any(len(updated(branch.body)) and len(updated(branch.orelse)) for branch in branches):
        yield "simulation"


def leaves(body: list[ast.stmt]) -> bool:
    """A find ends the loop: it returns something other than a plain False or None, or breaks."""
    last = body[-1] if body else None
    if isinstance(last, ast.Return):
        return not (isinstance(last.value, ast.Constant) and last.value.value in (None, False))
    return isinstance(last, ast.Break)


def from_table(node: ast.Assign) -> bool:
    """`t[i] = t[i - 1] + ...`: an entry reckoned from other entries of its table; a mere copy is none."""
    target = node.targets[0]
    if not isinstance(target, ast.Subscript) or isinstance(node.value, ast.Subscript):
        return False
    table, place = root(target), ast.unparse(target)
    reads = [n for n in walk(node.value) if isinstance(n, ast.Subscript) and root(n) == table]
    return any(ast.unparse(n) != place and "-" in ast.unparse(n.slice) for n in reads)


def root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return ast.unparse(node)


def updated(body: list[ast.stmt]) -> set[str]:
    """What is changed in place, so that the next round goes on from it."""
    return {
        ast.unparse(inner.target)
        for child in body
        for inner in walk(child)
        if isinstance(inner, ast.AugAssign)
    }


def words(node: ast.AST) -> set[str]:
    named = (n.id if isinstance(n, ast.Name) else getattr(n, "attr", "") for n in walk(node))
    return set(named)


def arithmetic(op: ast.operator) -> Iterator[str]:
    if isinstance(op, ast.Mod | ast.FloorDiv):
        yield "number theory"
    if isinstance(op, BITS):
        yield "bit manipulation"
    if isinstance(op, ast.Mult | ast.Div | ast.Pow):
        yield "arithmetic"


def by_calls(names: set[str]) -> Iterator[str]:
    for tag, words in (
        ("string", STRINGS),
        ("ordering", ORDER),
        ("counting", COUNTS),
        ("search", SEARCHES),
    ):
        if names & words:
            yield tag


def called(tree: ast.AST) -> set[str]:
    """Names of called functions and methods."""
    funcs = [node.func for node in walk(tree) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in funcs}
