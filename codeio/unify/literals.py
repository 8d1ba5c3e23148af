"""Literals: what code fixes under a name, looks up, and only writes.   syntax tree -> literals, keys, ids of nodes"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from codeio.unify.kinds import last_name
from codeio.walk import walk

Table = ast.Dict | ast.Set | ast.List | ast.Tuple
MANY = 60  # keys; beyond that a table says little of what is asked for
DIVIDING = ast.Div | ast.FloorDiv | ast.Mod
PERIODS = range(60, 100_001)
MARKS = ",;:_/@#&="  # in a pattern: nothing but themselves
WRITERS = {"print", "format", "join", "write", "warn", "debug", "info", "error"}


class Material(msgspec.Struct, frozen=True):
    """What the code itself mentions: integers near which it changes its mind, characters and words it looks for."""

    numbers: tuple[int, ...]
    alphabet: str
    words: tuple[str, ...]


class Unknown:
    """The value of an expression that is no literal."""


def literal(node: ast.expr | None) -> Any:
    """The value of a literal expression, or Unknown."""
    try:
        return ast.literal_eval(node) if node else Unknown
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return Unknown


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Names that are assigned exactly one literal in the whole file; those of classes also as `Class.NAME`."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for node in walk(tree):
        if isinstance(node, ast.Assign):
            for name, value in assigned([node]):
                found[name].append(value)
        elif isinstance(node, ast.ClassDef) and not any("Enum" in ast.unparse(base) for base in node.bases):
            for name, value in assigned(node.body):
                found[f"{node.name}.{name}"].append(value)
                found[f"self.{name}"].append(value)
    return {
        name: nodes[0]
        for name, nodes in found.items()
        if len(nodes) == 1 and literal(nodes[0]) is not Unknown
    }


def assigned(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def keys(node: ast.expr | None) -> list[str | int]:
    """The texts and whole numbers that a literal holds: keys of a dict, items, or characters of a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = list(node.value)
    elif isinstance(node, Table):
        parts = node.keys if isinstance(node, ast.Dict) else node.elts
        found = [part.value for part in parts if isinstance(part, ast.Constant)]
    else:
        return []
    return [one for one in dict.fromkeys(found) if type(one) in (str, int)] if len(found) <= MANY else []


def written(nodes: Iterable[ast.AST]) -> set[int]:
    """Ids of constants that only go into what is written: parts of messages, results, what is put together."""
    return {id(part) for node in nodes for part in pieces(node) if isinstance(part, ast.Constant)}


def pieces(node: ast.AST) -> list[ast.AST]:
    """The parts of `node` that are only written, where they are constants."""
    if isinstance(node, ast.JoinedStr):
        return list(node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod | ast.Mult):
        return [node.left, node.right]
    if isinstance(node, ast.Assign) and any(isinstance(target, ast.Subscript) for target in node.targets):
        return [node.value]  # a mark
    if isinstance(node, ast.AugAssign | ast.Return):
        value = node.value
        return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value] if value else []
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        return list(node.exc.args)
    if isinstance(node, ast.Call) and last_name(node.func) in WRITERS:
        whole = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [*whole, *node.args, *(keyword.value for keyword in node.keywords)]
    return []


def is_pattern(node: ast.AST) -> bool:
    """A call of `re` with a pattern."""
    return isinstance(node, ast.Call) and last_name(getattr(node.func, "value", None)) in ("re", "regex")


def spoken(pattern: str) -> list[str]:
    """What a pattern looks for letter by letter: of `_id$` and `^(a|the) ` the `_id` and `the`."""
    plain = re.sub(r"\\.|\[[^\]]*\]|\(\?[^)]*\)?|[\^$*+?{}()|.]", " ", pattern)
    return [word for word in plain.split() if 1 < len(word) <= 20]


def scales(every: Iterable[ast.AST]) -> set[int]:
    """Whole numbers by which the code divides, as a period or a full circle, themselves or behind a name."""
    named = {name: value for name, value in assigned(every) if isinstance(value, ast.Constant)}
    parts = [part.right for part in every if isinstance(part, ast.BinOp) and isinstance(part.op, DIVIDING)]
    found = {getattr(named.get(last_name(part), part), "value", None) for part in parts}
    return {one for one in found if type(one) is int and one in PERIODS}


def material(nodes: tuple[ast.stmt, ...]) -> Material:
    """Constants of the code that inputs should be near."""
    numbers: dict[int, None] = {}
    letters: dict[str, None] = {}
    words: dict[str, None] = {}
    every = [inner for node in nodes for inner in walk(node)]
    only_written = written(every)
    tests = [inner for inner in every if isinstance(inner, ast.Compare | ast.MatchValue)]
    tested = [inner for test in tests for inner in walk(test)]
    names = {last_name(inner) for inner in tested}
    compared = {id(inner) for inner in tested} | {
        id(value) for name, value in assigned(every) if name in names
    }
    patterns = {id(part) for part in every if is_pattern(part) for part in part.args[:1]}
    for inner in every:
        value = inner.value if isinstance(inner, ast.Constant) else None
        if isinstance(value, str) and id(inner) in patterns:
            words |= dict.fromkeys(spoken(value))
            letters |= dict.fromkeys(c for c in value if c in MARKS)
            continue
        if type(value) is int and id(inner) in compared and abs(value) < 10_000:
            numbers[value] = None
        elif isinstance(value, str) and id(inner) not in only_written and value.isprintable():
            if re.search(r"[%{}\\]\w|\{\}|[{}]$", value):
                continue
            if len(value) == 1 or (len(value) <= 12 and not value.isalpha() and " " not in value):
                letters |= dict.fromkeys(value)
            elif 1 < len(value) <= 20:
                words[value] = None
    numbers |= dict.fromkeys(
        part for whole in scales(every) for part in (whole // 4, whole // 2, 3 * whole // 4, whole)
    )
    few = tuple(sorted(numbers))[:12] if len(numbers) <= 12 else tuple(sorted(numbers, key=abs))[:12]
    return Material(few, "".join(letters)[:40], tuple(words)[:12])
