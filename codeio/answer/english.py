"""Narrate: a trace as English sentences with the values read at the moment.   Frame -> lines

A long loop is told by its first rounds, a table of the middle and the last round; calls of the program's
own functions are told where they happen, down to a depth. Only what the trace shows or the evaluator
computes is said.
"""

import ast
from contextlib import suppress
from typing import Any

from codeio.answer.frames import Outline
from codeio.answer.inner import Inner
from codeio.answer.notation import Disagrees, alike
from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.rounds import Detail
from codeio.answer.things import Reader
from codeio.answer.wording import LONG, brief, code, said


class Narrator(Inner):
    """Tells one call tree in one voice at one granularity; `lines` is the whole."""

    def __init__(self, outline: Outline, voice: Voice, detail: Detail) -> None:
        self.outline, self.voice, self.detail = outline, voice, detail
        self.lines: list[str] = []
        self.followed: dict[str, int] = {}
        self.depth = self.indent = self.sentences = 0
        self.fresh = True  # the next sentence opens a line

    def block(self, start: int, stop: int) -> None:
        """Steps `start` to `stop` of the present frame."""
        index = start
        while index < stop:
            self.enter(index)
            if self.step.skipped:
                self.skip(index)
                index += 1
                continue
            node = self.outline.at.get(self.frame.steps[index].line)
            if isinstance(node, ast.For | ast.While):
                index = self.loop(node, index)
                continue
            if node is not None:
                self.statement(node, index)
            index += 1

    # --- statements
    def statement(self, node: ast.stmt, index: int) -> None:
        after = self.frame.after(index)
        if self.step.error:
            self.raised(node, caught=index + 1 < len(self.frame.steps))
        elif isinstance(node, ast.If):
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
        elif isinstance(node, ast.Assert):
            clause = self.wording.clause(node.test, True)
            self.say("assert", clause=clause or f"{code(node.test)} holds")
        elif not isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.ClassDef):
            self.changed(after)

    def raised(self, node: ast.stmt, caught: bool) -> None:
        """An exception that came up in this line."""
        part = next((p for p in ast.iter_child_nodes(node) if isinstance(p, ast.expr)), None)
        work = getattr(node, "value", None) or getattr(node, "test", None) or part
        error = self.step.error if len(self.step.error) <= LONG else self.step.error[: LONG - 1] + "…"
        if isinstance(node, ast.Raise) or work is None:
            self.say("error", error=error)
        else:
            self.say("raised", work=code(work), error=error)
        if caught:
            self.say("caught")

    def branch(self, node: ast.If, index: int) -> None:
        taken = self.entered(node, index)
        clause = self.wording.clause(node.test, taken)
        way = "true" if taken else "else" if node.orelse else "false"
        self.say(f"if_{way}" if clause else f"untold_{way}", clause=clause or "", test=code(node.test))

    def chosen(self, node: ast.expr) -> None:
        """Which side of `a if test else b` counts, and why."""
        if not isinstance(node, ast.IfExp):
            return
        with suppress(Unknown):
            taken = bool(self.compute(node.test))
            clause = self.wording.clause(node.test, taken)
            if clause:
                self.say("chosen", clause=clause, work=code(node.body if taken else node.orelse))

    def known(self, node: ast.expr, real: Any) -> bool:
        """Whether the evaluator computes the traced value. Raises Disagrees when it computes another."""
        try:
            value = self.compute(node)
        except Unknown:
            return False
        if not agree(value, real):
            raise Disagrees(code(node))
        return True

    def assigned(self, name: str, node: ast.expr, after: dict[str, Any]) -> None:
        real = after.get(name, self.env.get(name))
        known = self.known(node, real)
        self.chosen(node)
        try:
            value = brief(real)
        except Unknown:
            return self.say("object", name=name, work=self.wording.work(node), value=said(real))
        work = self.wording.steps(node) if known else value
        if "…" in work and "…" not in value:
            work = value  # the beginning of a long expression explains nothing
        if isinstance(node, ast.Constant) or (isinstance(real, list | dict | set) and not real):
            self.say("becomes" if name in self.env else "constant", name=name, value=value)
        elif not known and isinstance(node, ast.Call | ast.BinOp) and len(code(node)) < 40:
            self.say("equation", name=name, work=code(node), value=value)
        else:
            self.say("becomes" if work == value else "equation", name=name, work=work, value=value)
        return None

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
        """`a, b = ...`: every place with its own computation."""
        sources = node.elts if isinstance(node, ast.Tuple) and len(node.elts) == len(target.elts) else None
        parts = []
        for place, source in zip(target.elts, sources or [None] * len(target.elts), strict=True):
            try:
                real = self.later(place, after)
                known = source is not None and self.known(source, real)
                work = self.wording.equation(source, real) if known else brief(real)
                parts.append(f"{self.place(place)} becomes {work}")
            except Unknown:
                continue
        if parts:
            self.say(
                "several", parts=" and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
            )

    def place(self, target: ast.expr) -> str:
        """A name, or an element with the values of its indices."""
        return self.wording.work(target) if isinstance(target, ast.Subscript) else code(target)

    def stored(self, target: ast.Subscript | ast.Attribute, node: ast.expr, after: dict[str, Any]) -> None:
        """A value that goes into a list, a dict or an object."""
        try:
            item = self.compute(node)
            if not agree(self.later(target, after), item):
                return self.changed(after)
            if isinstance(target, ast.Attribute):
                return self.say("becomes", name=code(target), value=self.wording.equation(node, item))
            place = self.wording.work(target)
            if isinstance(target.slice, ast.Slice):
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
        return Reader({**self.env, **after}, self.own, self.outline)(target)

    def called(self, node: ast.Call, after: dict[str, Any]) -> None:
        """A call for its effect: `r.append(x)` and its like, print, or a function of the program."""
        if isinstance(node.func, ast.Name) and node.func.id == "print":
            return self.say("print", value=self.wording.printed(node))
        told = self.sentences
        with suppress(Unknown):
            self.compute(node)
        if isinstance(node.func, ast.Attribute) and self.grown(node, node.func, after):
            return None
        if not self.changed(after) and told == self.sentences:
            self.say("effect", work=self.wording.work(node))
        return None

    def grown(self, node: ast.Call, func: ast.Attribute, after: dict[str, Any]) -> bool:
        """Whether the call changed what it is a method of, and that was said."""
        try:
            value = self.later(func.value, after)
            if agree(value, self.compute(func.value)):
                return False
            if func.attr == "append" and len(node.args) == 1 and isinstance(value, list):
                item = self.wording.equation(node.args[0], self.compute(node.args[0]))
                self.say("append", item=item, name=code(func.value), value=brief(value))
            else:
                self.say("method", work=self.wording.work(node), name=code(func.value), value=brief(value))
        except Unknown:
            return False
        return True

    def changed(self, after: dict[str, Any]) -> bool:
        """What the step changed, where nothing better can be said; whether there was anything to say."""
        some = False
        for name, value in after.items():
            try:
                self.say("changed", name=name, value=brief(value))
                some = True
            except Unknown:
                continue
        return some

    def returned(self, node: ast.Return) -> None:
        if node.value is None or self.frame.failed:
            return
        known = self.known(node.value, self.frame.value)
        self.chosen(node.value)
        value = said(self.frame.value)
        work = self.wording.steps(node.value) if known else value
        if id(node.value) in self.values and self.depth == 1:
            return  # the call was told just now, and the answer follows
        if not known and len(code(node.value)) < LONG and not isinstance(node.value, ast.Name):
            work = code(node.value)
        if work == value or id(node.value) in self.values:
            self.say("return_value", value=value)
        else:
            self.say("return", work=work, value=value)


def agree(value: Any, real: Any) -> bool:
    """Whether a computed value is the traced one, as far as can be told; sets have no JSON."""
    if isinstance(value, set) or isinstance(real, set):
        return value == real
    return alike(value, real)
