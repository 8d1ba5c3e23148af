"""Reach: changed inputs for branches that no drawn input went into.   code, calls -> inputs

A branch is missed when its line ran and only one of its two ways was seen. The inputs that came there are
changed a little, one argument at a time, in an order fixed by content.
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from codeio import values
from codeio.records import Json
from codeio.sandbox import Call
from codeio.walk import walk

PARENTS = 6  # calls whose inputs are changed
ENOUGH = 8  # calls that tell that an argument always has as many items
MOST = 32  # changed inputs per function


def missed(tree: ast.AST, calls: Sequence[Call]) -> set[int]:
    """Lines of tests that ran and went only one way."""
    ways: dict[int, set[int]] = {}
    for call in calls:
        for source, target, _ in call.arcs:
            ways.setdefault(source, set()).add(target)
    found = set()
    for node in walk(tree):
        if (
            isinstance(node, ast.If | ast.While)
            and not isinstance(node.test, ast.Constant)
            and node.lineno in ways
        ):
            inside = node.body[0].lineno in ways[node.lineno]
            outside = bool(ways[node.lineno] - {node.body[0].lineno})
            if not (inside and outside) and node.body[0].lineno != node.lineno:
                found.add(node.lineno)
    return found


def towards(lines: set[int], calls: Sequence[Call]) -> tuple[dict[str, Json], ...]:
    """Inputs close to those that came to one of the lines, none of them drawn before."""
    parents = [c for c in calls if any(source in lines for source, _, _ in c.arcs)]
    parents.sort(key=lambda call: values.unit("parent", call.input))
    seen = {values.canonical(call.input) for call in calls}
    made: dict[str, dict[str, Json]] = {}
    alike = of_one_length(calls)
    for parent in parents[:PARENTS]:
        for given in changed(parent.input):
            if any(len(given[name]) != length for name, length in alike.items()):
                continue
            made.setdefault(values.canonical(given), given)
    fresh = sorted((key for key in made if key not in seen), key=lambda key: values.unit("changed", key))
    return tuple(made[key] for key in islice(fresh, MOST))


def of_one_length(calls: Sequence[Call]) -> dict[str, int]:
    """Arguments that are lists of the same few items in all calls, as points are, with their length."""
    if len(calls) < ENOUGH:
        return {}
    held = {name: [call.input[name] for call in calls] for name in calls[0].input}
    listed = {name: several for name, several in held.items() if all(isinstance(v, list) for v in several)}
    lengths = {name: {len(v) for v in several} for name, several in listed.items()}
    return {name: min(found) for name, found in lengths.items() if len(found) == 1}


def changed(given: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The input with one argument another: near it, or the value of its neighbour."""
    for name, value in given.items():
        others = [other for key, other in given.items() if key != name and type(other) is type(value)]
        for near in (*neighbours(value), *others):
            if type(near) is not type(value) or near != value:
                yield {**given, name: near}


def neighbours(value: Any) -> Iterator[Json]:
    """Values of the same type that a test may tell apart from this one."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int) and abs(value) < 10**6:
        yield from (0, 1, -value, value - 1, value + 1, value * 2, value * value, value // 2)
    elif isinstance(value, float):
        yield from (0.0, -value, round(value) + 0.0)
    elif isinstance(value, str):
        yield from (value[:1], value[::-1], value + value[::-1], value.upper(), value.lower(), value * 2, "")
    elif isinstance(value, list) and None in value:  # a tree: its gaps stay where they are
        yield from ([], value[:1], value[: len(value) // 2])
    elif isinstance(value, list) and value:
        yield from (
            [],
            value[:1],
            value[::-1],
            value + value[::-1],
            [value[0]] * len(value),
            value[1:],
            value + value[:1],
        )
        if all(type(item) is int for item in value):
            yield from (sorted(value), sorted(value, reverse=True), [abs(item) for item in value])
    elif isinstance(value, dict) and value:
        yield from ({}, dict(islice(value.items(), 1)))
