"""What holds of a list, table, tree or text as a whole: sizes that the code picks, shares, what examples show."""

import ast
from itertools import pairwise

import pytest

from codeio.unify import kinds
from codeio.unify.inside.draws import draw_ordered
from codeio.unify.kinds import Kind
from codeio.unify.literals import material
from codeio.unify.shown import in_common
from tests.test_unify import inputs
from tests.unifying import only, sandbox


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


SKYLINE = "[[2, 9, 10], [3, 7, 15], [5, 12, 12], [15, 20, 10], [19, 24, 8]]"
# What is meant: code, what an input has to be like, in what share of the inputs.
SHAPED = {
    "two columns of a matrix": (
        "import numpy as np\n\ndef centre(points: np.ndarray):\n"
        "    return float(np.mean(points[:, 0])), float(np.mean(points[:, 1]))\n",
        lambda g: all(len(row) == 2 for row in g["points"]),
        0.9,
    ),
    "a matrix of which each number is picked": (
        "import numpy as np\n\ndef det(m: np.ndarray):\n    return float(m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0])\n",
        lambda g: [len(row) for row in g["m"]] == [2, 2],
        0.9,
    ),
    "as many rows and columns as loops count": (
        "def total(t):\n    out = 0\n    for i in range(4):\n        for j in range(3):\n"
        "            out += t[i][j] * j\n    return out\n",
        lambda g: [len(row) for row in g["t"]] == [3, 3, 3, 3],
        0.9,
    ),
    "items that are places": (
        "def follow(a: list[int]):\n    at, seen = 0, []\n    while at not in seen:\n        seen.append(at)\n"
        "        at = a[a[at]]\n    return seen\n",
        lambda g: all(0 <= item < len(g["a"]) for item in g["a"]),
        1,
    ),
    "as many as a loop counts up to": (
        "def order(arr: list[int], n: int):\n    for i in range(1, n):\n        while i and arr[i] < arr[i - 1]:\n"
        "            arr[i], arr[i - 1], i = arr[i - 1], arr[i], i - 1\n    return arr\n",
        lambda g: g["n"] == len(g["arr"]),
        0.7,
    ),
    "sizes of a table that loops count up to": (
        "def grow(grid: list[list[int]], row: int, col: int):\n    return [[grid[i][j] + 1 for j in range(col)]"
        " for i in range(row)]\n",
        lambda g: (g["row"], g["col"]) == (len(g["grid"]), len(g["grid"][0]) if g["grid"] else 0),
        0.8,
    ),
    "keys that two dicts share": (
        "def dot(a: dict[str, int], b: dict[str, int]):\n    return sum(a[k] * b[k] for k in a if k in b) + len(b)\n",
        lambda g: bool(g["a"].keys() & g["b"].keys()),
        0.6,
    ),
    "a node with a value of the tree": (
        "class TreeNode:\n    def __init__(self, val=0, left=None, right=None):\n"
        "        self.val, self.left, self.right = val, left, right\n\n"
        "def after(root: TreeNode, node):\n    found = -1\n    while root:\n        if node.val < root.val:\n"
        "            found, root = root.val, root.left\n        else:\n            root = root.right\n"
        "    return found\n",
        lambda g: g["node"]["val"] in g["root"],
        0.7,
    ),
    "shares of one": (
        "import math\n\ndef entropy(probs: list[float]):\n    return -sum(p * math.log2(p) for p in probs if p > 0)\n",
        lambda g: not g["probs"] or abs(sum(g["probs"]) - 1) < 1e-9,
        1,
    ),
    "knots one after the other": (
        "def spline(x: list[float], y: list[float]):\n    return [(y[i + 1] - y[i]) / (x[i + 1] - x[i]) for i in "
        "range(len(x) - 1)]\n",
        lambda g: all(a < b for a, b in pairwise(g["x"])),
        1,
    ),
    "what is counted is above 0": (
        "def load(weights: list[int], capacity: int):\n"
        "    return sum(w for w in weights if w <= capacity) + capacity\n",
        lambda g: all(w > 0 for w in g["weights"]) and g["capacity"] <= 1 + max(100, sum(g["weights"])),
        0.8,
    ),
    "lists in lists": (
        "def flat(items):\n    out = []\n    for item in items:\n        if isinstance(item, list):\n"
        "            out.extend(flat(item))\n        else:\n            out.append(item)\n    return out\n",
        lambda g: any(isinstance(item, list) for item in g["items"]),
        0.4,
    ),
    "a figure of the kind that the function's name speaks of": (
        "def roman_to_int(s: str):\n    values = {'I': 1, 'V': 5, 'X': 10, 'L': 50, 'C': 100, 'D': 500, 'M': 1000}\n"
        "    return sum(values[c] for c in s if c in values)\n",
        lambda g: "IIII" not in g["s"] and set(g["s"]) <= set("IVXLCDM") and "VX" not in g["s"],
        0.9,
    ),
    "a text that is cut where it has spaces": (
        "import re\n\ndef turned(text: str):\n    return [w[::-1] for w in re.split(r'\\s+', text)]\n",
        lambda g: " " in g["text"],
        0.5,
    ),
    "digits": (
        "def plus_one(digits: list[int]):\n    return [*digits[:-1], digits[-1] + 1] if digits else [1]\n",
        lambda g: all(0 <= digit <= 9 for digit in g["digits"]),
        1,
    ),
    "lists that share items": (
        "def common(sequences: list[list[int]]):\n    return sorted(set.intersection(*map(set, sequences)))\n",
        lambda g: (
            len(g["sequences"]) < 2 or any(set(g["sequences"][0]) & set(row) for row in g["sequences"][1:])
        ),
        0.7,
    ),
    "a number between the knots": (
        "def at(xs: list[float], z: float):\n    return sum(x < z for x in xs) + z / 2\n",
        lambda g: bool(g["xs"]) and min(g["xs"]) <= g["z"] <= max(g["xs"]),
        0.5,
    ),
    "a way on a board": (
        "def row_with(board: list[list[str]], word: str):\n"
        "    return [n for n, row in enumerate(board) if set(word) & set(row)] + [len(word)]\n",
        lambda g: set(g["word"]) <= {cell for row in g["board"] for cell in row},
        0.6,
    ),
    "ends that the examples have in order, and their rows too": (
        "def widths(lrh):\n    return [right - left for left, right, height in lrh if height]\n\n"
        f"print(widths({SKYLINE}))\n",
        lambda g: all(r[0] < r[1] for r in g["lrh"]) and g["lrh"] == sorted(g["lrh"]),
        0.9,
    ),
    "a search tree, or nearly one": (
        "class TreeNode:\n    def __init__(self, val=0, left=None, right=None):\n"
        "        self.val, self.left, self.right = val, left, right\n\n"
        "def is_bst(root: TreeNode, low=-99, high=99):\n    if not root:\n        return True\n"
        "    if not low < root.val < high:\n        return False\n"
        "    return is_bst(root.left, low, root.val) and is_bst(root.right, root.val, high)\n",
        lambda g: len(set(g["root"]) - {None}) == sum(value is not None for value in g["root"]),
        0.9,
    ),
}


