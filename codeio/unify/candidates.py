"""Candidates: what in a file could be asked about.   Module -> Candidate ... or why not"""

import ast
import re
import sys
from collections.abc import Iterator
from typing import Literal

import msgspec

from codeio.records import Dropped
from codeio.unify.clean import last
from codeio.unify.module import Module
from codeio.walk import walk

Form = Literal["function", "method", "static"]
MANY = 8  # parameters
# Special methods that are called for what they give.
TELLING = frozenset([
    "__str__", "__repr__", "__len__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__ne__", "__add__",
    "__sub__", "__mul__", "__truediv__", "__floordiv__", "__mod__", "__pow__", "__neg__", "__abs__", "__call__",
    "__getitem__", "__contains__", "__iter__", "__and__", "__or__", "__xor__", "__matmul__", "__radd__", "__rmul__",
])  # fmt: skip
# What gives another result next time, or needs more than a process of its own.
OUTSIDE = frozenset([
    "random", "secrets", "uuid", "socket", "ssl", "select", "asyncio",
    "threading", "multiprocessing", "subprocess", "concurrent", "signal", "shutil", "glob", "tempfile",
    "pathlib", "sqlite3", "pickle", "shelve", "tkinter", "turtle", "turtledemo", "webbrowser", "http",
    "urllib", "smtplib", "ftplib", "imaplib", "getpass", "curses", "readline", "cmd", "pdb", "unittest",
    "doctest", "argparse", "optparse", "ctypes", "gc", "tracemalloc", "os",
    "platform", "site", "importlib", "venv", "zipfile", "tarfile", "configparser",
])  # fmt: skip
ALLOWED = (frozenset(sys.stdlib_module_names) - OUTSIDE) | {"numpy"}
SIDE = {
    "input",
    "raw_input",
    "open",
    "exec",
    "eval",
    "exit",
    "quit",
    "globals",
    "__import__",
    "compile",
    "breakpoint",
}
# Gives no pair, as the certificate finds; known before, it also leaves nothing of the hour in a description.
CLOCK = re.compile(
    r"(time\.)?(time|time_ns|perf_counter|monotonic|process_time|ctime|localtime|gmtime|sleep)|.*\.(now|utcnow|today)"
)
# What leaves a value as it is, or only writes it out.
WRITING = {"str", "repr", "print", "format", "super", "type", "bool", "list", "tuple", "dict"}
CHOOSING = (ast.If, ast.IfExp, ast.While, ast.Match, ast.BoolOp, ast.AugAssign, ast.UnaryOp)
COMPATIBLE = {"unicode", "basestring", "long", "xrange", "reduce", "unichr", "cmp", "file", "buffer"}
SKIPPED_DECORATORS = (
    "property",
    "setter",
    "abstractmethod",
    "overload",
    "contextmanager",
    "route",
    "fixture",
)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A function or method that may become an entry."""

    name: str  # as in the file: `two_sum`, `Solution.two_sum`
    form: Form
    node: ast.FunctionDef
    owner: ast.ClassDef | None = None
    init: ast.FunctionDef | None = None  # of the owner, when it takes anything
    lines: tuple[int, int]
    returns: bool  # has a value to return somewhere
    operated: ast.ClassDef | None = None  # whose methods a list of operations calls
    operations: tuple[str, ...] = ()  # these methods

    @property
    def roots(self) -> tuple[str, ...]:
        if self.operated:
            return self.operated.name, self.node.name
        return (self.owner.name if self.owner else self.node.name,)

    @property
    def methods(self) -> frozenset[str] | None:
        return frozenset(self.operations or {self.node.name}) if self.owner or self.operated else None


def candidates(module: Module, operated: dict[str, ast.ClassDef]) -> Iterator[Candidate]:
    """All functions and methods of a file that are not there for tests or display, in file order.

    `operated`: the class behind each function that carries out a list of operations.
    """
    for node in module.statements:
        if isinstance(node, ast.FunctionDef) and module.functions.get(node.name) is node:
            owner = operated.get(node.name)
            yield Candidate(
                name=node.name,
                form="function",
                node=node,
                lines=span(node),
                returns=gives(node),
                operated=owner,
                operations=called_on(node, "instance") if owner else (),
            )
        elif isinstance(node, ast.ClassDef) and module.classes.get(node.name) is node:
            yield from methods(node, module)


def methods(owner: ast.ClassDef, module: Module) -> Iterator[Candidate]:
    if any("Test" in ast.unparse(base) or "Exception" in ast.unparse(base) for base in owner.bases):
        return
    own = {f.name: f for f in owner.body if isinstance(f, ast.FunctionDef)}
    init = own.get("__init__") or inherited_init(owner, module)
    for node in own.values():
        static = decorated(node, "staticmethod") or decorated(node, "classmethod")
        yield Candidate(
            name=f"{owner.name}.{node.name}",
            form="static" if static else "method",
            node=node,
            owner=owner,
            init=None if static else init,
            lines=span(node),
            returns=gives(node),
        )


def inherited_init(owner: ast.ClassDef, module: Module) -> ast.FunctionDef | None:
    for base in owner.bases:
        parent = module.classes.get(base.id) if isinstance(base, ast.Name) else None
        for node in parent.body if parent else ():
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return node
    return None


def span(node: ast.FunctionDef) -> tuple[int, int]:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return first, node.end_lineno or first


def gives(node: ast.FunctionDef) -> bool:
    """Some path returns or yields a value other than None."""
    for inner in own_nodes(node):
        if isinstance(inner, ast.Yield | ast.YieldFrom):
            return True
        if isinstance(inner, ast.Return) and inner.value and not is_none(inner.value):
            return True
    return False


def called_on(node: ast.AST, name: str) -> tuple[str, ...]:
    """Methods that are called on an object of that name."""
    funcs = (n.func for n in walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute))
    return tuple(f.attr for f in funcs if isinstance(f.value, ast.Name) and f.value.id == name)


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def own_nodes(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """Nodes of a function without those of functions inside it."""
    work: list[ast.AST] = list(node.body)
    while work:
        inner = work.pop()
        yield inner
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            work += ast.iter_child_nodes(inner)


def refusal(one: Candidate) -> str | None:
    """Why a candidate is not worth a closure, from its outside."""
    name = one.node.name
    if name.startswith("__") and name not in TELLING:
        return "special method"
    if name.lower().startswith("test") or name in ("setUp", "tearDown"):
        return "test function"
    if any(word in ast.unparse(d) for d in one.node.decorator_list for word in SKIPPED_DECORATORS):
        return "decorated as no plain function"
    counted = arguments(one)
    if not counted:
        return "no parameters"
    if len([a for a, default in counted if default is None]) > MANY:
        return "too many parameters"
    if calls(one.node) & SIDE or looks_at_callers(one.node):
        return "needs input, a file or the interpreter"
    if looks_inside(one.node):
        return "looks inside functions or objects"
    if not one.returns and not (calls(one.node) or stores(one.node)):
        return "no effect"
    if not one.operated and not works(one.node):
        return "only hands on or writes out what it is given"
    if not one.operated and unread(one):
        return "takes an argument that it never reads"
    return None


def unread(one: Candidate) -> set[str]:
    """Arguments that have to be given and of which nothing depends, so that nobody could find them out."""
    read = {part.id for statement in one.node.body for part in walk(statement) if isinstance(part, ast.Name)}
    given = signature(one.node, skip=int(bound_first(one)))
    return {argument.arg for argument, default in given if default is None} - read


def works(node: ast.FunctionDef) -> bool:
    """Whether anything has to be worked out: more than one comparison, or the like of `f"({self.x}, {self.y})"`."""
    parts = [part for statement in node.body for part in walk(statement)]
    return any(map(computes, parts)) or sum(isinstance(part, ast.Compare) for part in parts) > 1


def computes(part: ast.AST) -> bool:
    """A choice, an operation other than on a literal text, an item at any place, a call that may do so."""
    if isinstance(part, ast.BinOp):
        return not is_text(part)
    if isinstance(part, ast.Subscript):
        return not isinstance(part.slice, ast.Constant)
    if isinstance(part, ast.Call):
        return last(part.func) not in WRITING
    if isinstance(part, ast.comprehension):
        return bool(part.ifs)
    return isinstance(part, CHOOSING)


def is_text(node: ast.AST) -> bool:
    """A literal text, one with values written into it, or what such are put together to."""
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    if isinstance(node, ast.Call):
        return last(node.func) in ("str", "repr")
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def arguments(one: Candidate) -> list[tuple[ast.arg, ast.expr | None]]:
    """All that a caller has to give: constructor arguments without default first, then the call's own."""
    made = (
        [(a, d) for a, d in signature(one.init, skip=1) if d is None]
        if one.init and one.form == "method"
        else []
    )
    return made + signature(one.node, skip=int(bound_first(one)))


