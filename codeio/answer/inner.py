"""Tell calls: the program's own functions, methods and classes where they are called.   call node -> value, lines"""

import ast
from typing import Any

from codeio.answer.expression import opened
from codeio.answer.frames import Frame
from codeio.answer.operations import Unknown
from codeio.answer.rounds import Rounds
from codeio.answer.things import Reader, plain_class
from codeio.answer.wording import Wording, said
from codeio.unify.pieces import pieces

SCAFFOLD = frozenset(pieces("converters"))  # our own, which make objects of JSON: nothing to reason about


class Inner(Rounds):
    """The part of a narrator that goes into calls and comes back with their values."""

    followed: dict[str, int]
    pending: list[Frame]  # calls of the present step that were not told yet
    values: dict[int, Any]  # of the calls that were
    depth: int

    def call(self, frame: Frame) -> None:
        """All steps of one call. Raises Disagrees."""
        outer = self.__dict__.copy()
        self.frame, self.env = frame, {**self.outline.constants, **frame.args}
        self.depth += 1
        try:
            self.block(0, len(frame.steps))
        finally:  # what cannot be told inside may be left out by the caller, who goes on in his own frame
            for name in ("frame", "env", "step", "values", "pending", "wording"):
                self.__dict__[name] = outer.get(name)
            self.depth = outer["depth"]

    def enter(self, index: int) -> None:
        """Take in what has changed before the step."""
        self.step = self.frame.steps[index]
        self.env.update(self.step.changes)
        self.pending = list(self.step.calls)
        self.values = {}
        self.wording = Wording(self.compute, self.voice)

    def compute(self, node: ast.expr) -> Any:
        return Reader(self.env, self.own, self.outline)(node)

    def own(self, node: ast.Call, name: str) -> Any:
        """The traced value of a call, told the first time it is asked for."""
        if id(node) not in self.values:
            self.arguments(node)
            self.values[id(node)] = (
                self.made(name) if name in self.outline.classes else self.result(node, name)
            )
        return opened(self.values[id(node)])

    def arguments(self, node: ast.Call) -> None:
        """Tell the calls among the arguments, which come first."""
        owner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for part in (*owner, *node.args, *(word.value for word in node.keywords)):
            try:
                self.compute(part)
            except Unknown:
                continue

    def result(self, node: ast.Call, name: str) -> Any:
        callee = self.next(name)
        self.tell_call(callee, self.written(node, callee))
        return callee.value

    def made(self, name: str) -> Any:
        """A new object, as its constructor left it."""
        if not self.outline.initialises(name):
            return plain_class(self.outline.classes[name])
        callee = self.next("__init__")
        self.follow(callee, self.written(None, callee, name))
        own = next(iter(callee.args), "")
        states = (callee.args, *(step.changes for step in callee.steps), callee.end)
        return [state[own] for state in states if own in state][-1]

    def next(self, name: str) -> Frame:
        """The next call of that name in the present step."""
        at = next((n for n, frame in enumerate(self.pending) if frame.name == name), None)
        if at is None or self.pending[at].failed or name in self.outline.yields:
            raise Unknown(f"call of {name}")
        callee = self.pending[at]
        self.pending = self.pending[at + 1 :]
        return callee

    def written(self, node: ast.Call | None, callee: Frame, name: str = "") -> str:
        """The call with its values, `half(8)` or `self.half(8)`."""
        own = self.outline.parameters.get(callee.name, callee.args)
        given = [(name, value) for name, value in callee.args.items() if name in own]
        if not name:
            owner = node.func.value if isinstance(node.func, ast.Attribute) else None
            head = f"{owner.id}." if isinstance(owner, ast.Name) else ""
            name = head + callee.name
            given = given[1:] if owner is not None and given and given[0][0] in ("self", "cls") else given
        else:
            given = given[1:]
        return f"{name}({', '.join(said(value) for _, value in given)})"

    def tell_call(self, callee: Frame, call: str) -> None:
        if callee.name in SCAFFOLD and "values" in callee.args:
            values = said(callee.args["values"])
            order = " in level order" if callee.name == "tree_from_values" else ""
            return self.say("made", values=values + order, value=said(callee.value))
        self.follow(callee, call)
        way = "ended" if callee.value is None else "called"
        self.say(way, call=call, value=said(callee.value))
        return None

    def follow(self, callee: Frame, call: str) -> None:
        """The steps of a call, unless it lies too deep or was followed often enough."""
        often = self.followed[callee.name] = self.followed.get(callee.name, 0) + 1
        known = callee.name in SCAFFOLD or callee.name not in self.outline.functions
        if known or self.depth > self.detail.calls or often > self.detail.repeats or not callee.steps:
            return
        self.line()
        self.say("call", call=call)
        self.indent += 1
        self.line()
        self.call(callee)
        self.indent -= 1
        self.line()
