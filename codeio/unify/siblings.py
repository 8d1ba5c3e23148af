"""Siblings: what a file takes from other files of its package, in the place of the imports.   tree -> tree

A reader of `iteratee(f)` has to see what it does, and so has who tells a run of it. Where a name means something else
in the file that takes it, or is not found, its import stays.
"""

import ast
import copy
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from codeio.unify.module import BUILTINS, OUTSIDE, Module, bound, called, resolved
from codeio.unify.scope import free
from codeio.walk import walk

IMPORTS = ast.Import | ast.ImportFrom
Found = tuple[str, str]  # module, name
LAST = "~"  # no module has that name


class Bundle(NamedTuple):
    """What was taken, in an order in which it loads, its names, and the file without the imports of it."""

    taken: list[ast.stmt]
    names: frozenset[str]
    tree: ast.Module


def bundled(tree: ast.Module, package: str) -> Bundle:
    """The file with what it imports from its own package; by itself where that is nothing, or where names clash."""
    root, alone = package.split(".")[0], Bundle([], frozenset(), tree)
    if not root or not any(is_own(resolved(node, package), root) for node in tree.body):
        return alone
    body = direct(tree, package)
    taking = Taking(root, [node for node in body if not is_own(node, root)])
    left = [node for one in body if (node := taking.rest(one) if is_own(one, root) else one)]
    clash = set().union(*(bound(node) for node in left if is_own(node, root))) & taking.made.keys()
    rest = ast.Module(left, tree.type_ignores)
    return alone if clash else Bundle(taking.in_order(), frozenset(taking.made), rest)


def is_installed(path: str, text: str) -> bool:
    """Whether a file is the one that an import of its name would find: other files would be of another version."""
    parts = PurePosixPath(path).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    found = path_of(name) if len(PurePosixPath(path).parts) > 1 else None
    return found is not None and found.read_text(encoding="utf-8").splitlines() == text.splitlines()


def is_own(node: ast.stmt, root: str) -> bool:
    """An import of something of the package."""
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == root and not node.level
    return isinstance(node, ast.Import) and any(alias.name.split(".")[0] == root for alias in node.names)


class Taken(NamedTuple):
    """A statement of a file, by its place there; of no file for an import."""

    module: str
    number: int
    node: ast.stmt


class Taking:
    """Definitions of other files, each once, that a file with these statements can hold too."""

    def __init__(self, root: str, body: list[ast.stmt]) -> None:
        self.root = root
        self.here = {name: meaning(node, name, "") for node in body for name in bound(node)}
        self.made: dict[str, str] = {}  # by name: what it was taken for
        self.numbers: set[tuple[str, int]] = set()
        self.statements: list[Taken] = []

    def rest(self, node: ast.stmt) -> ast.stmt | None:
        """An import without the names that could be taken."""
        if not isinstance(node, ast.ImportFrom):
            return node
        left = [alias for alias in node.names if not self.took(node.module or "", alias)]
        return ast.ImportFrom(node.module, left, 0) if left else None

    def took(self, module: str, alias: ast.alias) -> bool:
        before = dict(self.made), set(self.numbers), list(self.statements)
        if self.take(module, alias.name) and self.call(alias.asname or alias.name, alias.name, module):
            return True
        self.made, self.numbers, self.statements = before
        return False

    def call(self, name: str, original: str, module: str) -> bool:
        """Whether `name` can stand for what is called `original` where it was taken from."""
        if name == original:
            return True
        if name in self.made or name in self.here:
            return self.made.get(name) == f"{module}.{original}"
        self.made[name] = f"{module}.{original}"
        made = ast.Assign([ast.Name(name, ast.Store())], ast.Name(original, ast.Load()), lineno=0)
        self.statements.append(Taken(LAST, 0, made))  # after all that it may stand for
        return True

    def take(self, module: str, name: str) -> bool:
        """Whether `name` of a module, with all it needs, is among the statements now."""
        if name in BUILTINS or (found := source(module, name)) is None:
            return False
        if found[1] != name:
            return self.take(*found) and self.call(name, found[1], found[0])
        module, other = found[0], taken_from(found[0])
        numbers = other.wanted(name)
        known = {meaning(other.statements[number], name, module) for number in numbers}
        if name in self.made or name in self.here:
            return known == {self.made.get(name) or self.here[name]}
        self.made[name] = min(known, default="")
        return bool(numbers) and all(self.statement(module, number, name) for number in numbers)

    def reaches(self, module: str, name: str) -> bool:
        """Whether what a taken statement reads is there too, under the name by which it does."""
        other = taken_from(module)
        node = other.statements[other.defined[name][-1]]
        if not (isinstance(node, ast.ImportFrom) and is_own(node, self.root)):
            return self.take(module, name)
        alias = next(a for a in node.names if (a.asname or a.name) == name)
        return self.take(node.module or "", alias.name) and self.call(name, alias.name, node.module or "")

    def statement(self, module: str, number: int, name: str) -> bool:
        other = taken_from(module)
        node = other.statements[number]
        if isinstance(node, IMPORTS):
            self.statements.append(Taken("", 0, alone(node, name)))
            return not is_own(node, self.root)
        if (module, number) in self.numbers:
            return True
        self.numbers.add((module, number))
        if called(node) & OUTSIDE:
            return False
        reads = sorted(free(node))
        if any(read in self.here and read in BUILTINS and read not in other.defined for read in reads):
            return False  # it means something else here
        if not all(self.reaches(module, read) for read in reads if read in other.defined):
            return False
        self.statements.append(Taken(module, number, node))
        return True

    def in_order(self) -> list[ast.stmt]:
        """Imports, then file after file as one needs the other, each in its own order, then other names."""
        files = list(
            dict.fromkeys(["", *(one.module for one in self.statements if one.module != LAST), LAST])
        )
        return [
            one.node for one in sorted(self.statements, key=lambda one: (files.index(one.module), one.number))
        ]