@pytest.mark.parametrize("what", SHAPED)
def test_drawn_values_have_the_shape(box, what):
    text, fits, share = SHAPED[what]
    calls = inputs(box, only(box, text, text.split("def ")[-1].split("(")[0] if "print" not in text else ""))
    assert sum(fits(call.input) for call in calls) >= share * len(calls)


def run(lines, **values):
    """What the statements leave of the values."""
    scope = {"draw_ordered": draw_ordered, **values}
    exec("\n".join(lines), scope)  # our own statements, as `inputs` writes them
    return {name: scope[name] for name in values}


TABLE = Kind("list", (Kind("list", (kinds.INT, kinds.INT)),))


@pytest.mark.parametrize(
    ("kind", "shown", "given", "made"),
    [
        (kinds.INT, [0, 1, 1], 7, 1),
        (kinds.INT, [3, 9, 20], -500, 500 % 67),
        (kinds.INT, [3, 9], -500, -500),
        (kinds.INT, [3, -9, 20], -500, -500),
        (kinds.INTS, [[1, 3, 5, 5], [2, 4]], [9, -4, 0], [1, 4, 9]),
        (kinds.INTS, [[4, 2, 9, 1], [7, 3, 5]], [6, 6, -2], [6, 2]),
        (kinds.INTS, [[4, 2]], [6, 6, -2], [6, 6, -2]),
        (TABLE, [[(1, 2), (3, 4)], [(0, 5), (2, 9), (4, 6)]], [[7, 3], [2, 2]], [[2, 3], [3, 7]]),
        (TABLE, [[(1, 2), (4, 3)], [(5, 0), (2, 9)]], [[7, 3], [2, 2]], [[7, 3], [2, 3]]),
        (Kind("list", (Kind("dict", (kinds.INT, kinds.INT)),)), [[{1: 2, 3: 4}] * 5], [{1: 9}], [{1: 9}]),
        (Kind("list", (Kind("set", (kinds.INT,)),)), [[{1, 2}] * 5], [[1]], [[1]]),
        (TABLE, [[(1, 2), (3, 4)], [(0, 5), (2, 9), (4, 6)]], [[7], [2, 2]], [[2, 3]]),
        (kinds.GRID, [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[9, 1], [1, 1]], [[9, 1], [1, 1]]),
    ],
)
def test_what_all_examples_have_in_common_holds_of_others(kind, shown, given, made):
    assert run(in_common("x", kind, shown), x=given)["x"] == made


def test_of_a_pattern_only_its_letters_are_looked_for():
    code = "import re\n\ndef f(s):\n    return re.sub(r'[^a-z]+_id$', '', re.sub('(?i)([;,])', '', s))\n"
    known = material(tuple(ast.parse(code).body))
    assert known.words == ("_id",)
    assert set(known.alphabet) == {";", ",", "_"}


def test_a_number_that_divides_is_a_scale():
    code = "TURN = 36000\n\ndef f(x, n):\n    return (x * 2 / TURN, n % 1000000007, n // 10)\n"
    assert material(tuple(ast.parse(code).body)).numbers == (9000, 18000, 27000, 36000)
