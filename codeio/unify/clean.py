"""Clean: a definition without docstrings and without prints that only show progress.   statement -> statement"""

import ast

from codeio.walk import copied, walk


def clean(node: ast.stmt, quiet: bool) -> ast.stmt:
    """A copy without docstrings, and without prints where they only show progress."""
    return without_passes(Cleaner(quiet).visit(copied(node)))


HARMLESS = {
    "len",
    "str",
    "repr",
    "format",
    "round",
    "type",
    "sum",
    "max",
    "min",
    "sorted",
    "list",
    "int",
    "join",
}


class Cleaner(ast.NodeTransformer):
    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        return ast.Pass() if is_text(node) or (self.quiet and only_shows(node.value)) else node


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def only_shows(node: ast.expr) -> bool:
    """A print whose arguments change nothing."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"):
        return False
    inner = [n for part in [*node.args, *node.keywords] for n in walk(part)]
    calls = {last(n.func) for n in inner if isinstance(n, ast.Call)}
    return calls <= HARMLESS and not any(isinstance(n, ast.NamedExpr | ast.Await | ast.Yield) for n in inner)


def last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def without_passes(node: ast.stmt) -> ast.stmt:
    """No `pass` beside other statements."""
    for inner in walk(node):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(inner, field, None)
            if isinstance(body, list) and len(body) > 1:
                setattr(inner, field, tidy(body))
            elif isinstance(body, list) and field == "orelse" and all(isinstance(n, ast.Pass) for n in body):
                setattr(inner, field, [])
    return node


def tidy(body: list[ast.stmt]) -> list[ast.stmt]:
    return [n for n in body if not isinstance(n, ast.Pass)] or body[:1]
