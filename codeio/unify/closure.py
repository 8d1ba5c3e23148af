"""Cut: a function with everything it needs, and nothing else.   module, name -> self-contained code

A name that a function uses is found among the module's own definitions, imports and constants, and so are the
names that those use. What comes from another file of the same project cannot be cut out.
"""

import ast
import builtins
import sys
from collections.abc import Iterator

import msgspec

ALLOWED = set(sys.stdlib_module_names) | {"numpy"}
BUILTINS = set(dir(builtins)) | {"__name__", "__file__"}
Definition = ast.stmt


class Refused(msgspec.Struct, frozen=True):
    """Why something cannot be used: a reason from a short list, and a detail."""

    reason: str
    detail: str = ""


class Module:
    """Top-level names of a file and the statements that define them, in order."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.place = {id(node): n for n, node in enumerate(tree.body)}
        self.names: dict[str, list[Definition]] = {}
        for node in tree.body:
            for name in defined(node):
                self.names.setdefault(name, []).append(node)

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Top-level functions; of two with one name the later one, as Python would have it."""
        for name, nodes in self.names.items():
            if isinstance(nodes[-1], ast.FunctionDef) and nodes[-1].name == name:
                yield nodes[-1]


def defined(node: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement binds."""
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.AsyncFunctionDef():
            yield node.name
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                yield alias.asname or alias.name.split(".")[0]
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.Try() | ast.If():
            for inner in [*node.body, *node.orelse, *(s for h in handlers(node) for s in h.body)]:
                yield from defined(inner)


def handlers(node: ast.stmt) -> list[ast.ExceptHandler]:
    return node.handlers if isinstance(node, ast.Try) else []


def used(node: ast.AST) -> set[str]:
    """Names that a statement reads and does not surely bind itself: too many never harms."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def bound(node: ast.AST) -> set[str]:
    """Names that are bound anywhere inside: arguments, assignments, loops, handlers, inner functions."""
    found: set[str] = set()
    for n in ast.walk(node):
        match n:
            case ast.Name(ctx=ast.Store()):
                found.add(n.id)
            case ast.arg():
                found.add(n.arg)
            case ast.ExceptHandler(name=str()):
                found.add(n.name)
            case ast.FunctionDef() | ast.ClassDef():
                found.add(n.name)
            case ast.Import() | ast.ImportFrom():
                found |= set(defined(n))
    return found


def cut(module: Module, function: ast.FunctionDef) -> list[Definition] | Refused:
    """The statements that `function` needs, itself included, in the order of the file."""
    needed: dict[int, Definition] = {}
    todo: list[Definition] = [function]
    while todo:
        node = todo.pop()
        if id(node) in needed:
            continue
        if why := foreign(node):
            return why
        needed[id(node)] = node
        for name in sorted(used(node)):
            if name in module.names:
                todo += module.names[name]
            elif name not in BUILTINS and name not in bound(node):
                return Refused("needs a name that the file does not define", name)
    return sorted(needed.values(), key=lambda node: module.place[id(node)])


def foreign(node: ast.AST) -> Refused | None:
    """Imports of anything but the standard library and numpy, at the top or inside."""
    for n in ast.walk(node):
        names = [a.name for a in n.names] if isinstance(n, ast.Import) else []
        if isinstance(n, ast.ImportFrom):
            names = [n.module or ""] if n.level == 0 else ["." * n.level + (n.module or "")]
        for name in names:
            if name == "__future__":
                continue
            if name.split(".")[0] not in ALLOWED:
                return Refused("needs a module outside the file", name)
    return None


def code_of(statements: list[Definition]) -> str:
    """Module text: docstrings of helpers stay out, those of the entry are the statement's business."""
    body = [strip(node) for node in statements]
    return ast.unparse(ast.Module(body=body, type_ignores=[])) + "\n"


def strip(node: Definition) -> Definition:
    """A copy without docstrings."""
    copy = ast.parse(ast.unparse(node)).body[0]
    for n in ast.walk(copy):
        if isinstance(n, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(n) is not None:
            n.body = n.body[1:] or [ast.Pass()]
    return copy
