"""Tell loops: first rounds in full, the middle as a table, the last round in full.   steps -> lines"""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from codeio.answer.frames import Frame, Outline
from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.search import joined
from codeio.answer.wording import Wording, brief, code
from codeio.walk import walk


class Detail(NamedTuple):
    """How much is told: a granularity."""

    head: int  # rounds of a loop told in full at its start
    tail: int  # and at its end
    calls: int  # depth to which calls are followed
    repeats: int  # calls of one function that are followed


FINE, NORMAL, COARSE, OUTLINE = Detail(6, 1, 3, 4), Detail(3, 1, 2, 2), Detail(1, 1, 1, 1), Detail(0, 0, 0, 0)
GRANULARITIES = (FINE, NORMAL, COARSE, OUTLINE)
ROWS = 10  # rounds that a table of the middle holds
FEW = 3  # lines left out that are told by what they change alone
LEFT = 6  # variables that are told after lines that are not


class Rounds:
    """The part of a narrator that knows lines of text and loops; a subclass tells the statements."""

    outline: Outline
    voice: Voice
    detail: Detail
    wording: Wording
    frame: Frame
    env: dict[str, Any]
    lines: list[str]
    indent: int
    sentences: int  # said so far
    fresh: bool  # the next sentence opens a line

    def block(self, start: int, stop: int) -> None:
        """Tell the steps `start` to `stop` of the present frame."""
        raise NotImplementedError

    def enter(self, index: int) -> None:
        """Take in what had changed before the step."""
        raise NotImplementedError

    def compute(self, node: ast.expr) -> Any:
        """The value of an expression now. Raises Unknown."""
        raise NotImplementedError

    def changed(self, after: dict[str, Any]) -> bool:
        """Tell what has changed; whether there was anything to say."""
        raise NotImplementedError

    def say(self, kind: str, **parts: str) -> None:
        self.put(self.voice(kind, **parts))

    def put(self, sentence: str) -> None:
        """A sentence on the present line, or on a new one after `line()`."""
        self.sentences += 1
        if self.fresh:
            self.lines.append("  " * self.indent + sentence)
            self.fresh = False
        else:
            self.lines[-1] += " " + sentence

    def line(self) -> None:
        self.fresh = True

    def entered(self, node: ast.If | ast.While | ast.For, index: int) -> bool:
        """Whether the next line of this frame lies in the body."""
        steps = self.frame.steps
        if index + 1 >= len(steps):
            return False
        return node.body[0].lineno <= steps[index + 1].line <= node.body[-1].end_lineno

    def loop(self, node: ast.For | ast.While, index: int) -> int:
        """Tell a loop from its header at step `index`; returns the step after it."""
        bodies, end = self.rounds(node, index)
        self.line()
        if isinstance(node, ast.For):
            self.say("over", source=self.source(node))
        if not bodies:
            if isinstance(node, ast.For):
                self.say("never")
            else:
                self.turn(node, index, 0)
            self.line()
            return index + 1
        told = self.told(len(bodies))
        self.indent += 1
        row: list[str] = []
        for number, (start, stop) in enumerate(bodies, 1):
            self.line()
            if number in told:
                self.enter(start - 1)
                self.turn(node, start - 1, number)
                self.block(start, stop)
            else:
                row.append(self.row(node, start, stop))
                if number + 1 in told or number == len(bodies):
                    self.table(number - len(row) + 1, number, row)
                    row = []
        self.indent -= 1
        self.line()
        self.finish(node, bodies[-1][1], end)
        self.line()
        return end

    def rounds(self, node: ast.For | ast.While, index: int) -> tuple[list[tuple[int, int]], int]:
        """(start, stop) of the body's steps in each round, and the step after the loop."""
        bodies, at = [], index
        while self.heads(node, at) and self.entered(node, at):
            start = at = at + 1
            while self.inside(node, at):
                at += 1
            bodies.append((start, at))
        return bodies, at + 1 if self.heads(node, at) else at

    def heads(self, node: ast.For | ast.While, at: int) -> bool:
        """Whether the step is the header of the loop."""
        steps = self.frame.steps
        return at < len(steps) and steps[at].line == node.lineno and not steps[at].skipped

    def inside(self, node: ast.For | ast.While, at: int) -> bool:
        """Whether the step lies in the present round. Lines left out do if they begin no round and lead back."""
        steps = self.frame.steps
        if at >= len(steps):
            return False
        if steps[at].skipped:
            return node.lineno not in steps[at].skipped and (
                self.heads(node, at + 1) or self.inside(node, at + 1)
            )
        return node.body[0].lineno <= steps[at].line <= node.body[-1].end_lineno

    def told(self, count: int) -> set[int]:
        """Rounds that are told in full; a gap of one is not worth a table."""
        head, tail = self.detail.head, self.detail.tail
        if count <= head + tail + 1 and head:
            return set(range(1, count + 1))
        return {*range(1, head + 1), *range(count - tail + 1, count + 1)}

    def source(self, node: ast.For) -> str:
        try:
            value = self.compute(node.iter)
        except Unknown:
            return f"the items of {code(node.iter)}"
        text = code(node.iter)
        try:
            shown = brief(value)
        except Unknown:
            return f"the items of {text}"
        return text if text == shown else f"{text}, that is {shown}"

    def turn(self, node: ast.For | ast.While, index: int, number: int) -> None:
        """The header of one round."""
        if isinstance(node, ast.For):
            self.env.update(self.frame.after(index))
            target = " and ".join(self.bindings(target_names(node)))
            self.say("round" if target else "again", target=target, number=str(number))
        elif isinstance(node.test, ast.Constant):
            self.say("again", number=str(number))
        else:
            taken = self.entered(node, index)
            way, clause = "true" if taken else "false", self.wording.clause(node.test, taken)
            self.say(f"while_{way}" if clause else f"on_{way}", clause=clause or "", test=code(node.test))

    def bindings(self, names: Iterable[str]) -> Iterator[str]:
        for name in names:
            if name not in self.env:
                continue
            try:
                yield f"{name} = {brief(self.env[name])}"
            except Unknown:
                continue

    def row(self, node: ast.For | ast.While, start: int, stop: int) -> str:
        """A round in short: its loop variables and what its body changed."""
        changed: dict[str, None] = {}
        self.env.update(self.frame.steps[start - 1].changes)
        for at in range(start - 1, stop):
            changes = self.frame.after(at)
            self.env.update(changes)
            changed |= dict.fromkeys(changes)
        own = target_names(node)
        later = [name for name in changed if name not in own][-3:]
        left, right = ", ".join(self.bindings(own)), ", ".join(self.bindings(later))
        if left and not right and not any(isinstance(n, ast.Call) for part in node.body for n in walk(part)):
            return f"{left} changes nothing"
        return f"{left} leaves {right}" if left and right else left or right or "nothing changes"

    def table(self, first: int, last: int, rows: list[str]) -> None:
        if len(rows) > ROWS:
            rows = [*rows[:3], "…", rows[-1]]
        self.say("middle", first=str(first), last=str(last), rows="; ".join(rows))

    def skip(self, index: int) -> None:
        """Lines that are not told one by one: which loop goes on, how often, and what it leaves."""
        hits, after = self.frame.steps[index].skipped, self.frame.after(index)
        nodes = (self.outline.at.get(line) for line in sorted(hits))
        loops = [node for node in nodes if isinstance(node, ast.For | ast.While)]
        lines = sum(hits.values())
        self.env.update(after)
        if lines <= FEW and not loops:
            self.changed(after)
            return
        self.line()
        left = list(islice(self.bindings(after), LEFT))
        said = {"lines": str(lines), "left": f", which leave {joined(left)}" if left else ""}
        rounds = hits.get(loops[0].body[0].lineno, 0) if loops else 0
        if rounds > 1 and not isinstance(loops[0].body[0], ast.For | ast.While):
            self.say("skipped_rounds", head=head(loops[0]), rounds=str(rounds), **said)
        else:
            self.say("skipped", **said)
        self.line()

    def finish(self, node: ast.For | ast.While, stop: int, end: int) -> None:
        """The header that ends the loop, if it ended that way."""
        if end == stop:
            return
        self.enter(end - 1)
        if isinstance(node, ast.For):
            self.say("done")
        elif not isinstance(node.test, ast.Constant):
            self.turn(node, end - 1, 0)


def head(node: ast.For | ast.While) -> str:
    """The header of a loop as it stands in the code, shortened."""
    if isinstance(node, ast.While):
        return f"while {code(node.test)}"
    return f"for {code(node.target)} in {code(node.iter)}"


def target_names(node: ast.For | ast.While) -> list[str]:
    """Names that the loop itself binds."""
    if isinstance(node, ast.While):
        return []
    return [n.id for n in walk(node.target) if isinstance(n, ast.Name)]