def bound_first(one: Candidate) -> bool:
    """The first parameter is the object or the class itself."""
    return one.form == "method" or decorated(one.node, "classmethod")


def decorated(node: ast.FunctionDef, name: str) -> bool:
    return any(isinstance(d, ast.Name) and d.id == name for d in node.decorator_list)


def signature(node: ast.FunctionDef, skip: int) -> list[tuple[ast.arg, ast.expr | None]]:
    """Parameters with their defaults; *args only where there is nothing else."""
    plain = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(plain) - len(node.args.defaults)) + list(node.args.defaults)
    both = list(zip(plain, defaults, strict=True))[skip:]
    both += list(zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True))
    if node.args.vararg and not both:
        both.append((node.args.vararg, None))
    return both


def calls(node: ast.AST) -> set[str]:
    return {n.func.id for n in walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}


def looks_at_callers(node: ast.AST) -> bool:
    """`sys._getframe()`: what it gives depends on who calls, not on the input."""
    return any(isinstance(n, ast.Attribute) and n.attr == "_getframe" for n in walk(node))


def looks_inside(node: ast.AST) -> bool:
    """`getattr(thing, name)`: any name for any thing, where only few go together."""
    called = (n for n in walk(node) if isinstance(n, ast.Call) and len(n.args) > 1)
    several = (n for n in called if isinstance(n.func, ast.Name) and n.func.id in ("getattr", "setattr"))
    return any(not isinstance(n.args[1], ast.Constant) for n in several)


