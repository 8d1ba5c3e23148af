"""Drawn values fit each other: places in tables, ends in their order, tables of one shape."""

import pytest

from tests.test_unify import inputs
from tests.unifying import only, sandbox


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


FITTING = {
    "size of a table": (
        "def f(rows: int, columns: int, cells: list[list[int]]):\n"
        "    return [cells[i][j] for i in range(rows) for j in range(columns)][:9]\n",
        lambda g: (g["rows"], g["columns"]) == (len(g["cells"]), len(g["cells"][0])),
        0.5,
    ),
    "place in a table": (
        "def f(grid: list[list[int]], row: int, col: int):\n    return grid[row][col] * 2 + len(grid)\n",
        lambda g: 0 <= g["row"] < len(g["grid"]) and 0 <= g["col"] < len(g["grid"][0]),
        0.6,
    ),
    "ends": (
        "def f(low: int, high: int):\n    return [n for n in range(low, high) if n % 7 == 0][:9] + [low]\n",
        lambda g: g["low"] <= g["high"],
        0.85,
    ),
    "ends in camel case": (
        "def f(startIndex: int, endIndex: int):\n    return endIndex * 3 - startIndex\n",
        lambda g: g["startIndex"] <= g["endIndex"],
        0.85,
    ),
    "two tables": (
        "def f(a: list[list[int]], b: list[list[int]]):\n"
        "    return [[x + y for x, y in zip(p, q)] for p, q in zip(a, b)]\n",
        lambda g: [len(row) for row in g["a"]] == [len(row) for row in g["b"]],
        0.5,
    ),
    "index the code shows": (
        "def f(items: list[int], k: int):\n    return items[k] * 2 + 1\n",
        lambda g: 0 <= g["k"] < len(g["items"]),
        0.7,
    ),
    "sought item": (
        "def f(nums: list[int], target: int):\n    return [n for n, x in enumerate(nums) if x > target]\n",
        lambda g: g["target"] in g["nums"],
        0.35,
    ),
    "two texts": (
        "def f(text: str, part: str):\n    return text.count(part) + len(text)\n",
        lambda g: g["part"][:1] in g["text"],
        0.5,
    ),
}


@pytest.mark.parametrize("what", FITTING)
def test_drawn_values_fit_each_other(box, what):
    text, fits, share = FITTING[what]
    calls = inputs(box, only(box, text, "f"))
    assert sum(fits(call.input) for call in calls) >= share * len(calls)
