"""Shown: what all examples of a file have in common, as statements that make other values so.   values -> statements"""

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

from codeio.unify import kinds
from codeio.unify.examples import fits
from codeio.unify.kinds import Kind

ROWS, ITEMS, TIMES = 4, 4, 3  # rows, items, numbers by themselves: so many are no chance
WIDE = 3  # numbers of a row that is no row of a matrix


def in_common(name: str, kind: Kind, shown: Sequence[Any], new: bool = True) -> list[str]:
    """Statements about `name`; `new`: it was not made from an example, which keeps the size of its numbers."""
    values = [value for value in shown if fits(kind, value)]
    if kind == kinds.INT:
        return number(name, values) if new else []
    if kind == kinds.INTS:
        return flat(name, values, new)
    rows = kind.of[0] if kind.name == "list" and len(kind.of) == 1 else kind
    if rows is not kind and rows.name in ("list", "tuple") and set(rows.of) == {kinds.INT}:
        return table(name, kind.of[0], values)
    return []


def number(name: str, values: Sequence[int]) -> list[str]:
    if len(values) < TIMES or len(set(values)) == 1 or min(values) < 0:
        return []
    limit = 2 if set(values) == {0, 1} else 3 * max(values) + 7
    return [f"{name} = abs({name}) % {limit}{' or 1' if min(values) else ''}"]


def flat(name: str, values: Sequence[Sequence[int]], new: bool) -> list[str]:
    """Lists of numbers: none below 0, none far above, none twice, in order."""
    items = [item for value in values for item in value]
    lines = []
    if len(items) < ITEMS or max(map(len, values)) < ITEMS:
        return []
    if new and min(items) >= 0:
        one = f"abs(item) % {3 * max(items) + 7}{' or 1' if min(items) else ''}"
        lines.append(f"{name} = [{one} for item in {name}]")
    if len(values) > 1 and all(len(set(value)) == len(value) for value in values):
        lines.append(f"{name} = list(dict.fromkeys({name}))")
    if all(a <= b for value in values for a, b in pairwise(value)):
        lines.append(f"{name}.sort()")
    return lines


def table(name: str, row: Kind, values: Sequence[Sequence[Sequence[int]]]) -> list[str]:
    """Lists of rows: which number of a row is below another or differs from it, and the order of the rows."""
    rows = [line for value in values for line in value]
    (width, *others) = {len(line) for line in rows} or {0}
    free = len(row.of) == 1 and (width > WIDE or all(len(value) == width for value in values))
    if len(rows) < ROWS or others or width < 2 or free:
        return []
    below = [(i, j) for i, j in combinations(range(width), 2) if all(line[i] < line[j] for line in rows)]
    apart = [(i, j) for i, j in combinations(range(width), 2) if all(line[i] != line[j] for line in rows)]
    least = min(item for line in rows for item in line)
    lines = [f"{name} = draw_ordered({name}, {width}, {below}, {apart}, {min(least, 1)})"]
    if max(map(len, values)) > 2 and all(list(value) == sorted(value) for value in values):
        lines.append(f"{name}.sort()")
    return lines
