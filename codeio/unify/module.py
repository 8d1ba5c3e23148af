"""Model: a parsed file as definitions, and the self-contained part of it that one entry needs.   tree -> code

Everything is written by `ast.unparse`: one statement per line, no comments, no docstrings (their examples would
give answers away).
"""

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from codeio.unify.clean import clean, tidy
from codeio.unify.scope import Definition, free
from codeio.walk import walk

BUILTINS = frozenset(dir(builtins))
# What a judge or a notebook has in scope without an import line.
AMBIENT = {
    **dict.fromkeys(("List", "Tuple", "Dict", "Set", "Optional", "Union", "Any", "Callable"), "typing"),
    **dict.fromkeys(("Iterable", "Iterator", "Generator", "Deque", "Sequence", "Counter"), "typing"),
    **dict.fromkeys(("defaultdict", "deque", "Counter", "OrderedDict", "namedtuple"), "collections"),
    **dict.fromkeys(("bisect", "bisect_left", "bisect_right", "insort"), "bisect"),
    **dict.fromkeys(("heappush", "heappop", "heapify", "heapreplace", "nlargest", "nsmallest"), "heapq"),
    **dict.fromkeys(("reduce", "lru_cache", "cache", "cmp_to_key", "partial"), "functools"),
    **dict.fromkeys(
        ("sqrt", "ceil", "floor", "gcd", "log", "log2", "log10", "inf", "factorial", "pi"), "math"
    ),
    **dict.fromkeys(
        ("accumulate", "chain", "combinations", "permutations", "product", "groupby"), "itertools"
    ),
    **dict.fromkeys(("zip_longest", "islice", "pairwise"), "itertools"),
    **dict.fromkeys(("deepcopy",), "copy"),
    **dict.fromkeys(("itemgetter", "attrgetter"), "operator"),
}
MODULES = {
    "math",
    "re",
    "string",
    "collections",
    "itertools",
    "functools",
    "heapq",
    "bisect",
    "operator",
    "copy",
    "json",
}
NODES = {
    "TreeNode": "class TreeNode:\n\n    def __init__(self, val=0, left=None, right=None):\n"
    "        self.val = val\n        self.left = left\n        self.right = right",
    "ListNode": "class ListNode:\n\n    def __init__(self, val=0, next=None):\n"
    "        self.val = val\n        self.next = next",
}
SHORT = {"np": "import numpy as np", "maxint": "maxint = 2 ** 63 - 1"}
CHANGING = ast.Assign | ast.AugAssign | ast.Expr
# Calls at module level that make no constant: they need a user, a file or a screen.
OUTSIDE = {"input", "raw_input", "open", "print", "exit", "quit"}


class Closure(msgspec.Struct, frozen=True):
    """Self-contained code, or the names that it lacks."""

    code: str
    missing: tuple[str, ...]
    modules: frozenset[str]  # that it imports
    nodes: tuple[ast.stmt, ...]  # the statements it is made of


