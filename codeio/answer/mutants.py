"""Mutate: programs that are wrong the way a hasty reasoner is.   code -> (operator name, code)

Each operator changes one place of the syntax tree; its name goes into the record, so that an analysis can
group mistakes by kind. A mutant may turn out to compute the same: then nothing was wrong.
"""

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from codeio import values
from codeio.records import Json
from codeio.walk import walk

Change = tuple[str, Callable[[], None]]  # operator name, and what makes the change in the tree
FLIPPED = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
FLIPPED |= {ast.In: ast.NotIn, ast.NotIn: ast.In}
BOUND = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
SWAPPED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
MISCOPIED = "mis-copied element"  # the program is right, its input was read wrongly


def mutants(code: str, lines: frozenset[int], limit: int) -> list[tuple[str, str]]:
    """At most `limit` (operator, mutated code), changed on one of `lines`, in an order fixed by content.

    The code must be in the form of `ast.unparse`, and so are the mutants.
    """
    made, more = begun(code, lines)
    made += islice(more, max(0, limit - len(made)))
    return made[:limit]


@lru_cache(maxsize=1024)
def begun(code: str, lines: frozenset[int]) -> tuple[list[tuple[str, str]], Iterator[tuple[str, str]]]:
    """The mutants that were made already, and the others: a later turn asks for more than the one before."""
    return [], distinct(code, lines)


def distinct(code: str, lines: frozenset[int]) -> Iterator[tuple[str, str]]:
    seen = {code}
    where = [n for n, (_, line, _) in enumerate(places(ast.parse(code))) if line in lines]
    for n in sorted(where, key=lambda n: values.unit(code, n)):
        tree = ast.parse(code)
        name, _, change = next(islice(places(tree), n, None))
        change()
        text = ast.unparse(tree)
        if text not in seen:
            seen.add(text)
            yield name, text


def places(tree: ast.Module) -> Iterator[tuple[str, int, Callable[[], None]]]:
    """Every change that can be made to `tree`: operator name, line, and what makes the change."""
    for node in walk(tree):
        for name, change in changes(node):
            yield name, node.lineno, change


def changes(node: ast.AST) -> Iterator[Change]:
    """What can go wrong at one node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from of_comparison(node)
    elif isinstance(node, ast.BinOp):
        if isinstance(node.op, SWAPPED) and not is_text(node.left):
            yield "swapped operands", lambda: swap(node)
    elif isinstance(node, ast.If):
        if node.orelse:
            yield "wrong branch", lambda: exchange(node)
    elif isinstance(node, ast.For):
        yield from of_loop(node)
    elif isinstance(node, ast.Call):
        yield from of_range(node)
    elif isinstance(node, ast.Assign):
        yield from of_start(node)


def of_comparison(node: ast.Compare) -> Iterator[Change]:
    kind = type(node.ops[0])
    if kind in BOUND:
        yield "off-by-one bound", lambda: node.ops.__setitem__(0, BOUND[kind]())
    if kind in FLIPPED:
        yield "flipped comparison", lambda: node.ops.__setitem__(0, FLIPPED[kind]())


def of_loop(node: ast.For) -> Iterator[Change]:
    """Leave out the first or the last round."""
    if isinstance(node.iter, ast.Name | ast.Subscript):
        yield "skipped iteration", lambda: setattr(node, "iter", cut(node.iter, ast.Constant(1), None))
        last = ast.UnaryOp(ast.USub(), ast.Constant(1))
        yield "skipped iteration", lambda: setattr(node, "iter", cut(node.iter, None, last))


def of_range(node: ast.Call) -> Iterator[Change]:
    if isinstance(node.func, ast.Name) and node.func.id == "range" and node.args and len(node.args) < 3:
        end = len(node.args) - 1
        yield "off-by-one bound", lambda: node.args.__setitem__(end, shifted(node.args[end], -1))
        yield "off-by-one bound", lambda: node.args.__setitem__(end, shifted(node.args[end], 1))
        if end == 0:
            yield "skipped iteration", lambda: node.args.insert(0, ast.Constant(1))


def of_start(node: ast.Assign) -> Iterator[Change]:
    """Numbers that variables are set to."""
    if isinstance(node.value, ast.Constant) and type(node.value.value) is int:
        yield "wrong initial value", lambda: setattr(node, "value", ast.Constant(node.value.value + 1))


def swap(node: ast.BinOp) -> None:
    node.left, node.right = node.right, node.left


def exchange(node: ast.If) -> None:
    if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        node.body, node.orelse[0].body = node.orelse[0].body, node.body
    else:
        node.body, node.orelse = node.orelse, node.body


def cut(iterable: ast.expr, low: ast.expr | None, high: ast.expr | None) -> ast.expr:
    return ast.Subscript(value=iterable, slice=ast.Slice(lower=low, upper=high, step=None), ctx=ast.Load())


def shifted(node: ast.expr, by: int) -> ast.expr:
    """`node` plus or minus one, written as a person would."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return ast.Constant(node.value + by)
    sign = ast.Add() if by > 0 else ast.Sub()
    one = isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value == 1
    if one and isinstance(node.op, ast.Add | ast.Sub) and type(node.op) is not type(sign):
        return node.left
    return ast.BinOp(left=node, op=sign, right=ast.Constant(1))


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.JoinedStr) and not isinstance(getattr(node, "value", 0), int)


# --- slips of the eye: the input read wrongly
def misread(given: dict[str, Json], seed: str) -> Iterator[dict[str, Json]]:
    """Copies of an input with one place of one argument read wrongly, mixed by content."""
    found = [{**given, name: other} for name, value in given.items() for other in near(value)]
    yield from sorted(found, key=lambda other: values.unit(seed, other))


def near(value: Json) -> Iterator[Json]:
    """Values that a glance might take for this one."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield value + 1
        if value > 0:
            yield value - 1
    elif isinstance(value, str):
        for i in range(min(len(value), 8)):
            yield value[:i] + value[i + 1 :]
            if i + 1 < len(value) and value[i] != value[i + 1]:
                yield value[:i] + value[i + 1] + value[i] + value[i + 2 :]
    elif isinstance(value, list):
        for i, item in list(enumerate(value))[:8]:
            for other in near(item):
                yield [*value[:i], other, *value[i + 1 :]]
            if i + 1 < len(value) and value[i] != value[i + 1]:
                yield [*value[:i], value[i + 1], item, *value[i + 2 :]]