def reads_clock(node: ast.AST) -> bool:
    called = (n.func for n in walk(node) if isinstance(n, ast.Call))
    return any(CLOCK.fullmatch(ast.unparse(func)) for func in called)


def draws_lots(node: ast.AST) -> bool:
    """`np.random.rand(3)`"""
    return any(isinstance(n, ast.Attribute) and n.attr == "random" for n in walk(node))


def reckons_whole(node: ast.FunctionDef) -> bool:
    """Takes remainders, shifts or bits of something, which fractions only blur."""
    whole = ast.Mod | ast.FloorDiv | ast.LShift | ast.RShift | ast.BitAnd
    taken = [n.left for n in walk(node) if isinstance(n, ast.BinOp) and isinstance(n.op, whole)]
    return any(not isinstance(n, ast.JoinedStr | ast.Constant) for n in taken)


def stores(node: ast.AST) -> bool:
    kinds = ast.Subscript | ast.Attribute
    written = any(isinstance(n, kinds) and isinstance(n.ctx, ast.Store) for n in walk(node))
    return written or any(isinstance(n, ast.Call) and last(n.func) for n in walk(node))


def foreign(modules: frozenset[str], package: str) -> str | None:
    """The first module that self-contained code may not import."""
    own = package.split(".")[0]
    for name in sorted(modules):
        if name in OUTSIDE and name != own:
            return f"uses {name}"
        if name not in ALLOWED and name != own:
            return "needs a module that is not there"
    return None


def dropped(path: str, one: Candidate, reason: str, detail: str = "") -> Dropped:
    return Dropped(id=f"{path}:{one.lines[0]} {one.name}", reason=reason, detail=detail)
