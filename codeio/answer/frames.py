"""Unfold: the flat events of a trace as a tree of calls.   events -> Frame

Each step of a frame is one line that ran: what had changed before it, and the calls that it made. Programs
are traced in the form `ast.unparse` gives them, so one line never holds two statements.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from codeio.sandbox import Event
from codeio.walk import walk

ENDS = ("StopIteration", "GeneratorExit")  # how loops end, not mistakes
CHANGING = {
    "append", "appendleft", "extend", "insert", "pop", "popleft", "popitem", "remove", "clear", "update", "setdefault",
    "add", "discard", "sort", "reverse",
}  # fmt: skip


class Step:
    """One executed line of a frame. `changes`: locals new or changed since the step before it.

    A step with `skipped` stands for many lines that are not told, with their hits; its line is the first of them.
    """

    __slots__ = ("calls", "changes", "error", "line", "skipped")

    def __init__(self, line: int, changes: dict[str, Any], skipped: dict[int, int] | None = None) -> None:
        self.line, self.changes = line, changes
        self.skipped = skipped or {}
        self.calls: list[Frame] = []
        self.error = ""  # "ValueError: message" of an exception that came up in the line


class Frame:
    """One call. `end`: locals changed by its last line; `value`: what it returned."""

    __slots__ = ("args", "end", "failed", "name", "steps", "value")

    def __init__(self, name: str, args: dict[str, Any]) -> None:
        self.name, self.args = name, args
        self.steps: list[Step] = []
        self.end: dict[str, Any] = {}
        self.value: Any = None
        self.failed = False  # an exception left it

    def after(self, index: int) -> dict[str, Any]:
        """What the line at `index` changed in this frame."""
        return self.steps[index + 1].changes if index + 1 < len(self.steps) else self.end


def unfold(events: Sequence[Event]) -> Frame | None:
    """The outermost call, or None if no call of the program was seen."""
    root: Frame | None = None
    stack: list[Frame] = []
    for event in events:
        depth = event.depth - events[0].depth
        while len(stack) > depth + (event.kind != "call"):  # an exception went through these frames
            stack.pop().failed = True
        if event.kind == "call":
            frame = Frame(event.name, dict(event.changes))
            if stack and stack[-1].steps:
                stack[-1].steps[-1].calls.append(frame)
            root = root or frame
            stack.append(frame)
        elif not stack:
            return root
        elif event.kind == "line":
            stack[-1].steps.append(Step(event.line, event.changes))
        elif event.kind == "skipped":
            hits = {int(line): count for line, count in (event.value or {}).items()}
            stack[-1].steps.append(Step(event.line, event.changes, hits))
        elif event.kind == "exception" and stack[-1].steps and not str(event.value).startswith(ENDS):
            stack[-1].steps[-1].error = str(event.value)
        elif event.kind == "return":
            stack[-1].end, stack[-1].value = event.changes, event.value
            stack.pop()
    return root


class Outline:
    """Where a line's statement stands: `at[line]`, and the loops around it, innermost last."""

    def __init__(self, tree: ast.Module) -> None:
        self.at: dict[int, ast.stmt] = {}
        self.loops: dict[int, tuple[ast.For | ast.While, ...]] = {}
        nodes = list(walk(tree))
        self.functions = {n.name: n for n in nodes if isinstance(n, ast.FunctionDef)}
        self.classes = {n.name: n for n in nodes if isinstance(n, ast.ClassDef)}
        # Generators, whose calls give no value yet; and the parameters of each function, of every kind.
        self.yields = {
            name for name, node in self.functions.items() if holds(node, ast.Yield | ast.YieldFrom)
        }
        self.parameters = {
            name: {n.arg for n in walk(node.args) if isinstance(n, ast.arg)}
            for name, node in self.functions.items()
        }
        self.maths = dict(maths(nodes))
        self.constants = dict(constants(tree, nodes))
        self.visit(tree, ())

    def initialises(self, name: str) -> bool:
        """Whether a class of the program, or one it is made from, has a constructor of its own."""
        node = self.classes.get(name)
        if node is None:
            return False
        own = any(isinstance(f, ast.FunctionDef) and f.name == "__init__" for f in node.body)
        bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id != name]
        return own or any(map(self.initialises, bases))

    @property
    def plain(self) -> frozenset[str]:
        """Classes whose objects count as true whatever they hold, as far as the program says."""
        odd = {"__bool__", "__len__"}
        return frozenset({"SimpleNamespace"}).union(
            name
            for name, node in self.classes.items()
            if not any(isinstance(f, ast.FunctionDef) and f.name in odd for f in node.body)
            and all(
                isinstance(base, ast.Name) and base.id in {*self.classes, "object"} for base in node.bases
            )
            and not any(isinstance(base, ast.Name) and base.id != "object" for base in node.bases)
        )

    def visit(self, node: ast.AST, loops: tuple[ast.For | ast.While, ...]) -> None:
        inner = () if isinstance(node, ast.FunctionDef) else loops
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            looped = (*loops, node) if isinstance(node, ast.For | ast.While) and field == "body" else inner
            for child in block:
                if isinstance(child, ast.stmt):
                    self.at[child.lineno] = child
                    self.loops[child.lineno] = looped
                self.visit(child, looped)


def holds(node: ast.AST, kind: Any) -> bool:
    return any(isinstance(n, kind) for n in walk(node))


def maths(nodes: Sequence[ast.AST]) -> Iterator[tuple[str, str]]:
    """How the program calls the module math: ("m", "") for `import math as m`, ("root", "sqrt") for a function."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((a.asname or a.name, "") for a in node.names if a.name == "math")
        elif isinstance(node, ast.ImportFrom) and node.module == "math":
            yield from ((a.asname or a.name, a.name) for a in node.names)


def constants(tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[tuple[str, Any]]:
    """Names that the module binds once to a literal and nothing changes."""
    changed = set(changing(tree, nodes))
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                continue
            if node.targets[0].id not in changed:
                yield node.targets[0].id, value


def changing(tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names of the module that may not hold what they were first bound to."""
    first = Counter(
        t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    )
    yield from (name for name, times in first.items() if times > 1)
    for node in nodes:
        if isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield ast.unparse(node).partition("[")[0]
        elif isinstance(node, ast.Attribute) and node.attr in CHANGING:
            yield ast.unparse(node.value).partition("[")[0]


@lru_cache(maxsize=4096)
def plain(code: str) -> str:
    """The code as the narrators see it: one statement a line, comments gone."""
    return ast.unparse(ast.parse(code))


@lru_cache(maxsize=4096)
def outline(code: str) -> Outline:
    """The outline of `plain` code."""
    return Outline(ast.parse(code))
