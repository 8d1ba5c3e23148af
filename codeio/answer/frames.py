"""Unfold: the flat events of a trace as a tree of calls.   events -> Frame

Each step of a frame is one line that ran: what had changed before it, and the calls that it made. Programs
are traced in the form `ast.unparse` gives them, so one line never holds two statements.
"""

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from codeio.sandbox import Event


class Step:
    """One executed line of a frame. `changes`: locals new or changed since the step before it."""

    __slots__ = ("calls", "changes", "line")

    def __init__(self, line: int, changes: dict[str, Any]) -> None:
        self.line, self.changes = line, changes
        self.calls: list[Frame] = []


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
        elif event.kind == "return":
            stack[-1].end, stack[-1].value = event.changes, event.value
            stack.pop()
    return root


class Outline:
    """Where a line's statement stands: `at[line]`, and the loops around it, innermost last."""

    def __init__(self, tree: ast.Module) -> None:
        self.at: dict[int, ast.stmt] = {}
        self.loops: dict[int, tuple[ast.For | ast.While, ...]] = {}
        self.functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
        self.visit(tree, ())

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


@lru_cache(maxsize=4096)
def plain(code: str) -> str:
    """The code as the narrators see it: one statement a line, comments gone."""
    return ast.unparse(ast.parse(code))


@lru_cache(maxsize=4096)
def outline(code: str) -> Outline:
    """The outline of `plain` code."""
    return Outline(ast.parse(code))
