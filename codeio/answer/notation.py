"""Note down: a trace as terse steps, for small models.   Frame -> "A5 B1", "A5 5!=4 T t=0+5=5", "B1 ..."

A loop first lists what it runs over, each element behind the letter of its round (AB: second round inside the
first); to find an element again a model then only looks for its letter. Every condition is written out with its
values and T or F, every computation with its values and result. Words stand without quotes. Where an input is looked
for, its elements are told in the rounds alone: what a round needs can be seen there, and not before.
"""

import ast
from typing import Any

import orjson

from codeio.answer.expression import Evaluator, bound
from codeio.answer.frames import Frame, Outline
from codeio.answer.operations import Unknown
from codeio.answer.sought import QUIET, names
from codeio.walk import walk

SIGN = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: " in ", ast.NotIn: " not in ", ast.Is: " is ", ast.IsNot: " is not ",
    ast.USub: "-", ast.UAdd: "+", ast.Not: "not ", ast.Invert: "~",
}  # fmt: skip
MAX_DEPTH = 6
LISTED = 12  # elements at most that a loop lists beforehand


class Disagrees(Exception):
    """The narration and the trace contradict each other: no rationale may come of it."""


def show(value: Any) -> str:
    """A word as it is, anything else as compact JSON. Raises Unknown for what has no JSON."""
    return value if isinstance(value, str) and value.isalpha() and value.isascii() else compact(value)


def compact(value: Any) -> str:
    try:
        return orjson.dumps(value, default=shown).decode()
    except TypeError as error:
        raise Unknown("no JSON") from error


def shown(value: Any) -> Any:
    if isinstance(value, tuple | range):
        return list(value)
    raise TypeError


def operand(value: Any) -> str:
    """A value right of an operator: a negative number stands in parentheses."""
    text = show(value)
    return f"({text})" if text[0] == "-" else text


