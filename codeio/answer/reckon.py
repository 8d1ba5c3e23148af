"""Reckon: literal arithmetic as it stands in a text.   "(9 % 2) + 1" -> 2

The auditor's own arithmetic. It shares nothing with the evaluator that the narrators use, so that one
mistake cannot hide in both. Names that are not in `state` make an expression unreadable, not false.
"""

import ast
import json
import math
from functools import lru_cache
from typing import Any

LARGE = 4000  # characters of an expression; also the items of a result


class Unreadable(Exception):
    """The text is no literal expression that can be reckoned."""


def reckon(text: str, state: dict[str, Any] | None = None) -> Any:
    """The value of an expression. Raises Unreadable."""
    if len(text) > LARGE or "…" in text:
        raise Unreadable("long, or shortened")
    try:
        return value(parsed(text.strip()), state or {})
    except (
        SyntaxError,
        ValueError,
        TypeError,
        ArithmeticError,
        LookupError,
        RecursionError,
        MemoryError,
    ) as error:
        raise Unreadable(str(error)) from error


@lru_cache(maxsize=50_000)  # small programs ask the same sums again and again
def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def value(node: ast.expr, state: dict[str, Any]) -> Any:
    match node:
        case ast.Constant(value=int() | float() | str() as literal):
            return literal
        case ast.Name(id="true" | "false" | "null" as word):
            return {"true": True, "false": False, "null": None}[word]
        case ast.Name(id=name) if name in state:
            return state[name]
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [value(item, state) for item in items]
        case ast.Dict(keys=keys, values=entries):
            return {value(k, state): value(v, state) for k, v in zip(keys, entries, strict=True) if k}
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -value(inner, state)
        case ast.BinOp(left=left, op=op, right=right):
            return combine(value(left, state), op, value(right, state))
        case ast.Subscript(value=base, slice=ast.Slice(lower=low, upper=high, step=step)):
            ends = [value(x, state) if x else None for x in (low, high, step)]
            return value(base, state)[slice(*ends)]
        case ast.Subscript(value=base, slice=key):
            return value(base, state)[value(key, state)]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            return function(name, [value(a, state) for a in args])
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=args, keywords=[]):
            return method(value(base, state), name, [value(a, state) for a in args])
    raise Unreadable(type(node).__name__)


def combine(a: Any, op: ast.operator, b: Any) -> Any:
    """One operation on two values."""
    numbers = all(isinstance(x, int | float) for x in (a, b))
    match op:
        case ast.Add():
            return a + b
        case ast.Mult() if numbers or len(str(a)) * len(str(b)) < LARGE:
            return a * b if numbers or max(x for x in (a, b) if isinstance(x, int)) < LARGE else None
        case ast.Sub() if numbers:
            return a - b
        case ast.Div() if numbers:
            return a / b
        case ast.FloorDiv() if numbers:
            return a // b if isinstance(a, float) or isinstance(b, float) else (a - a % b) // b
        case ast.Mod() if numbers:
            return a % b  # of floats there is only one way that gives Python's last digit
        case ast.Pow() if numbers and abs(b) < 64 and abs(a) < 2**64:
            return a**b
        case ast.BitAnd():
            return a & b
        case ast.BitOr():
            return a | b
        case ast.BitXor():
            return a ^ b
        case ast.LShift() if b < 64:
            return a * 2**b
        case ast.RShift():
            return a // 2**b
    raise Unreadable("operator")


FUNCTIONS = {
    "abs": lambda a: a if a >= 0 else -a,
    "len": len,
    "sum": lambda a: math.fsum(a) if any(isinstance(x, float) for x in a) else sum(a),
    "min": lambda *a: sorted(a[0] if len(a) == 1 else a)[0],
    "max": lambda *a: sorted(a[0] if len(a) == 1 else a)[-1],
    "sorted": sorted,
    "ord": ord,
    "chr": chr,
    "round": round,
    "list": list,
    "tuple": list,
    "reversed": lambda a: list(a)[::-1],
    "int": int,
    "float": float,
    "str": lambda a: a if isinstance(a, str) else str(a),
    "bool": bool,
    "range": lambda *a: list(range(*a)) if len(range(*a)) < LARGE else None,
    "enumerate": lambda a: [[i, x] for i, x in enumerate(a)],
    "zip": lambda *a: [list(x) for x in zip(*a, strict=False)],
    "any": any,
    "all": all,
}
TEXT_METHODS = """
upper lower strip lstrip rstrip split startswith endswith isdigit isalpha isalnum isupper islower isspace
replace find rfind index count join title capitalize swapcase get
"""
METHODS = set(TEXT_METHODS.split())


def function(name: str, args: list) -> Any:
    if name not in FUNCTIONS:
        raise Unreadable(name)
    return FUNCTIONS[name](*args)


def method(base: Any, name: str, args: list) -> Any:
    if name not in METHODS or not isinstance(base, str | list | dict):
        raise Unreadable(name)
    found = getattr(base, name, None)
    if found is None:
        raise Unreadable(name)
    return found(*args)


def equal(found: Any, said: Any, text: str) -> bool:
    """Whether `said`, written as `text`, is `found`: decimals may be rounded as far as they are written."""
    if isinstance(found, float) and isinstance(said, int | float) and not isinstance(said, bool):
        decimals = len(text.partition(".")[2]) if "e" not in text else 12
        return abs(found - said) <= 0.51 * 10**-decimals + 1e-9 * abs(found)
    if isinstance(found, bool) != isinstance(said, bool):
        return False
    return as_json(found) == as_json(said)


def as_json(value: Any) -> Any:
    """The value as JSON holds it: keys are texts."""
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else json.dumps(key): as_json(item) for key, item in value.items()
        }
    return [as_json(item) for item in value] if isinstance(value, list | tuple) else value
