"""Evaluate: a small expression on traced values, step by step.   (ast node, locals) -> value, notes

An own evaluator over the syntax tree: it knows what operations.py knows. All else raises Unknown, and the
narrator then says only what the trace itself shows.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from codeio.answer.operations import (
    BINARY,
    BUILTINS,
    COMPARE,
    FAULTS,
    TYPES,
    UNARY,
    Unknown,
    apply,
    guard,
    listed,
    send,
    sized,
    unknown,
)

Env = Mapping[str, Any]
Note = Callable[[ast.expr, tuple, Any], None]  # node, operand values, value: called once per operation
Call = Callable[[ast.Call, str, list], Any]  # a call of the program's own function: its traced value


def ignore(node: ast.expr, operands: tuple, value: Any) -> None:
    """The note of one who wants the value only."""


def no_call(node: ast.Call, name: str, args: list) -> Any:
    raise Unknown(f"call of {name}")


class Evaluator:
    """Values of expressions under `env`; `note` hears of every operation, in Python's own order."""

    def __init__(self, env: Env, note: Note = ignore, call: Call = no_call) -> None:
        self.env, self.note, self.call = env, note, call

    def __call__(self, node: ast.expr) -> Any:
        """The value. Raises Unknown."""
        method = DISPATCH.get(type(node))
        if method is None:
            raise Unknown(type(node).__name__)
        try:
            return method(self, node)
        except FAULTS as error:
            raise Unknown(str(error)) from error

    def constant(self, node: ast.Constant) -> Any:
        return node.value if isinstance(node.value, int | float | str | None) else unknown("constant")

    def name(self, node: ast.Name) -> Any:
        if node.id not in self.env:
            raise Unknown(f"name {node.id}")
        return opened(self.env[node.id])

    def binary(self, node: ast.BinOp) -> Any:
        a, b = self(node.left), self(node.right)
        guard(node.op, a, b)
        value = BINARY[type(node.op)](a, b)
        self.note(node, (a, b), value)
        return value

    def unary(self, node: ast.UnaryOp) -> Any:
        a = self(node.operand)
        value = UNARY[type(node.op)](a)
        if not isinstance(node.operand, ast.Constant):
            self.note(node, (a,), value)
        return value

    def compare(self, node: ast.Compare) -> Any:
        left, value = self(node.left), True
        for i, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            b = self(right)
            value = bool(COMPARE[type(op)](left, b))
            self.note(node, (left, i, b), value)
            if not value:
                return False
            left = b
        return value

    def boolean(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        for part in node.values:
            value = self(part)
            if bool(value) == stop:
                break
        return value

    def choice(self, node: ast.IfExp) -> Any:
        return self(node.body if self(node.test) else node.orelse)

    def items(self, node: ast.List | ast.Tuple | ast.Set) -> Any:
        made: list = []
        for item in node.elts:
            if isinstance(item, ast.Starred):
                made += listed(self(item.value))
            else:
                made.append(self(item))
        return sized(
            tuple(made) if isinstance(node, ast.Tuple) else set(made) if isinstance(node, ast.Set) else made
        )

    def mapping(self, node: ast.Dict) -> Any:
        if None in node.keys:
            raise Unknown("** in a dict")
        return {self(k): self(v) for k, v in zip(node.keys, node.values, strict=True)}

    def subscript(self, node: ast.Subscript) -> Any:
        base = self(node.value)
        key = self(node.slice)
        if isinstance(base, dict) and key not in base and str(key) in base:
            key = str(key)  # traced dicts are JSON: their keys are strings
        value = base[key]
        self.note(node, (base, key), value)
        return value

    def slice(self, node: ast.Slice) -> Any:
        return slice(*(self(x) if x else None for x in (node.lower, node.upper, node.step)))

    def text(self, node: ast.JoinedStr) -> str:
        return "".join(
            self(part) if isinstance(part, ast.Constant) else self.field(part) for part in node.values
        )

    def field(self, node: ast.FormattedValue) -> str:
        value = self(node.value)
        if node.conversion not in (-1, ord("s")) or not isinstance(value, int | float | str):
            raise Unknown("conversion in an f-string")
        return format(value, self(node.format_spec) if node.format_spec else "")

    def called(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Attribute):
            return self.method(node, node.func)
        if not isinstance(node.func, ast.Name):
            raise Unknown("call")
        args, named = self.arguments(node)
        name = node.func.id
        if name not in BUILTINS or name in self.env:
            return self.call(node, name, args)
        value = apply(name, args, named)
        self.note(node, tuple(args), value)
        return value

    def arguments(self, node: ast.Call) -> tuple[list, dict[str, Any]]:
        """Values of the arguments; types as arguments (`isinstance`) stand for themselves."""
        if any(k.arg is None or k.arg not in ("reverse", "default", "start", "sep") for k in node.keywords):
            raise Unknown("keyword argument")
        args = []
        for one in node.args:
            if isinstance(one, ast.Starred):
                args += listed(self(one.value))
            elif isinstance(one, ast.Name) and one.id in TYPES and one.id not in self.env:
                args.append(TYPES[one.id])
            else:
                args.append(self(one))
        return args, {k.arg: self(k.value) for k in node.keywords}

    def method(self, node: ast.Call, func: ast.Attribute) -> Any:
        base = self(func.value)
        args, named = self.arguments(node)
        value = send(base, func.attr, args, named)
        self.note(node, (base, *args), value)
        return value

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Any:
        made = [inner(node.elt) for inner in self.rounds(node.generators)]
        return set(made) if isinstance(node, ast.SetComp) else made

    def dict_comprehension(self, node: ast.DictComp) -> Any:
        return {inner(node.key): inner(node.value) for inner in self.rounds(node.generators)}

    def rounds(self, generators: list[ast.comprehension]) -> Iterator["Evaluator"]:
        """One quiet evaluator per combination of the comprehension's variables."""
        first, *rest = generators
        if first.is_async:
            raise Unknown("async comprehension")
        source = Evaluator(self.env)(first.iter)
        for item in listed(source):
            inner = Evaluator({**self.env, **dict(bound(first.target, item))})
            if all(inner(test) for test in first.ifs):
                yield from inner.rounds(rest) if rest else (inner,)


DISPATCH: dict[type, Callable[[Evaluator, Any], Any]] = {
    ast.Constant: Evaluator.constant, ast.Name: Evaluator.name, ast.BinOp: Evaluator.binary,
    ast.UnaryOp: Evaluator.unary, ast.Compare: Evaluator.compare, ast.BoolOp: Evaluator.boolean,
    ast.IfExp: Evaluator.choice, ast.List: Evaluator.items, ast.Tuple: Evaluator.items,
    ast.Set: Evaluator.items, ast.Dict: Evaluator.mapping,
    ast.Subscript: Evaluator.subscript, ast.Slice: Evaluator.slice,
    ast.JoinedStr: Evaluator.text, ast.FormattedValue: Evaluator.field, ast.Call: Evaluator.called,
    ast.ListComp: Evaluator.comprehension, ast.SetComp: Evaluator.comprehension,
    ast.GeneratorExp: Evaluator.comprehension, ast.DictComp: Evaluator.dict_comprehension,
}  # fmt: skip


def bound(target: ast.expr, value: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) pairs of an assignment of `value` to `target`."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        parts = listed(value)
        if len(parts) != len(target.elts):
            raise Unknown("starred or uneven target")
        for one, part in zip(target.elts, parts, strict=True):
            yield from bound(one, part)
    else:
        raise Unknown("target")


def opened(value: Any) -> Any:
    """A traced value; a placeholder for something that is not small JSON is unknown."""
    if isinstance(value, dict) and "~" in value:
        raise Unknown(f"a {value['~']}")
    return value
