"""Picture: traced containers and objects as values that a narrator can reason about.   event value -> value

The trace shows a set as {"~": "set", "of": [...]} and an object of the program as {"~": "Node", "has": {...}}.
Expressions over them are read here, with the calls of the program's own functions and methods.
"""

import ast
import math
import re
from collections.abc import Callable
from typing import Any

from codeio.answer.expression import Evaluator, opened
from codeio.answer.frames import Frame, Outline
from codeio.answer.operations import BUILTINS, Unknown, sized

TEMPLATE = re.compile(r"""['"](?:[^%\\]|%[sdi]|%\.\d[f]|%%)*['"] % """)
MATH = {
    name: getattr(math, name)
    for name in ("sqrt", "floor", "ceil", "log", "log2", "log10", "pow", "gcd", "fabs", "sin", "cos", "tan", "exp",
                 "trunc", "radians", "degrees", "hypot", "isqrt", "atan", "atan2")
}  # fmt: skip


class Thing:
    """An object of the program: its class and attributes. What it equals is not known; a `plain` one is true."""

    __slots__ = ("has", "kind", "plain")
    __hash__ = None

    def __init__(self, kind: str, has: dict[str, Any], plain: bool) -> None:
        self.kind, self.has, self.plain = kind, has, plain

    def __eq__(self, other: object) -> bool:
        if other is None and self.plain:
            return False
        raise Unknown("equality of objects")

    def __bool__(self) -> bool:
        if not self.plain:
            raise Unknown("truth of an object")
        return True


def pictured(value: Any, plain: frozenset[str]) -> Any:
    """The value that an event shows; what the trace could not look into stays a placeholder."""
    if not isinstance(value, dict) or "~" not in value:
        return value
    if "has" in value:
        has = {name: pictured(item, plain) for name, item in value["has"].items()}
        return Thing(value["~"], has, value["~"] in plain)
    of = value.get("of")
    if isinstance(of, dict):
        return {key: pictured(item, plain) for key, item in of.items()}
    if value["~"] in ("set", "frozenset") and of is not None:
        return {fixed(item) for item in of}
    return value if of is None else [pictured(item, plain) for item in of]


def fixed(item: Any) -> Any:
    return tuple(map(fixed, item)) if isinstance(item, list) else item


def picture(frame: Frame, plain: frozenset[str]) -> Frame:
    """The call tree with all its values pictured; `plain` classes say nothing of the truth of their objects."""
    for part in (frame.args, frame.end, *(step.changes for step in frame.steps)):
        part.update({name: pictured(value, plain) for name, value in part.items()})
    frame.value = pictured(frame.value, plain)
    for step in frame.steps:
        for callee in step.calls:
            picture(callee, plain)
    return frame


def plain_class(node: ast.ClassDef) -> Thing:
    """A new object of a class that takes nothing. Raises Unknown where a base or a decorator may say otherwise."""
    if node.bases or node.decorator_list:
        raise Unknown(f"a {node.name}")
    return Thing(node.name, {}, False)


class Reader(Evaluator):
    """An evaluator that also reads attributes, and asks `own` for calls that the program itself answers.

    `own(node, name)` gives the traced value, or raises Unknown.
    """

    def __init__(self, env: dict[str, Any], own: Callable[[ast.Call, str], Any], outline: Outline) -> None:
        super().__init__(env)
        self.own, self.classes, self.outline = own, outline.classes, outline

    def __call__(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and TEMPLATE.match(ast.unparse(node)):
            return self.formatted(node)
        if not isinstance(node, ast.Call):
            return super().__call__(node)
        if function := MATH.get(self.math(node.func)):
            return self.reckoned(node, function)
        name = self.asked(node)
        return self.own(node, name) if name else super().__call__(node)

    def math(self, func: ast.expr) -> str:
        """The function of the module math that `func` is, or nothing."""
        owner = func.value if isinstance(func, ast.Attribute) else func
        if not isinstance(owner, ast.Name) or owner.id in self.env:
            return ""
        known = self.outline.maths.get(owner.id)
        return func.attr if known == "" and isinstance(func, ast.Attribute) else known or ""

    def formatted(self, node: ast.BinOp) -> str:
        """`"%d of %s" % (a, b)` with numbers and texts."""
        parts = self(node.right)
        plain = parts if isinstance(parts, tuple) else (parts,)
        if not all(isinstance(part, int | float | str) for part in plain):
            raise Unknown("text formatting")
        try:
            return sized(self(node.left) % parts)
        except (TypeError, ValueError, OverflowError) as error:
            raise Unknown(str(error)) from error

    def reckoned(self, node: ast.Call, function: Callable[..., float]) -> float:
        """A function of the module math."""
        try:
            return sized(function(*(self(argument) for argument in node.args)))
        except (TypeError, ValueError, OverflowError) as error:
            raise Unknown(str(error)) from error

    def attribute(self, node: ast.Attribute) -> Any:
        base = self(node.value)
        if not isinstance(base, Thing) or node.attr not in base.has:
            raise Unknown(f"attribute {node.attr}")
        return opened(base.has[node.attr])

    def asked(self, node: ast.Call) -> str | None:
        """The name of the program's own function, class or method that a call is of."""
        func = node.func
        if isinstance(func, ast.Name):
            return func.id if func.id not in BUILTINS or func.id in self.env else None
        return func.attr if isinstance(func, ast.Attribute) and self.is_ours(func.value) else None

    def is_ours(self, owner: ast.expr) -> bool:
        """Whether a method is looked up on an object, or in a class, of the program."""
        if isinstance(owner, ast.Name) and owner.id not in self.env:
            return owner.id in self.classes
        if isinstance(owner, ast.Call):
            return isinstance(owner.func, ast.Name) and owner.func.id in {*self.classes, "super"}
        try:
            return isinstance(self(owner), Thing)
        except Unknown:
            return False