def meaning(node: ast.stmt, name: str, module: str) -> str:
    """What tells two names apart: an import means the same in each file, all else where it is defined only."""
    return ast.unparse(alone(node, name)) if isinstance(node, IMPORTS) else module


def alone(node: ast.Import | ast.ImportFrom, name: str) -> ast.Import | ast.ImportFrom:
    """The import of one name."""
    aliases = [a for a in node.names if (a.asname or a.name.split(".")[0]) == name]
    return (
        ast.Import(aliases)
        if isinstance(node, ast.Import)
        else ast.ImportFrom(node.module, aliases, node.level)
    )


@lru_cache(1024)
def source(module: str, name: str) -> Found | None:
    """Where a name of a module is defined, through imports from file to file; None where it is not found."""
    root, seen = module.split(".")[0], set()
    while (module, name) not in seen:
        seen.add((module, name))
        if (file := read(module)) is None or name not in file.defined:
            return None
        node = file.statements[file.defined[name][-1]]
        if not (isinstance(node, ast.ImportFrom) and is_own(node, root)):
            return module, name
        original = next(a.name for a in node.names if (a.asname or a.name) == name)
        module, name = node.module or "", original
    return None


@lru_cache(256)
def read(module: str) -> Module | None:
    """A file of an installed package, as it is."""
    path = path_of(module)
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError):
        return None
    return Module(tree, module if path.name == "__init__.py" else module.rpartition(".")[0])


@lru_cache(256)
def taken_from(module: str) -> Module:
    """A file that is known to be there, without names that go through a module."""
    file = read(module)
    assert file is not None
    body = [bare(node) for node in direct(file.tree, file.package)]
    return Module(ast.Module(body, []), file.package)


def bare(node: ast.stmt) -> ast.stmt:
    """A function without annotations, which name types of its file only."""
    for inner in walk(node):
        if isinstance(inner, ast.FunctionDef):
            inner.returns = None
        elif isinstance(inner, ast.arg):
            inner.annotation = None
    return node


def path_of(module: str) -> Path | None:
    root, *rest = module.split(".")
    spec = find_spec(root) if root.isidentifier() and root != "__main__" else None
    for folder in (spec and spec.submodule_search_locations) or ():
        base = Path(folder, *rest)
        for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
            if path.is_file():
                return path
    return None


def direct(tree: ast.Module, package: str) -> list[ast.stmt]:
    """The statements with `from package import name` and `name` for `package.name`, where no name is in the way."""
    body = [resolved(copy.deepcopy(node), package) for node in tree.body]
    modules = dict(aliases(body, package.split(".")[0]))
    taken = {name for node in walk(tree) for name in binds(node)} | BUILTINS
    changed = {
        node.value.id
        for node in walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and not isinstance(node.ctx, ast.Load)
    }
    whole = {name: module for name, module in modules.items() if name not in taken | changed}
    straight = Straight(whole, taken)
    body = [straight.visit(node) for node in body]
    imports = [
        ast.ImportFrom(module, [ast.alias(name, other if other != name else None)], 0)
        for (module, name), other in sorted(straight.found.items())
    ]
    return [ast.fix_missing_locations(node) for node in [*imports, *body]]


def aliases(body: list[ast.stmt], root: str) -> Iterator[Found]:
    """Names that stand for modules of the package: `import pydash as pyd`, `from pydash import helpers`."""
    for node in body:
        if is_own(node, root):
            for alias in node.names if isinstance(node, IMPORTS) else ():
                whole = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
                if (isinstance(node, ast.ImportFrom) or alias.asname or "." not in whole) and path_of(whole):
                    yield alias.asname or alias.name, whole


def binds(node: ast.AST) -> Iterator[str]:
    """Names that a node binds, other than by an import at the top of the file."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        yield node.name


class Straight(ast.NodeTransformer):
    """`pyd.chunk` as `chunk`, or `pyd_chunk` where that stands for something else; `found`: what was so called."""

    def __init__(self, modules: dict[str, str], taken: set[str]) -> None:
        self.modules, self.taken = modules, taken
        self.found: dict[Found, str] = {}

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        module = self.modules.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if module is None or not source(module, node.attr):
            self.generic_visit(node)
            return node
        other = any(name == node.attr and key != (module, node.attr) for key, name in self.found.items())
        name = f"{node.value.id}_{node.attr}" if node.attr in self.taken or other else node.attr
        self.found[module, node.attr] = name
        return ast.copy_location(ast.Name(name, ast.Load()), node)
