"""Harvest: what a file's functions are called with when it runs.   tree -> jobs; results -> arguments by function

Each statement is a call of its own, so that one that fails or goes on for ever costs only itself. Two runs, under
another hash seed and clock, have to agree: what differs between them is left out.
"""

import ast
from collections.abc import Iterator
from typing import Any

from codeio.sandbox import Program, Result, Run
from codeio.settings import Unify
from codeio.unify import pieces
from codeio.unify.kinds import expression
from codeio.unify.literals import literal
from codeio.unify.module import bound
from codeio.unify.scope import free

Seen = dict[str, list[dict[str, Any]]]  # by qualified name: arguments by parameter
MOST = 200  # statements; a longer file is run up to there


def jobs(tree: ast.Module, p: Unify) -> tuple[Run, Run] | None:
    """Two runs of the file under different circumstances; None where there is nothing to run."""
    body = list(statements(tree.body))[:MOST]
    if not any(
        not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom) for node in body
    ):
        return None
    try:
        steps = "\n\n".join(
            ast.unparse(ast.fix_missing_locations(step(n, node))) for n, node in enumerate(body)
        )
    except RecursionError:  # the plans of the file will say that it is nested too deeply
        return None
    names = ", ".join(f"step_{n}" for n in range(len(body)))
    code = f"__name__ = '__main__'\n{steps}\n\n{pieces.inside_text('harvest')}\n\nSTEPS = [{names}]\n"
    inputs = tuple({"step": n} for n in range(len(body) + 1))
    program = Program(code, "harvest")
    one = Run(program, inputs, count=True, max_lines=p.max_lines)
    return one, Run(program, inputs, count=True, max_lines=p.max_lines, hash_seed=1, shift=1e7)


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Top-level statements, those of the main block among them."""
    for node in body:
        if isinstance(node, ast.If) and "__name__" in free(node.test) and not node.orelse:
            yield from statements(node.body)
        elif not (
            isinstance(node, ast.ImportFrom) and (node.names[0].name == "*" or node.module == "__future__")
        ):
            yield node


def step(number: int, node: ast.stmt) -> ast.FunctionDef:
    """The statement as a function that binds the module's names."""
    names = sorted(bound(node))
    body = [ast.Global(names), node] if names else [node]
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.FunctionDef(f"step_{number}", empty, body, [], None)


def seen(one: Result, other: Result) -> Seen:
    """The calls on which both runs agree."""
    out: Seen = {}
    for name, row in calls(one):
        if [name, row] in calls(other):
            out.setdefault(name, []).append({key: literal(expression(text)) for key, text in row.items()})
    return out


def calls(result: Result) -> list[Any]:
    """The calls that one run saw."""
    last = result.calls[-1] if result.calls else None
    return last.output["calls"] if last and last.status == "ok" else []
