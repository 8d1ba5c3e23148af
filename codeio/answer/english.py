"""Narrate: a trace as English sentences with the values read at the moment.   Frame -> lines

A long loop is told by its first rounds, a table of the middle and the last round; calls of the program's
own functions are told where they happen, down to a depth. Only what the trace shows or the evaluator
computes is said.
"""

import ast
from typing import Any

from codeio.answer.expression import Evaluator
from codeio.answer.frames import Frame, Outline
from codeio.answer.notation import Disagrees, alike
from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.rounds import Detail, Rounds
from codeio.answer.wording import Wording, brief, code


class Narrator(Rounds):
    """Tells one call tree in one voice at one granularity; `lines` is the whole."""

    def __init__(self, outline: Outline, voice: Voice, detail: Detail) -> None:
        self.outline, self.voice, self.detail = outline, voice, detail
        self.lines: list[str] = []
        self.followed: dict[str, int] = {}
        self.depth = self.indent = 0
        self.fresh = True  # the next sentence opens a line

    # --- calls
    def call(self, frame: Frame) -> None:
        """All steps of one call. Raises Disagrees."""
        outer = self.__dict__.copy()
        self.frame, self.env = frame, dict(frame.args)
        self.depth += 1
        try:
            self.block(0, len(frame.steps))
        finally:  # what cannot be told inside may be left out by the caller, who goes on in his own frame
            for name in ("frame", "env", "step", "values", "pending", "wording"):
                self.__dict__[name] = outer.get(name)
            self.depth = outer["depth"]

    def block(self, start: int, stop: int) -> None:
        """Steps `start` to `stop` of the present frame."""
        index = start
        while index < stop:
            self.enter(index)
            node = self.outline.at.get(self.frame.steps[index].line)
            if isinstance(node, ast.For | ast.While):
                index = self.loop(node, index)
                continue
            if node is not None:
                self.statement(node, index)
            index += 1

    def enter(self, index: int) -> None:
        """Take in what has changed before the step."""
        self.step = self.frame.steps[index]
        self.env.update(self.step.changes)
        self.pending = list(self.step.calls)
        self.values: dict[int, Any] = {}
        self.wording = Wording(self.compute, self.voice)

    def compute(self, node: ast.expr) -> Any:
        return Evaluator(self.env, call=self.result)(node)

    def result(self, node: ast.Call, name: str, args: list) -> Any:
        """The traced value of a call of the program's own function, told the first time it is asked for."""
        if id(node) not in self.values:
            while self.pending and self.pending[0].name != name:
                self.pending.pop(0)
            if not self.pending or self.pending[0].failed:
                raise Unknown(f"call of {name}")
            callee = self.pending.pop(0)
            self.values[id(node)] = callee.value
            self.tell_call(callee, f"{name}({', '.join(brief(a) for a in args)})")
        return self.values[id(node)]

    def tell_call(self, callee: Frame, call: str) -> None:
        often = self.followed[callee.name] = self.followed.get(callee.name, 0) + 1
        inner = self.outline.functions.get(callee.name)
        follow = self.depth <= self.detail.calls and often <= self.detail.repeats and inner is not None
        if follow and not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(inner)):
            self.line()
            self.say("call", call=call)
            self.indent += 1
            self.line()
            self.call(callee)
            self.indent -= 1
            self.line()
        self.say("called", call=call, value=brief(callee.value))

    # --- statements
    def statement(self, node: ast.stmt, index: int) -> None:
        after = self.frame.after(index)
        if isinstance(node, ast.If):
            self.branch(node, index)
        elif isinstance(node, ast.Return):
            self.returned(node)
        elif (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            self.assigned(node.targets[0].id, node.value, after)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.updated(node, after)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            self.several(node.targets[0], node.value, after)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript | ast.Attribute):
            self.stored(node.targets[0], node.value, after)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript | ast.Attribute):
            self.stored(node.target, ast.BinOp(left=node.target, op=node.op, right=node.value), after)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.called(node.value, after)
        elif isinstance(node, ast.Break | ast.Continue):
            self.say("break" if isinstance(node, ast.Break) else "continue")
        elif isinstance(node, ast.Raise):
            self.say("error")
        elif not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.ClassDef):
            self.changed(after)

    def branch(self, node: ast.If, index: int) -> None:
        taken = self.entered(node, index)
        clause = self.wording.clause(node.test, taken)
        self.say("if_true" if taken else "if_else" if node.orelse else "if_false", clause=clause)

    def known(self, node: ast.expr, real: Any) -> bool:
        """Whether the evaluator computes the traced value. Raises Disagrees when it computes another."""
        try:
            value = self.compute(node)
        except Unknown:
            return False
        if not alike(value, real):
            raise Disagrees(code(node))
        return True

    def assigned(self, name: str, node: ast.expr, after: dict[str, Any]) -> None:
        real = after.get(name, self.env.get(name))
        known = self.known(node, real)
        try:
            value = brief(real)
        except Unknown:
            return
        work = self.wording.steps(node) if known else value
        if isinstance(node, ast.Constant) or (isinstance(node, ast.List | ast.Dict) and not real):
            self.say("constant", name=name, value=value)
        elif not known and isinstance(node, ast.Call | ast.BinOp) and len(code(node)) < 40:
            self.say("equation", name=name, work=code(node), value=value)
        else:
            self.say("becomes" if work == value else "equation", name=name, work=work, value=value)

    def updated(self, node: ast.AugAssign, after: dict[str, Any]) -> None:
        name = node.target.id
        whole = ast.BinOp(left=ast.Name(id=name), op=node.op, right=node.value)
        real = after.get(name, self.env.get(name))
        known = self.known(whole, real)
        try:
            value, old = brief(real), brief(self.env.get(name))
        except Unknown:
            return
        if known and isinstance(real, str | list) and isinstance(node.op, ast.Add):
            item = self.wording.equation(node.value, self.compute(node.value))
            self.say("extended", name=name, item=item, value=value)
        elif known and isinstance(real, int | float) and value != self.wording.work(whole):
            self.say("update", name=name, old=old, work=self.wording.steps(whole), value=value)
        else:
            self.say("becomes", name=name, value=value)

    def several(self, target: ast.Tuple, node: ast.expr, after: dict[str, Any]) -> None:
        """`a, b = ...`: every name with its own computation."""
        if not all(isinstance(one, ast.Name) for one in target.elts):
            return self.changed(after)
        names = [one.id for one in target.elts]
        sources = (
            node.elts if isinstance(node, ast.Tuple) and len(node.elts) == len(names) else [None] * len(names)
        )
        parts = []
        for name, source in zip(names, sources, strict=True):
            real = after.get(name, self.env.get(name))
            try:
                work = (
                    self.wording.equation(source, real)
                    if source and self.known(source, real)
                    else brief(real)
                )
            except Unknown:
                continue
            parts.append(f"{name} becomes {work}")
        if parts:
            self.say(
                "several", parts=" and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
            )
        return None

    def stored(self, target: ast.Subscript | ast.Attribute, node: ast.expr, after: dict[str, Any]) -> None:
        """A value that goes into a list, a dict or an object."""
        try:
            item = self.compute(node)
            if isinstance(target, ast.Attribute):
                return self.say("becomes", name=code(target), value=self.wording.equation(node, item))
            place = self.wording.work(target)
            if isinstance(target.slice, ast.Slice) or not alike(self.later(target, after), item):
                return self.changed(after)
            if not isinstance(target.value, ast.Name) or target.value.id not in after:
                return self.say("becomes", name=place, value=self.wording.equation(node, item))
            name, value = target.value.id, brief(after[target.value.id])
            key = brief(self.compute(target.slice))
        except Unknown:
            return self.changed(after)
        work = self.wording.equation(node, item)
        return self.say("stored", name=name, key=key, item=work, value=value)

    def later(self, target: ast.expr, after: dict[str, Any]) -> Any:
        """The value of a place after the step."""
        return Evaluator({**self.env, **after}, call=self.result)(target)

    def called(self, node: ast.Call, after: dict[str, Any]) -> None:
        """A call for its effect: `r.append(x)` and its like, or a function of the program."""
        func = node.func
        appends = (
            isinstance(func, ast.Attribute) and func.attr == "append" and isinstance(func.value, ast.Name)
        )
        try:
            if appends and len(node.args) == 1 and func.value.id in after:
                item = self.wording.equation(node.args[0], self.compute(node.args[0]))
                return self.say("append", item=item, name=func.value.id, value=brief(after[func.value.id]))
            if isinstance(func, ast.Name):
                self.compute(node)
        except Unknown:
            pass
        return self.changed(after)

    def changed(self, after: dict[str, Any]) -> None:
        """What the step changed, where nothing better can be said."""
        for name, value in after.items():
            try:
                self.say("changed", name=name, value=brief(value))
            except Unknown:
                continue

    def returned(self, node: ast.Return) -> None:
        if node.value is None or self.frame.failed:
            return
        known = self.known(node.value, self.frame.value)
        value = brief(self.frame.value)
        work = self.wording.steps(node.value) if known else value
        if work == value:
            self.say("return_value", value=value)
        else:
            self.say("return", work=work, value=value)
