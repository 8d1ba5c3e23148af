"""Say: expressions and conditions with the values they have now.   (ast node, locals) -> text

Code stays code (`(0 + 6) // 2`), with short values in the place of names; conditions become words.
"""

import ast
import json
import re
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from json.encoder import encode_basestring
from typing import Any

from codeio.answer.notation import SIGN, Disagrees
from codeio.answer.operations import Unknown
from codeio.answer.phrases import Voice
from codeio.answer.things import Thing

Compute = Callable[[ast.expr], Any]  # the value now; raises Unknown
DRAWN = ast.ListComp | ast.GeneratorExp
WHOLE = (
    DRAWN
    | ast.Name
    | ast.Constant
    | ast.Call
    | ast.Subscript
    | ast.Attribute
    | ast.List
    | ast.Dict
    | ast.Tuple
)
KNOWN_AS = {"ndarray": "array", "type": "class", "builtin_function_or_method": "function"}
LONG = 60  # characters of a value that are all shown

TRUE = {
    ast.Gt: ("is greater than", "is more than", "exceeds"),
    ast.Lt: ("is less than", "is smaller than", "is below"),
    ast.GtE: ("is at least", "is not less than"),
    ast.LtE: ("is at most", "is not greater than"),
    ast.Eq: ("equals", "is equal to"),
    ast.NotEq: ("is not equal to", "differs from"),
    ast.In: ("is in", "is among"),
    ast.NotIn: ("is not in", "is not among"),
    ast.Is: ("is",),
    ast.IsNot: ("is not",),
}
FALSE = {
    ast.Gt: ("is not greater than", "is at most", "does not exceed"),
    ast.Lt: ("is not less than", "is at least", "is not below"),
    ast.GtE: ("is less than", "is below"),
    ast.LtE: ("is greater than", "is more than"),
    ast.Eq: ("is not equal to", "differs from", "does not equal"),
    ast.NotEq: ("equals", "is equal to"),
    ast.In: TRUE[ast.NotIn],
    ast.NotIn: TRUE[ast.In],
    ast.Is: TRUE[ast.IsNot],
    ast.IsNot: TRUE[ast.Is],
}
TIGHT = {
    ast.BitOr: 1, ast.BitXor: 2, ast.BitAnd: 3, ast.LShift: 4, ast.RShift: 4, ast.Add: 5, ast.Sub: 5,
    ast.Mult: 6, ast.Div: 6, ast.FloorDiv: 6, ast.Mod: 6, ast.USub: 7, ast.Pow: 8,
}  # fmt: skip
AS_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
PARTS = re.compile(r'"(?:[^"\\]|\\.)*"|, ')  # texts, and what stands between items
QUOTE = '"'
QUICK = {int: int.__repr__, str: encode_basestring}  # what it comes to for most values, without its detours


def exact(value: Any) -> str:
    """All of a value as JSON, a set in sorted order. Raises Unknown for what has none or hides an object."""
    if isinstance(value, tuple | range):
        value = list(value)
    if isinstance(value, set):
        return "{" + ", ".join(sorted(map(exact, value))) + "}" if value else "set()"
    try:
        text = QUICK.get(type(value), AS_JSON)(value)
    except (TypeError, ValueError) as error:
        if not isinstance(value, list):
            raise Unknown("no JSON") from error
        return "[" + ", ".join(map(exact, value)) + "]"
    if '{"~":' in text:
        raise Unknown("an object")
    return text


def said(value: Any) -> str:
    """A value in short, or what kind of object it is."""
    try:
        return brief(value)
    except Unknown:
        kind = value.kind if isinstance(value, Thing) else type(value).__name__
        kind = value.get("~", kind) if isinstance(value, dict) else kind
        kind = KNOWN_AS.get(kind, kind)
        return f"an {kind}" if kind[:1].lower() in "aeio" else f"a {kind}"


def brief(value: Any) -> str:
    """A value as JSON, with … in the middle of a long one."""
    text = exact(value)
    if len(text) <= LONG:
        return text
    if isinstance(value, list | tuple) and len(value) > 4:
        first, last = (", ".join(brief(x) for x in part) for part in (value[:2], value[-1:]))
        if len(first) + len(last) <= LONG:
            return f"[{first}, …, {last}]"
    if isinstance(value, dict) and len(value) > 2:
        first, last = (exact({key: value[key]})[1:-1] for key in (next(iter(value)), next(reversed(value))))
        if len(first) + len(last) <= LONG:
            return f"{{{first}, …, {last}}}"
    return parted(text) if not isinstance(value, str | int) else f"{text[: LONG // 2]} … {text[-LONG // 4 :]}"


