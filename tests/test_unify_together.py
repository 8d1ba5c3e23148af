"""Drawn values fit each other: places in tables, ends in their order, tables of one shape."""

from itertools import combinations

import pytest

from codeio.unify import kinds
from codeio.unify.examples import of_rows
from codeio.unify.kinds import Kind
from tests.test_unify import inputs
from tests.unifying import only, sandbox


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


def searchable(values):
    """Whether values in level order are those of a search tree, each once."""
    order, queue, rest = [], [], list(values)
    if not rest:
        return True
    root = [rest.pop(0), None, None]
    queue.append(root)
    while queue and rest:
        node = queue.pop(0)
        for side in (1, 2):
            if rest and (value := rest.pop(0)) is not None:
                node[side] = [value, None, None]
                queue.append(node[side])

    def walk(node):
        if node:
            walk(node[1])
            order.append(node[0])
            walk(node[2])

    walk(root)
    return order == sorted(set(order))


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
    "three ends": (
        "def f(low: int, mid: int, high: int):\n    return [low * 2, mid * 3, high * 5, mid - low]\n",
        lambda g: g["low"] <= g["mid"] <= g["high"],
        0.9,
    ),
    "column the code shows": (
        "def f(cells, p, q):\n    return cells[p][q] * 3 + cells[p][0]\n",
        lambda g: 0 <= g["p"] < len(g["cells"]) and 0 <= g["q"] < len(g["cells"][0]),
        0.6,
    ),
    "piece of a list": (
        "def f(items: list[int], k: int):\n    return [x * 2 for x in items[:k]] + [len(items)]\n",
        lambda g: 0 <= g["k"] <= len(g["items"]),
        0.7,
    ),
    "key of a table": (
        "def f(ages: dict[str, int], who: str):\n    return ages[who] * 2 + len(ages)\n",
        lambda g: g["who"] in g["ages"],
        0.8,
    ),
    "list in order": (
        'def f(a: list[int], x: int):\n    """Place of x in a sorted list."""\n'
        "    return sum(y < x for y in a) * 10 + len(a)\n",
        lambda g: g["a"] == sorted(g["a"]),
        1,
    ),
    "nodes to be marked": (
        "def f(graph: dict[int, list[int]], node: int, visited: list[bool]):\n    visited[node] = True\n"
        "    return [node] + [x for y in graph[node] if not visited[y] for x in f(graph, y, visited)]\n",
        lambda g: g["visited"] == [False] * len(g["graph"]) and str(g["node"]) in g["graph"],
        0.8,
    ),
    "what is gathered": (
        "def f(nums: list[int], path: list[int], res: list[list[int]]):\n    res.append(path)\n"
        "    for n, x in enumerate(nums):\n        f(nums[n + 1:], path + [x], res)\n    return res\n",
        lambda g: g["path"] == [] == g["res"],
        1,
    ),
    "points": (
        "def f(p, q):\n    return abs(p[0] - q[0]) + abs(p[1] - q[1])\n",
        lambda g: len(g["p"]) == len(g["q"]) == 2,
        1,
    ),
    "table of two rows": (
        "def f(m):\n    return m[0][0] * m[1][1] - m[0][1] * m[1][0]\n",
        lambda g: [len(row) for row in g["m"]] == [2, 2],
        1,
    ),
    "flag": (
        "def f(n: int, short):\n    if short:\n        return str(n)\n    return 'number ' + str(n)\n",
        lambda g: isinstance(g["short"], bool),
        1,
    ),
    "whole numbers, as annotated": (
        "def f(a: int, b: int):\n    return a / b if a % 2 else a * b\n",
        lambda g: type(g["a"]) is int is type(g["b"]),
        1,
    ),
    "lengths of two texts": (
        "def f(x, y, m, n):\n    return sum(x[i] == y[j] for i in range(m) for j in range(n)) * 10 + m\n",
        lambda g: (g["m"], g["n"]) == (len(g["x"]), len(g["y"])),
        0.6,
    ),
    "length that the example shows": (
        "def f(items, limit, n):\n    return [x for x in items[:n] if x < limit] + [n]\n\nprint(f([4, 9, 2], 5, 3))\n",
        lambda g: g["n"] == len(g["items"]),
        0.85,
    ),
    "size of a board": (
        "def f(board: list[list[int]], num: int):\n    return [board[i][i] for i in range(num)] + [num]\n",
        lambda g: g["num"] == len(g["board"]),
        0.75,
    ),
    "what is gathered under any name": (
        "def f(nums, at, bag):\n    if at == len(nums):\n        return [bag]\n"
        "    return f(nums, at + 1, bag + [nums[at]]) + f(nums, at + 1, bag)\n\n"
        "def every(nums):\n    return f(nums, 0, [])\n",
        lambda g: g.get("bag") == [] and g["at"] == 0,
        0.75,
    ),
    "what only the recursion itself begins with": (
        "def f(m, n):\n    if m == 0:\n        return n + 1\n"
        "    return f(m - 1, 1) if n == 0 else f(m - 1, n - 1) + n\n",
        lambda g: g["n"] != 1,
        0.7,
    ),
    "heap": (
        "import heapq\n\ndef f(items, x):\n    heapq.heappush(items, x)\n"
        "    return heapq.heappop(items) + len(items)\n",
        lambda g: all(g["items"][(n - 1) // 2] <= x for n, x in enumerate(g["items"]) if n),
        1,
    ),
    "heap by name": (
        "def heap_push(ls, val):\n    ls.append(val)\n    at = len(ls) - 1\n"
        "    while at and ls[at] < ls[(at - 1) // 2]:\n"
        "        ls[at], ls[(at - 1) // 2] = ls[(at - 1) // 2], ls[at]\n        at = (at - 1) // 2\n    return ls\n",
        lambda g: all(g["ls"][(n - 1) // 2] <= x for n, x in enumerate(g["ls"]) if n),
        1,
    ),
    "what is to become a heap": (
        "import heapq\n\ndef f(items):\n    heapq.heapify(items)\n    return heapq.heappop(items) + items[0] * 100\n",
        lambda g: g["items"] != sorted(g["items"]),
        0.2,
    ),
    "network without gaps": (
        "def f(graph: list[list[int]]):\n    n = len(graph)\n"
        "    return min(graph[i][j] + graph[j][i] for i in range(n) for j in range(n) if i != j)\n",
        lambda g: all(w > 0 for n, row in enumerate(g["graph"]) for m, w in enumerate(row) if n != m),
        1,
    ),
    "network with gaps": (
        "def f(graph: list[list[int]]):\n    n = len(graph)\n"
        "    return [(i, j) for i in range(n) for j in range(n) if graph[i][j] > 0]\n",
        lambda g: any(w == 0 for n, row in enumerate(g["graph"]) for m, w in enumerate(row) if n != m),
        0.5,
    ),
    "one of so many": (
        "def f(rows, columns, r0, c0):\n    r, c = r0, c0\n    found = []\n    for _ in range(4):\n"
        "        if 0 <= r < rows and 0 <= c < columns:\n            found.append([r, c])\n        r, c = c, r + 1\n"
        "    return found\n",
        lambda g: 0 <= g["r0"] < g["rows"] and 0 <= g["c0"] < g["columns"],
        0.7,
    ),
    "two lists of one length, as the example shows": (
        "def f(arrival, duration):\n    done = list(map(sum, zip(arrival, duration)))\n"
        "    return max(done) + len(arrival)\n\nprint(f([1, 3, 3, 5], [2, 2, 1, 4]))\n",
        lambda g: len(g["arrival"]) == len(g["duration"]),
        0.9,
    ),
    "list in order, as the examples show": (
        "def f(a, b):\n    return [x for x in a if x not in b] + [len(b)]\n\n"
        "print(f([1, 3, 4, 8], [3, 1, 2]))\nprint(f([2, 5, 5, 6, 9], [7]))\n",
        lambda g: g["a"] == sorted(g["a"]),
        0.55,
    ),
    "two tables of one shape": (
        "def f(a, b):\n    return sum((a[i][j] - b[i][j]) ** 2 for i in range(len(a)) for j in range(len(a[i])))\n",
        lambda g: [len(row) for row in g["a"]] == [len(row) for row in g["b"]],
        0.9,
    ),
    "search tree": (
        "class TreeNode:\n    def __init__(self, val, left=None, right=None):\n"
        "        self.val, self.left, self.right = val, left, right\n\n"
        "def smallest_of_bst(root: TreeNode):\n    while root.left:\n        root = root.left\n"
        "    return root.val * 2\n",
        lambda g: searchable(g["root"]),
        1,
    ),
    "rotated list": (
        "def find_minimum_of_rotated(values: list[int]):\n    for a, b in zip(values, values[1:]):\n"
        "        if b < a:\n            return b * 2\n    return len(values)\n",
        lambda g: sum(a > b for a, b in zip(g["values"], g["values"][1:], strict=False)) <= 1,
        1,
    ),
    "digits of a number": (
        "def f(n: int):\n    return sum(int(digit) ** 2 for digit in str(n))\n",
        lambda g: g["n"] > 99,
        0.35,
    ),
    "ranks of cards, by what each begins with": (
        "RANKS = {'2': 2, '7': 7, 'T': 10, 'K': 13}\n\ndef f(hand):\n"
        "    return sorted(RANKS[card[0]] for card in hand)\n",
        lambda g: {card[0] for card in g["hand"]} <= set("27TK"),
        0.85,
    ),
    "rows that are cut": (
        "def f(m, j):\n    return [row[:j] + row[j + 1:] for row in m[1:]]\n",
        lambda g: all(isinstance(row, list) for row in g["m"]),
        1,
    ),
    "codes in a table": (
        "def f(cells: list[list[int]]):\n"
        "    return sum(1 if c == 2 else 7 if c == 1 else 0 for row in cells for c in row)\n",
        lambda g: {c for row in g["cells"] for c in row} <= {0, 1, 2},
        0.85,
    ),
    "numbers of which one is 0, not codes": (
        "def f(nums: list[int]):\n    return [n for n in nums if n != 0] + [n for n in nums if n == 0]\n",
        lambda g: any(n > 1 for n in g["nums"]),
        0.6,
    ),
    "power of e": (
        "import math\n\ndef f(x):\n    return 1 / (1 + math.exp(-x))\n",
        lambda g: -4 <= g["x"] <= 4,
        0.9,
    ),
    "pair of ends": (
        "def overlap(a, b):\n    return max(0, min(a[1], b[1]) - max(a[0], b[0]))\n",
        lambda g: g["a"] == sorted(g["a"]) and g["b"] == sorted(g["b"]),
        1,
    ),
    "share of a whole": (
        "def f(x: float):\n    return x * (1 - x)\n",
        lambda g: 0 <= g["x"] <= 1,
        0.85,
    ),
    "digits by their place": (
        "def f(s):\n    total = 0\n    for c in s:\n        total = total * 10 + ord(c) - ord('0')\n    return total\n",
        lambda g: g["s"].isdigit(),
        0.75,
    ),
    "letters by their place": (
        "def f(s):\n    counts = [0] * 26\n    for c in s:\n        counts[ord(c) - 97] += 1\n    return counts[:5]\n",
        lambda g: g["s"].isalpha() and g["s"].islower(),
        0.85,
    ),
    "two nodes of a graph": (
        "def f(graph: dict[str, list[str]], start: str, end: str):\n"
        "    return [end in graph[start], start in graph[end], len(graph[start])]\n",
        lambda g: {g["start"], g["end"]} <= set(g["graph"]) and g["start"] != g["end"],
        0.7,
    ),
    "level of a tree": (
        "class TreeNode:\n    def __init__(self, val, left=None, right=None):\n"
        "        self.val, self.left, self.right = val, left, right\n\n"
        "def f(root: TreeNode, level: int):\n    if root is None:\n        return []\n"
        "    return [root.val] if level == 0 else f(root.left, level - 1) + f(root.right, level - 1)\n",
        lambda g: g["level"] <= 3,
        0.85,
    ),
    "words without spaces": (
        "def f(parts: list[str]):\n    return sorted(parts, key=len)[:2] + [parts[-1]]\n",
        lambda g: not any(" " in name for name in g["parts"]),
        1,
    ),
    "a sum of some items": (
        "def three_sum(nums: list[int], target: int):\n"
        "    best = 0\n    for x in nums:\n        best = x if abs(x - target) < abs(best - target) else best\n"
        "    return best + target\n",
        lambda g: any(
            abs(sum(c) - g["target"]) <= 2 for c in combinations(g["nums"], min(3, len(g["nums"])))
        ),
        0.75,
    ),
    "a window in a list": (
        "def best(cards: list[int], k: int):\n    return max(sum(cards[i : i + k]) for i in range(len(cards)))\n",
        lambda g: 1 <= g["k"] <= len(g["cards"]),
        0.75,
    ),
    "corners of rectangles": (
        "def area(rectangles: list[list[int]]):\n    return sum((r[2] - r[0]) * (r[3] - r[1]) for r in rectangles)\n",
        lambda g: all(left < right and low < high for left, low, right, high in g["rectangles"]),
        1,
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
    calls = inputs(box, only(box, text, "f" if "def f(" in text else ""))
    assert sum(fits(call.input) for call in calls) >= share * len(calls)


def test_rows_that_are_no_rows_of_the_kind_are_left_alone():
    pairs = Kind("list", (Kind("list", (kinds.INT, kinds.INT)),))
    of_text = Kind("list", (Kind("dict", (kinds.STR, kinds.INT)),))
    flags = [[(n % 2, n) for n in range(12)]]
    assert "rng.choice([0, 1])" in of_rows(pairs, flags)
    assert of_rows(pairs, [[(*row, 3) for row in flags[0]]]) == ""
    assert of_rows(pairs, [[*flags[0], (1,)]]) == ""
    assert of_rows(of_text, [[{"a": n, "b": 2, "c": 3} for n in range(12)]]) == ""