class Module:
    """What a file defines at top level, by name."""

    def __init__(self, tree: ast.Module, package: str = "") -> None:
        self.tree, self.package = tree, package
        self.statements = [resolved(node, package) for node in flat(tree.body)]
        self.defined: dict[str, list[int]] = defaultdict(list)
        self.functions: dict[str, ast.FunctionDef] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        imports = (node for node in self.statements if isinstance(node, ast.Import | ast.ImportFrom))
        modules = {name for node in imports for name in bound(node)}
        for number, node in enumerate(self.statements):
            for name in bound(node) - (filled(node) & modules):
                self.defined[name].append(number)
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            if isinstance(node, ast.ClassDef):
                self.classes[node.name] = node
        self.memo: dict[tuple, Closure] = {}
        self.names: dict[int, set[str]] = {}
        self.texts: dict[tuple[int, bool], str] = {}
        self.parts: dict[tuple[int, bool], ast.stmt] = {}

    def closure(
        self, roots: Iterable[str], methods: frozenset[str] | None = None, quiet: bool = False
    ) -> Closure:
        """The statements that `roots` need, in file order, with what is ambient imported.

        `methods` limits the classes among the roots to these methods and those they reach; `quiet` leaves
        out print statements that only show progress.
        """
        key = (tuple(roots), methods, quiet)
        if key not in self.memo:
            self.memo[key] = self.closed(*key)
        return self.memo[key]

    def closed(self, roots: tuple[str, ...], methods: frozenset[str] | None, quiet: bool) -> Closure:
        kept: dict[int, ast.stmt] = {}
        ambient: dict[str, str] = {}
        missing: set[str] = set()
        names: set[str] = set()
        work, seen = list(roots), set()
        while work:
            name = work.pop()
            if name in seen:
                continue
            seen.add(name)
            numbers = self.wanted(name)
            if not numbers and name not in BUILTINS:
                self.add_ambient(name, ambient, missing)
            for number in numbers:
                if number not in kept:
                    kept[number], reads = self.part(number, roots, methods)
                    names |= reads
                    work += sorted(reads)
        return self.written(kept, ambient, missing, names, quiet)

    def part(
        self, number: int, roots: tuple[str, ...], methods: frozenset[str] | None
    ) -> tuple[ast.stmt, set[str]]:
        """A statement as it is kept, and the names it reads."""
        node = self.statements[number]
        if isinstance(node, ast.Import | ast.ImportFrom):
            return node, set()
        if isinstance(node, ast.ClassDef) and methods is not None and node.name == roots[0]:
            node = pruned(node, methods)
            return node, free(node)
        if number not in self.names:
            own = node.target if isinstance(node, ast.For) else None
            self.names[number] = free(node) - (
                {n.id for n in walk(own) if isinstance(n, ast.Name)} if own else set()
            )
        return node, self.names[number]

    def wanted(self, name: str) -> list[int]:
        """Which statements make `name`: the last definition, or all assignments that run by themselves."""
        numbers = self.defined.get(name, [])
        if name in self.functions or name in self.classes:
            return [n for n in numbers if isinstance(self.statements[n], Definition)][-1:]
        return [n for n in numbers if not (called(self.statements[n]) & OUTSIDE)]

    def add_ambient(self, name: str, ambient: dict[str, str], missing: set[str]) -> None:
        if name in NODES:
            ambient[name] = NODES[name]
        elif name in SHORT:
            ambient[name] = SHORT[name]
        elif name in MODULES and name not in AMBIENT:
            ambient[name] = f"import {name}"
        elif name in AMBIENT:
            ambient[name] = f"from {AMBIENT[name]} import {name}"
        else:
            missing.add(name)

    def written(
        self,
        kept: dict[int, ast.stmt],
        ambient: dict[str, str],
        missing: set[str],
        names: set[str],
        quiet: bool,
    ) -> Closure:
        imports, others = [], []
        for number in sorted(kept):
            node = trimmed(kept[number], names)
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(ast.unparse(node))
            elif node is not None:
                others.append((node, self.text(number, node, quiet)))
        first = sorted(text for text in ambient.values() if text.startswith(("import", "from")))
        rest = [text for text in ambient.values() if not text.startswith(("import", "from"))]
        head = [*first, *imports]
        code = "\n\n".join([*(["\n".join(head)] if head else []), *rest, *grouped(others)]) + "\n"
        modules = frozenset(root for text in head for root in roots_of(text))
        return Closure(code, tuple(sorted(missing)), modules, tuple(node for node, _ in others))

    def text(self, number: int, node: ast.stmt, quiet: bool) -> str:
        if node is not self.statements[number]:  # a pruned class, whose methods are in other ones too
            node.body = tidy([self.cleaned(part, quiet) for part in node.body])
            return ast.unparse(node)
        if (number, quiet) not in self.texts:
            self.texts[number, quiet] = ast.unparse(clean(node, quiet))
        return self.texts[number, quiet]

    def cleaned(self, node: ast.stmt, quiet: bool) -> ast.stmt:
        if (id(node), quiet) not in self.parts:
            self.parts[id(node), quiet] = clean(node, quiet)
        return self.parts[id(node), quiet]