class Notation:
    """Narrates one call tree; `text()` is the whole."""

    def __init__(self, outline: Outline, sought: frozenset[str] = frozenset()) -> None:
        self.outline = outline
        self.sought = sought  # parameters that only the rounds of loops show
        self.parts: list[str] = []
        self.quiet = False
        self.depth = 0

    def text(self) -> str:
        """Lines: one per round of a loop."""
        return "".join(self.parts).strip()

    def say(self, text: str) -> None:
        self.parts.append(text if not self.parts or self.parts[-1].endswith("\n") else " " + text)

    def line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def frame(self, frame: Frame) -> None:
        """All steps of one call, in order. Raises Disagrees."""
        if self.depth >= MAX_DEPTH:
            return
        self.depth += 1
        env = dict(frame.args)
        rounds: dict[int, int] = {}
        outer, self.env = getattr(self, "env", None), env
        for index, step in enumerate(frame.steps):
            env.update(step.changes)
            statement = self.outline.at.get(step.line)
            if statement is not None:
                self.calls = list(step.calls)
                self.statement(statement, frame, index, rounds)
        self.env = outer
        self.depth -= 1

    def statement(self, node: ast.stmt, frame: Frame, index: int, rounds: dict[int, int]) -> None:
        after = frame.after(index)
        if isinstance(node, ast.For):
            self.round_of_for(node, frame, index, rounds)
        elif isinstance(node, ast.While):
            self.round(node, rounds)
            self.condition(node.test, self.entered(node, frame, index))
            if not self.entered(node, frame, index):
                rounds.pop(node.lineno, None)
        elif isinstance(node, ast.If):
            self.condition(node.test, self.entered(node, frame, index))
        elif (
            isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        ):
            self.assigned(node.targets[0].id, node.value, after)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            value = ast.BinOp(left=ast.Name(id=node.target.id), op=node.op, right=node.value)
            self.assigned(node.target.id, value, after)
        elif isinstance(node, ast.Return):
            self.returned(node, frame)
        elif isinstance(node, ast.Break):
            self.say("break")
        else:
            self.other(node, after)

    def entered(self, node: ast.If | ast.While, frame: Frame, index: int) -> bool:
        """Whether the next line of this frame lies in the body."""
        if index + 1 >= len(frame.steps):
            return False
        return node.body[0].lineno <= frame.steps[index + 1].line <= node.body[-1].end_lineno

    def round(self, node: ast.For | ast.While, rounds: dict[int, int]) -> str:
        """A new line with the letters of the loops around and of this one."""
        rounds[node.lineno] = number = rounds.get(node.lineno, -1) + 1
        around = "".join(letter(rounds.get(loop.lineno, 0)) for loop in self.outline.loops[node.lineno])
        self.line()
        self.say(around + letter(number))
        return around

    def round_of_for(self, node: ast.For, frame: Frame, index: int, rounds: dict[int, int]) -> None:
        if node.lineno not in rounds and not (self.depth == 1 and names(node.iter) & self.sought):
            self.listing(node)
        after = frame.after(index)
        if not self.entered(node, frame, index):
            rounds.pop(node.lineno, None)
            return
        self.round(node, rounds)
        self.env.update(after)
        self.parts[-1] += ",".join(visible(self.env.get(name)) for name in bound_names(node.target))

    def listing(self, node: ast.For) -> None:
        """What a loop runs over, `A5 B1 C4`; what is long or no plain sequence only with its computations."""
        try:
            items = Evaluator(self.env)(node.iter)
            if not isinstance(items, str | list | tuple) or len(items) > LISTED:
                raise Unknown("not to be listed")
            rows = [[visible(x) for name, x in bound(node.target, item) if name != "_"] for item in items]
        except Unknown:
            self.quietly(node.iter)
            return
        if rows:
            self.say(" ".join(letter(n) + ",".join(row) for n, row in enumerate(rows)))

    def quietly(self, node: ast.expr) -> None:
        """Compute what a loop runs over, showing slices and calls but not plain ranges."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in QUIET:
            for one in node.args:
                self.value(one)
        else:
            self.value(node)

    def value(self, node: ast.expr) -> Any:
        """The value of `node` with its steps noted, or Unknown (the class) when it cannot be computed."""
        try:
            return Evaluator(self.env, self.note, self.inline)(node)
        except Unknown:
            return Unknown

    def condition(self, test: ast.expr, taken: bool) -> None:
        if isinstance(test, ast.Constant):
            return
        before = len(self.parts)
        value = self.value(test)
        if value is Unknown:
            self.say(f"{ast.unparse(test)} {'T' if taken else 'F'}")
        elif bool(value) != taken:
            raise Disagrees(ast.unparse(test))
        elif not isinstance(test, ast.Compare | ast.BoolOp) or len(self.parts) == before:
            self.say(f"{self.named(test, value)} {'T' if taken else 'F'}")

    def assigned(self, name: str, node: ast.expr, after: dict[str, Any]) -> None:
        """`name=value`, the last operation on numbers written out."""
        self.last: tuple[str, Any] | None = None
        value = self.value(node)
        real = after.get(name, self.env.get(name))
        if value is not Unknown and not alike(value, real):
            raise Disagrees(f"{name} = {ast.unparse(node)}")
        prefix = ""
        if isinstance(node, ast.BinOp) and value is not Unknown:
            said = self.parts.pop().strip(" ")
            numbers = isinstance(value, int | float) and not isinstance(value, bool)
            prefix = said[: said.rindex("=") + 1] if numbers else ""
        self.say(f"{name}={prefix}{visible(real)}")

    def returned(self, node: ast.Return, frame: Frame) -> None:
        inner = self.depth > 1
        if not inner:
            self.line()
        value = self.value(node.value) if node.value is not None else None
        if frame.failed:
            return
        if value is not Unknown and not alike(value, frame.value):
            raise Disagrees(f"return {ast.unparse(node.value) if node.value else ''}")
        if inner:
            self.say(f"{frame.name}={visible(frame.value)}")

    def other(self, node: ast.stmt, after: dict[str, Any]) -> None:
        """Any other statement: its computations, then what it changed."""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            for one in node.value.args:
                self.value(one)
        elif isinstance(node, ast.Assign | ast.AugAssign):
            self.value(node.value)
        elif isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.ClassDef):
            return
        for name, value in after.items():
            if not isinstance(value, dict) or "~" not in value:
                self.say(f"{name}={visible(value)}")

    def inline(self, node: ast.Call, name: str, args: list) -> Any:
        """A call of the program's own function: its steps, then its value."""
        while self.calls and self.calls[0].name != name:
            self.calls.pop(0)
        if not self.calls or self.calls[0].failed:
            raise Unknown(f"call of {name}")
        callee, rest = self.calls[0], self.calls[1:]
        self.say(f"{name}({','.join(visible(a) for a in args)}):")
        self.frame(callee)
        self.calls = rest
        return callee.value

    def named(self, node: ast.expr, value: Any) -> str:
        """A long value that has a name goes by its name."""
        long = isinstance(value, list | tuple | dict) or (isinstance(value, str) and len(value) > 1)
        return node.id if long and isinstance(node, ast.Name) else operand(value)

    def note(self, node: ast.expr, operands: tuple, value: Any) -> None:
        """Write one operation with its values and result."""
        try:
            self.say(self.operation(node, operands, value))
        except Unknown:
            return

    def operation(self, node: ast.expr, operands: tuple, value: Any) -> str:
        if isinstance(node, ast.BinOp):
            a, b = operands
            return (
                f"{self.named(node.left, a)}{SIGN[type(node.op)]}{self.named(node.right, b)}={visible(value)}"
            )
        if isinstance(node, ast.Compare):
            a, i, b = operands
            left, right = [node.left, *node.comparators][i : i + 2]
            sign = SIGN[type(node.ops[i])]
            return f"{self.named(left, a)}{sign}{self.named(right, b)} {'T' if value else 'F'}"
        if isinstance(node, ast.UnaryOp):
            if isinstance(node.op, ast.Not):
                return f"not {'T' if operands[0] else 'F'}={'T' if value else 'F'}"
            return f"{SIGN[type(node.op)]}{operand(operands[0])}={visible(value)}"
        if isinstance(node, ast.Subscript):
            return f"{self.named(node.value, operands[0])}[{index_text(node, operands[1])}]={visible(value)}"
        return self.call_text(node, operands, value)

    def call_text(self, node: ast.Call, operands: tuple, value: Any) -> str:
        if isinstance(node.func, ast.Attribute):
            base, *args = operands
            called = f"{self.named(node.func.value, base)}.{node.func.attr}"
        else:
            args, called = list(operands), node.func.id
        if called in QUIET:
            raise Unknown("shown by the loop")
        texts = [self.named(n, a).strip("()") for n, a in zip(node.args, args, strict=True)]
        return f"{called}({','.join(texts)})={visible(value)}"


def bound_names(target: ast.expr) -> list[str]:
    """Names that a loop sets, but for the one that means nothing."""
    if isinstance(target, ast.Name):
        return [target.id] if target.id != "_" else []
    return [n.id for n in walk(target) if isinstance(n, ast.Name) and n.id != "_"]


def index_text(node: ast.Subscript, key: Any) -> str:
    if isinstance(key, slice):
        low, high = ("" if x is None else str(x) for x in (key.start, key.stop))
        return f"{low}:{high}" + ("" if key.step is None else f":{key.step}")
    return show(key)


def visible(value: Any) -> str:
    """A value as JSON; what has none goes by its kind."""
    try:
        return show(value)
    except Unknown:
        return f"<{type(value).__name__}>"


def letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"#{number}"


def alike(value: Any, real: Any) -> bool:
    """Whether a computed value is the traced one, as far as JSON tells."""
    if isinstance(real, dict) and "~" in real:
        return True
    try:
        return compact(value) == compact(real)
    except Unknown:
        return True
