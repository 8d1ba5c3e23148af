"""Scope: which names a statement takes from outside itself.   syntax node -> names"""

import ast

from codeio.walk import walk

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Definition = ast.FunctionDef | ast.ClassDef
Scoped = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def free(node: ast.AST) -> set[str]:
    """Names that `node` reads and does not bind itself, as Python's scoping has it."""
    if isinstance(node, Function):
        return outer(node) | (inside(node) - local(node))
    if isinstance(node, ast.ClassDef):
        own = stored(node.body)
        body = set().union(
            *(free(child) - own if not isinstance(child, Scoped) else free(child) for child in node.body)
        )
        return body.union(*(free(part) for part in [*node.bases, *node.keywords, *node.decorator_list]))
    if isinstance(node, Comprehension):
        targets = {n.id for g in node.generators for n in walk(g.target) if isinstance(n, ast.Name)}
        return children(node) - targets
    if isinstance(node, ast.Name):
        return {node.id}
    return children(node) | (set(node.names) if isinstance(node, ast.Global) else set())


def children(node: ast.AST) -> set[str]:
    return set().union(*(free(child) for child in ast.iter_child_nodes(node)))


def outer(node: Function) -> set[str]:
    """What the header of a function reads: decorators, defaults, annotations."""
    args = node.args
    parts: list[ast.expr | None] = [*args.defaults, *args.kw_defaults]
    if not isinstance(node, ast.Lambda):
        parts += [*node.decorator_list, node.returns, *(a.annotation for a in parameters(args))]
    return set().union(*(free(part) for part in parts if part))


def inside(node: Function) -> set[str]:
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    return set().union(*(free(child) for child in body))


def local(node: Function) -> set[str]:
    """Parameters and all names that the body binds, less those it declares global."""
    names = {a.arg for a in parameters(node.args)}
    if isinstance(node, ast.Lambda):
        return names
    shared = {w for n in walk(node) if isinstance(n, ast.Global) for w in n.names}
    return (names | stored(node.body)) - shared


def parameters(args: ast.arguments) -> list[ast.arg]:
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return every + [a for a in (args.vararg, args.kwarg) if a]


def stored(body: list[ast.stmt]) -> set[str]:
    """Names bound by statements, without looking into the scopes they open."""
    names: set[str] = set()
    work: list[ast.AST] = list(body)
    while work:
        node = work.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Lambda | Comprehension):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
        work += ast.iter_child_nodes(node)
    return names