def flat(body: list[ast.stmt]) -> list[ast.stmt]:
    """Top-level statements without the main block; both branches' imports of a try are one statement."""
    out = []
    for node in body:
        if isinstance(node, ast.If) and "__name__" in free(node.test):
            continue
        out.append(node)
    return out


def resolved(node: ast.stmt, package: str) -> ast.stmt:
    """A relative import written in full, so that it works from anywhere."""
    if not isinstance(node, ast.ImportFrom) or not node.level or not package:
        return node
    parts = package.split(".")
    base = parts[: len(parts) - node.level + 1]
    return ast.ImportFrom(".".join([*base, *([node.module] if node.module else [])]), node.names, 0)


def bound(node: ast.stmt) -> set[str]:
    """Names that a top-level statement makes."""
    if isinstance(node, Definition | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names}
    names = {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    inner = {n.name for n in walk(node) if isinstance(n, Definition)}
    imported = {
        alias.asname or alias.name.split(".")[0]
        for n in walk(node)
        if isinstance(n, ast.Import | ast.ImportFrom)
        for alias in n.names
    }
    return names | inner | imported | filled(node)


def filled(node: ast.stmt) -> set[str]:
    """What a statement changes though another made it, also in a loop that fills a table at top level."""
    if not isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try):
        return mutated(node)
    return set().union(*(mutated(part) for part in walk(node) if isinstance(part, CHANGING)))


def mutated(node: ast.stmt) -> set[str]:
    """`table[k] = v`, `table[k] += v` or `table.append(v)` at top level also makes `table`."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    target = node.target if isinstance(node, ast.AugAssign) else target
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        target = node.value.func
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return {target.id} if isinstance(target, ast.Name) and target.id not in BUILTINS else set()


def called(node: ast.AST) -> set[str]:
    """Names of the functions that run when the statement does (not those in the bodies it defines)."""
    if isinstance(node, Definition):
        return set()
    calls = (n.func for n in walk(node) if isinstance(n, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def pruned(node: ast.ClassDef, methods: frozenset[str]) -> ast.ClassDef:
    """The class with these methods, its dunder methods, and what they reach through any attribute."""
    own = {f.name: f for f in node.body if isinstance(f, ast.FunctionDef)}
    reached, work = set(), [*methods, "__init__"]
    while work:
        name = work.pop()
        if name in own and name not in reached:
            reached.add(name)
            work += [n.attr for n in walk(own[name]) if isinstance(n, ast.Attribute)]
            work += [n for n in own if n.startswith("__") and n not in ("__repr__", "__str__")]
    body = [n for n in node.body if not isinstance(n, ast.FunctionDef) or n.name in reached]
    return ast.ClassDef(node.name, node.bases, node.keywords, body or [ast.Pass()], node.decorator_list)


def trimmed(node: ast.stmt, names: set[str]) -> ast.stmt | None:
    """An import without the names that nobody uses; None when none is left."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return node
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return None
    kept = [a for a in node.names if a.name == "*" or (a.asname or a.name.split(".")[0]) in names]
    if not kept:
        return None
    return ast.Import(kept) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, kept, node.level)


def grouped(parts: list[tuple[ast.stmt, str]]) -> list[str]:
    """Texts of statements; neighbours that define nothing share a paragraph."""
    out: list[str] = []
    loose = False
    for node, text in parts:
        if loose and not isinstance(node, Definition):
            out[-1] += "\n" + text
        else:
            out.append(text)
        loose = not isinstance(node, Definition)
    return out


def roots_of(text: str) -> set[str]:
    """Top-level modules that an import line needs."""
    node = ast.parse(text).body[0]
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "." * node.level).split(".")[0] or "."}
    return {alias.name.split(".")[0] for alias in node.names}
