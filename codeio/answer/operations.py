"""Know: the operations, builtins and methods that a rationale may compute.   values -> value or Unknown

Nothing here reaches outside or makes a large value. Sets have no order that is the same in every process, so
whatever would show their order is unknown.
"""

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

MAX_SIZE = 10_000  # items or characters of an intermediate value
MAX_BITS = 512


class Unknown(Exception):
    """The expression holds something that this evaluator does not know, or that fails."""


def unknown(what: str) -> Any:
    raise Unknown(what)


BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: member(a, b),
    ast.NotIn: lambda a, b: not member(a, b),
    ast.Is: lambda a, b: a is b if a is None or b is None or isinstance(a, bool) else unknown("identity"),
    ast.IsNot: lambda a, b: not COMPARE[ast.Is](a, b),
}
UNARY = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert}
TYPES = {t.__name__: t for t in (int, float, str, bool, list, dict, tuple, set)}
BUILTINS: dict[str, Callable] = {
    "len": len, "sum": sum, "max": max, "min": min, "abs": abs, "sorted": sorted, "ord": ord, "chr": chr,
    "enumerate": lambda *a: list(enumerate(*a)), "zip": lambda *a: list(zip(*a, strict=False)),
    "reversed": lambda a: list(reversed(a)), "range": lambda *a: bounded_range(*a), "round": round,
    "any": any, "all": all, "bin": bin, "hex": hex, "divmod": divmod, "isinstance": lambda v, t: is_of(v, t),
    **TYPES,
}  # fmt: skip
TEXT_METHODS = """
upper lower strip lstrip rstrip split startswith endswith isdigit isalpha isalnum isupper islower isspace
replace find rfind index count join title capitalize swapcase zfill isnumeric isdecimal rsplit splitlines
removeprefix removesuffix casefold partition rpartition center ljust rjust
"""
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(TEXT_METHODS.split()),
    list: frozenset({"index", "count", "copy"}),
    tuple: frozenset({"index", "count"}),
    dict: frozenset({"get", "keys", "values", "items", "copy"}),
    set: frozenset({"union", "intersection", "difference", "issubset", "issuperset", "copy"}),
}
FAULTS = (TypeError, ValueError, ZeroDivisionError, IndexError, KeyError, OverflowError, AttributeError)


def guard(op: ast.operator, a: Any, b: Any) -> None:
    """Refuse operations whose result could be huge."""
    if isinstance(op, ast.Pow | ast.LShift) and isinstance(a, int) and isinstance(b, int):
        bits = a.bit_length() * abs(b) if isinstance(op, ast.Pow) else a.bit_length() + b
        if bits > MAX_BITS:
            raise Unknown("large power")
    if isinstance(op, ast.Mult):
        for text, times in ((a, b), (b, a)):
            if (
                isinstance(text, str | list | tuple)
                and isinstance(times, int)
                and len(text) * times > MAX_SIZE
            ):
                raise Unknown("large repetition")
    if isinstance(op, ast.Mod) and isinstance(a, str):
        raise Unknown("text formatting")


def sized(value: Any) -> Any:
    if isinstance(value, str | list | tuple | dict | set | range) and len(value) > MAX_SIZE:
        raise Unknown("large value")
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise Unknown("large number")
    return value


def bounded_range(*args: int) -> list[int]:
    return list(sized(range(*args)))


def member(a: Any, b: Any) -> bool:
    return a in b or (isinstance(b, dict) and str(a) in b)


def is_of(value: Any, kind: Any) -> bool:
    """`isinstance` on JSON values: a traced list may have been a tuple, so those two are not told apart."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if any(k not in (int, float, str, bool, dict) for k in kinds) or isinstance(value, list | tuple):
        raise Unknown("type of a sequence")
    return isinstance(value, tuple(kinds))


NO_TEXT = re.compile(r"-?\d+(\.\d+)?|true|false|null")
ORDERED = {"list", "tuple", "enumerate", "zip", "reversed", "str"}  # would show the order of a set


def apply(name: str, args: list, named: dict[str, Any]) -> Any:
    """A builtin on values."""
    if name in ORDERED and any(isinstance(a, set) for a in args):
        raise Unknown("order of a set")
    if name not in ("len", "bool", "dict", "isinstance"):
        for argument in args:
            if isinstance(argument, dict):
                listed(argument)
    return sized(BUILTINS[name](*args, **named))


def send(base: Any, name: str, args: list, named: dict[str, Any]) -> Any:
    """A method of a string, list, tuple, dict or set that does not change it."""
    if name not in METHODS.get(type(base), ()):
        raise Unknown(f"method {name}")
    if any(isinstance(a, int) and a > MAX_SIZE for a in args) or (
        name == "join" and isinstance(args[0], set)
    ):
        raise Unknown("large or unordered argument")
    if isinstance(base, dict) and name == "get" and args[0] not in base and str(args[0]) in base:
        args = [str(args[0]), *args[1:]]  # traced dicts are JSON: their keys are strings
    if isinstance(base, dict) and name in ("keys", "items"):
        listed(base)
    value = getattr(base, name)(*args, **named)
    return list(value) if isinstance(base, dict) and name in ("keys", "values", "items") else sized(value)


def listed(values: Any) -> list:
    """Items in their order. A dict gives its keys, unless JSON may have made texts of them."""
    if isinstance(values, set):
        raise Unknown("order of a set")
    if isinstance(values, dict) and any(NO_TEXT.fullmatch(str(key)) for key in values):
        raise Unknown("keys that may be no texts")
    return sized(list(values))