def parted(text: str) -> str:
    """JSON with … between two of its items: of a text that is cut the rest would run into the next one."""
    commas = [found.start() for found in PARTS.finditer(text) if found.group() == ", "]
    head = max((at for at in commas if at <= LONG // 2), default=0)
    tail = min((at for at in commas if at >= max(head + 1, len(text) - LONG // 4)), default=len(text) - 1)
    if head:
        return f"{text[: head + 2]}…{text[tail:]}"
    first = text[: LONG // 2]
    return f"{first} …{QUOTE * (QUOTE in PARTS.sub('', first))}{text[tail:]}"


class Wording:
    """Text for expressions; `compute` gives values, `voice` the variation."""

    def __init__(self, compute: Compute, voice: Voice) -> None:
        self.compute, self.voice = compute, voice
        self.deep = False  # elements and calls, too, are replaced by their values

    def short(self, value: Any) -> str:
        """A value that may stand in the place of its name; nothing for another."""
        many = isinstance(value, list | tuple | dict | set)
        if many and len(value) > 4:
            return ""
        text = exact(value)
        return text if len(text) <= (24 if many else 30) else ""

    def steps(self, node: ast.expr) -> str:
        """The expression with values for names and then, if that is another, for elements and calls, too."""
        text = self.work(node)
        if not isinstance(node, ast.BinOp) and not any(
            isinstance(a, DRAWN) for a in getattr(node, "args", ())
        ):
            return text
        self.deep = True
        deep = self.work(node)
        self.deep = False
        return text if deep == text or len(text) + len(deep) > 2 * LONG else f"{text} = {deep}"

    def work(self, node: ast.expr, around: int = 0) -> str:
        """The expression with short values in the place of names."""
        if self.deep and isinstance(node, ast.Call) and any(isinstance(a, DRAWN) for a in node.args):
            return self.call(node)
        if self.deep and isinstance(node, ast.Subscript | ast.Call | ast.Attribute | DRAWN):
            return self.in_place(node, around)
        if isinstance(node, ast.Constant):
            return exact(node.value)
        if isinstance(node, ast.Name):
            return self.in_place(node, around)
        if isinstance(node, ast.BinOp) and type(node.op) in TIGHT:
            tight, power = TIGHT[type(node.op)], isinstance(node.op, ast.Pow)
            left, right = self.work(node.left, tight + power), self.work(node.right, tight + 1 - power)
            text = f"{left} {SIGN[type(node.op)]} {right}"
            return f"({text})" if tight < around else text
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            text = f"-{self.work(node.operand, TIGHT[ast.Pow])}"
            return f"({text})" if around > TIGHT[ast.USub] else text
        if isinstance(node, ast.IfExp):
            return self.chosen(node, around)
        if isinstance(node, ast.Dict) and None not in node.keys:
            pairs = zip(node.keys, node.values, strict=True)
            return "{" + ", ".join(f"{self.work(k)}: {self.work(v)}" for k, v in pairs) + "}"
        if isinstance(node, ast.Call) and not node.keywords:
            return self.call(node)
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple):
            return f"{self.base(node.value)}[{self.work(node.slice)}]"
        if isinstance(node, ast.List | ast.Tuple) and not any(isinstance(e, ast.Starred) for e in node.elts):
            return "[" + ", ".join(self.work(e) for e in node.elts) + "]"
        return code(node) if around == 0 or isinstance(node, WHOLE) else f"({code(node)})"

    def in_place(self, node: ast.expr, around: int) -> str:
        """A short value, or the source of what has none."""
        try:
            text = self.short(self.compute(node)) or code(node)
        except Unknown:
            return code(node)
        return f"({text})" if around and text.startswith("-") else text

    def chosen(self, node: ast.IfExp, around: int) -> str:
        """The side of `a if test else b` that counts now."""
        try:
            return self.work(node.body if self.compute(node.test) else node.orelse, around)
        except Unknown:
            return code(node)

    def base(self, node: ast.expr) -> str:
        """What is indexed: it keeps its name."""
        indexed = isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple)
        return f"{self.base(node.value)}[{self.work(node.slice)}]" if indexed else code(node)

    def call(self, node: ast.Call) -> str:
        """A call with the values of its arguments; lists and the like keep their names."""
        args = ", ".join(a.id if self.holds_many(a) else self.work(a) for a in node.args)
        if isinstance(node.func, ast.Attribute):
            inner = node.func.value
            plain = isinstance(inner, ast.Name | ast.Constant) and not self.holds_many(inner)
            return f"{self.work(inner, 9) if plain else code(inner)}.{node.func.attr}({args})"
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp) and args.startswith("("):
            args = args[1:-1]
        return f"{code(node.func)}({args})"

    def holds_many(self, node: ast.expr) -> bool:
        """Whether a name stands for a container, which a call may change."""
        try:
            return isinstance(node, ast.Name) and isinstance(self.compute(node), list | tuple | dict | set)
        except Unknown:
            return False

    def equation(self, node: ast.expr, value: Any) -> str:
        """`work = value`, or the value alone where there is nothing to work out."""
        text, result = self.steps(node), brief(value)
        return result if text == result else f"{text} = {result}"

    def clause(self, test: ast.expr, taken: bool) -> str | None:
        """A condition in words, true of its values now; None where they are not known. Raises Disagrees."""
        try:
            if bool(self.compute(test)) != taken:
                raise Disagrees(code(test))
            return self.claim(test, taken)
        except Unknown:
            return None

    def claim(self, test: ast.expr, value: bool) -> str:
        if isinstance(test, ast.BoolOp):
            return self.joined(test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.claim(test.operand, not value)
        if isinstance(test, ast.Compare):
            return self.comparison(test)
        return self.truth(test)

    def joined(self, test: ast.BoolOp) -> str:
        """The parts that Python looks at, in order."""
        said: list[tuple[str, bool]] = []
        for part in test.values:
            value = bool(self.compute(part))
            said.append((self.claim(part, value), value))
            if value == isinstance(test.op, ast.Or):
                break
        text = said[0][0]
        for (_, before), (clause, value) in pairwise(said):
            text += (" and " if before == value else " but ") + clause
        return text

    def comparison(self, test: ast.Compare) -> str:
        left, said = test.left, []
        for op, right in zip(test.ops, test.comparators, strict=True):
            one = ast.Compare(left=left, ops=[op], comparators=[right])
            value = self.compute(one)
            verb = self.voice.among(*(TRUE if value else FALSE)[type(op)])
            if isinstance(right, ast.Constant) and right.value is None:
                said.append(f"{code(left)} {verb} null")
                break
            said.append(f"{self.subject(left)} {verb} {self.subject(right)}")
            if not value:
                break
            left = right
        return " and ".join(said)

    def subject(self, node: ast.expr) -> str:
        """One side of a comparison: `x (5)`, `7`, `len(xs) (3)` or `9 % 2 (1)`."""
        if isinstance(node, ast.Constant):
            return exact(node.value)
        value = self.compute(node)
        text = node.id if isinstance(node, ast.Name) else self.work(node)
        return text if text == brief(value) else f"{text} ({brief(value)})"

    def printed(self, node: ast.Call) -> str:
        """What a call of print is given, each part worked out where that can be told."""
        parts = []
        for part in node.args:
            try:
                parts.append(self.equation(part, self.compute(part)))
            except Unknown:
                parts.append(code(part))
        return " and then ".join(parts) if parts else "an empty line"

    def truth(self, test: ast.expr) -> str:
        """What makes a value count as true or false."""
        value = self.compute(test)
        name = test.id if isinstance(test, ast.Name) else self.work(test)
        if isinstance(value, bool) or value is None:
            return f"{name} is {exact(value)}"
        if isinstance(value, str | list | tuple | dict | set):
            return f"{name} is {'not ' if value else ''}empty"
        if isinstance(value, Thing):
            return f"{name} is {said(value)}"
        return f"{name} is {brief(value)}" + (", which is not zero" if value else "")


@lru_cache(maxsize=4096)
def code(node: ast.expr) -> str:
    """The source of an expression that is too special to be said with values."""
    text = ast.unparse(node)
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
