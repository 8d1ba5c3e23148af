"""Raw modules become functions with typed inputs, each tried in a real sandbox; what cannot says why."""

import pytest

from codeio.sandbox import Draw, Program
from tests.unifying import only, sandbox, unified


@pytest.fixture(scope="module")
def box():
    with sandbox() as box:
        yield box


def inputs(box, function, draws=40):
    """What the function's own generator draws, run on the function's own code: neither needs anything else."""
    program = Program(code=function.code, entry=function.entry)
    (drawn,) = box.map([Draw(program, function.generator, draws=draws, want=draws, seed=3)])
    assert not drawn.failure
    return drawn.calls


TYPED = {
    "annotation": ("def f(a: list[int], b: str) -> str:\n    return b * len(a)\n", {"a": list, "b": str}),
    "optional": (
        "from typing import Optional\ndef f(a: Optional[float]):\n    return a * 2\n",
        {"a": float},
    ),
    "nested": (
        "def f(table: dict[str, list[int]]):\n    return [sum(row) for row in table.values()]\n",
        {"table": dict},
    ),
    "doctest": (
        'def f(a, b):\n    """\n    >>> f([3, 1], "x")\n    """\n    return sorted(a) + [b]\n',
        {"a": list, "b": str},
    ),
    "docstring": (
        'def f(a):\n    """\n    :param a: the text\n    :type a: str\n    """\n    return len(a) + 1\n',
        {"a": str},
    ),
    "own call": ("def f(a):\n    return len(a) * 2\n\nprint(f({'k': 1, 'm': 2}))\n", {"a": dict}),
    "default": ("def f(x, by='ab'):\n    return [by] * x\n", {"x": int, "by": str}),
    "name": ("def f(nums, k):\n    return nums[-k:]\n", {"nums": list, "k": int}),
    "methods used": ("def f(a):\n    return a.lower().count('a')\n", {"a": str}),
    "items used": ("def f(a):\n    return sum(v for k, v in a.items() if k > 'b')\n", {"a": dict}),
    "indexed by": ("def f(a, i):\n    return a[i] + a[i] % 3\n", {"a": list, "i": int}),
    "in a helper": ("def g(t):\n    return t.split(',')\n\ndef f(a):\n    return len(g(a))\n", {"a": str}),
    "compared": ("def f(a):\n    return 2 if a == 'x' else 3\n", {"a": str}),
}


@pytest.mark.parametrize("why", TYPED)
def test_parameters_are_typed_by(box, why):
    text, types = TYPED[why]
    calls = inputs(box, only(box, text, "f"))
    assert {name: {type(c.input[name]) for c in calls} for name in types} == {
        name: {one} for name, one in types.items()
    }
    assert sum(c.status == "ok" for c in calls) > len(calls) / 2
    assert len({str(c.output) for c in calls}) > 1


NODE = "class Node:\n    def __init__(self, data):\n        self.data = data\n        self.next = None\n\n"
FORMS = {
    "method": (
        "class Till:\n    def __init__(self, held):\n        self.held = held\n\n"
        "    def pay(self, amount):\n        self.held += amount\n        return self.held\n",
        "pay",
        {"held": 5, "amount": 2},
        7,
    ),
    "static method": (
        "class A:\n    @staticmethod\n    def f(n: int):\n        return n * 2 + 1\n",
        "f",
        {"n": 4},
        9,
    ),
    "class method": (
        "class A:\n    K = 3\n\n    @classmethod\n    def f(cls, n: int):\n        return n + cls.K\n",
        "f",
        {"n": 4},
        7,
    ),
    "printed": (
        "def f(n: int):\n    while n > 0:\n        print(n)\n        n -= 2\n    print('go')\n",
        "f",
        {"n": 3},
        ["3", "1", "go"],
    ),
    "changed argument": ("def f(nums: list):\n    nums.sort(reverse=True)\n", "f", {"nums": [1, 3]}, [3, 1]),
    "set": ("def f(a: set, b: set):\n    return a & b\n", "f", {"a": [1, 2, 3], "b": [3, 2]}, [2, 3]),
    "generator": ("def f(limit: int):\n    yield from range(0, limit, 2)\n", "f", {"limit": 5}, [0, 2, 4]),
    "tuple": (
        "def f(point: tuple[int, int]):\n    x, y = point\n    return {(x, y): x}[point] + y\n",
        "f",
        {"point": [1, 5]},
        6,
    ),
    "integer keys": ("def f(a: dict[int, int]):\n    return a.get(3, 0)\n", "f", {"a": {"3": 8}}, 8),
    "star arguments": ("def f(*numbers):\n    return sum(numbers) / 2\n", "f", {"numbers": [1, 2]}, 1.5),
    "tree of the judge": (
        "class Solution:\n    def depth(self, root: TreeNode):\n        if not root:\n            return 0\n"
        "        return 1 + max(self.depth(root.left), self.depth(root.right))\n",
        "depth",
        {"root": [1, 2, 3, None, 4]},
        3,
    ),
    "own linked list": (
        NODE + "def f(head):\n    last = None\n    while head:\n"
        "        head.next, last, head = last, head, head.next\n    return last\n",
        "f",
        {"head": [1, 2, 3]},
        [3, 2, 1],
    ),
    "array": (
        "import numpy as np\n\ndef f(data: np.ndarray):\n    return data - data.min()\n",
        "f",
        {"data": [2, 5]},
        [0, 3],
    ),
    "function": ("def f(func, x: int):\n    return func(x) + 1\n", "f", {"func": "double", "x": 3}, 7),
    "Python 2": ("def f(n):\n    print n\n    return n / 2, n ** 2\n", "f", {"n": 5}, [2, 25]),
    "file half broken": ("def f(n: int):\n    return n * n + 1\n\ndef g(:\n    pass\n", "f", {"n": 2}, 5),
}


@pytest.mark.parametrize("form", FORMS)
def test_entry_takes_and_returns_json(box, form):
    text, name, given, wanted = FORMS[form]
    function = only(box, text, name)
    (call,) = box.run(Program(function.code, function.entry), [given])
    assert (call.status, call.output) == ("ok", wanted)
    assert all(set(c.input) == set(given) for c in inputs(box, function))


NEEDS = """
import math, os
from collections import Counter, deque

LIMIT = 3
UNUSED = 9
TABLE = {}
TABLE["a"] = LIMIT


def helper(x):
    '''Not to be kept.'''
    return math.floor(x / LIMIT)


class Base:
    def twice(self, x):
        return 2 * x


class Child(Base):
    def f(self, values: list[int]):
        print("working")
        if values:
            "an old line of code"
        return [helper(self.twice(v)) + TABLE["a"] for v in values]

    def other(self):
        return os.getcwd()


if __name__ == "__main__":
    print(UNUSED)
"""


def test_code_is_what_the_function_needs_and_no_more(box):
    code = only(box, NEEDS, "f").code
    for kept in (
        "import math\n",
        "LIMIT = 3",
        "TABLE['a'] = LIMIT",
        "def helper",
        "class Base",
        "class Child",
    ):
        assert kept in code
    for left in ("os", "Counter", "UNUSED", "Not to be kept", "working", "old line", "def other", "__main__"):
        assert left not in code


TAKEN = {
    "parameter word": "def f(word):\n    return word.upper() + '!'\n",
    "parameter number": "def f(number: int):\n    return number // 2\n",
    "parameter grid": "def f(grid: list[list[int]]):\n    return [sum(row) for row in grid]\n",
    "parameter tree": "class A:\n    def f(self, tree: TreeNode):\n        return tree.val + 1\n",
    "function level_order": "def level_order(root: TreeNode):\n    return [root.val, root.left and root.left.val]\n",
    "function number": "def number(n: int):\n    return [n] * (n % 3)\n",
    "parameters size and start": "def f(size: int, start: int, a: str, b: str):\n"
    "    return a[start:size] + '.' + b if a == b else a\n",
}


@pytest.mark.parametrize("name", TAKEN)
def test_names_of_a_file_do_not_clash_with_ours(box, name):
    calls = inputs(box, only(box, TAKEN[name]))
    assert sum(c.status == "ok" for c in calls) > len(calls) / 2


REFUSED = {
    "does not parse": "def f(:\n    pass\n",
    "file without functions": "n = int(input())\nprint(n * 2)\n",
    "a line longer than 20,000 characters": f"x = '{'a' * 20_001}'\n",
    "special method": "class A:\n    def __enter__(self):\n        return self\n",
    "test function": "def test_f(x):\n    return x + 1\n",
    "decorated as no plain function": "class A:\n    @property\n    def f(self, x):\n        return 1\n",
    "no parameters": "def f():\n    return 1\n",
    "too many parameters": "def f(a, b, c, d, e, g, h, i, j):\n    return a\n",
    "needs input, a file or the interpreter": "def f(x):\n    while x:\n        x -= int(input())\n    return x\n",
    "no usable output": "def f(x):\n    return [1] * 50 + [x]\n",
    "no effect": "def f(x):\n    x += 1\n",
    "uses a name the file does not define": "def f(x):\n    return x + unheard_of\n",
    "code too long": "def f(n):\n" + "    n += 1\n" * 900 + "    return n\n",
    "reads the clock": "import datetime\n\ndef f(x):\n    return [x, str(datetime.date.today())]\n",
    "uses random": "import random\n\ndef f(x):\n    return x + random.random()\n",
    "needs a module that is not there": "import requests\n\ndef f(x):\n    return requests.get(x)\n",
    "does not load": "K = 1 // 0\n\ndef f(x):\n    return x + K\n",
    "constant output": "def f(x):\n    return x - x + 7\n",
    "identity": "def f(x):\n    return x or x\n",
    "only hands on or writes out what it is given": "def f(x, y):\n    return x + ': ' + str(y)\n",
    "takes an argument that it never reads": "def f(x, y):\n    return sum(x)\n",
    "returns, prints and changes nothing": "def f(x):\n    len(str(x))\n",
    "every guess at its inputs fails": "def f(x):\n    raise ValueError(x)\n",
    "takes too many steps": "def f(x):\n    while True:\n        x += 1\n    return x\n",
}


GRAPH = (
    "class Graph:\n    def __init__(self):\n        self.edges = {}\n\n    def add(self, a: int, b: int):\n"
    "        self.edges.setdefault(a, []).append(b)\n\n    def steps(self, start: int, end: int):\n"
    "        if start == end:\n            return start + 1\n        if start in self.edges:\n"
    "            return end * 2\n        return len(self.edges) - end\n"
)


def test_an_object_that_holds_nothing_is_not_asked(box):
    functions, dropped = unified(box, GRAPH)
    assert [d.id.split()[-1] for d in dropped if d.reason == "asks an empty object"] == ["Graph.steps"]
    assert not [f for f in functions if "main_solution(start" in f.code]


def test_an_object_that_fills_itself_is_asked(box):
    filled = GRAPH.replace("        if start == end", "        self.add(start, end)\n        if start == end")
    functions, dropped = unified(box, filled)
    assert "asks an empty object" not in {d.reason for d in dropped}
    assert [f for f in functions if "main_solution(start" in f.code]


def test_a_list_of_nothing_but_none_is_nothing(box):
    text = "from itertools import repeat\n\ndef f(n: int):\n    return list(repeat(None, n))\n"
    assert unified(box, text)[0] == []


def test_what_calls_remember_stays_at_its_default(box):
    found = only(
        box,
        "def parts(n: int, known=[1]):\n    while len(known) <= n:\n        known.append(sum(known) + 1)\n"
        "    return known[n]\n",
    )
    assert {name for call in inputs(box, found) for name in call.input} == {"n"}


def test_what_compares_two_gives_their_order(box):
    found = only(
        box,
        "def least(items: list, compare):\n    best = items[0]\n    for one in items:\n"
        "        best = one if compare(one, best) < 0 else best\n    return best\n",
    )
    assert {call.input["compare"] for call in inputs(box, found)} <= {
        "ascending",
        "descending",
        "by_last_digit",
    }


def test_a_parameter_whose_default_is_none_is_given_and_left_out(box):
    found = only(
        box, "def power(n: int, k: int, mod=None):\n    return n * k if mod is None else n * k % mod\n"
    )
    given = [call.input["mod"] for call in inputs(box, found, 60)]
    assert 10 < given.count(None) < 40
    assert all(isinstance(one, int) for one in given if one is not None)


def test_what_a_recursion_gathers_is_not_given(box):
    code = "def walk(n, path=None):\n    path = path or []\n    return path if n < 1 else walk(n - 2, path + [n])\n"
    assert "path =" not in only(box, code).generator


def test_palindromes_are_drawn_for_what_looks_for_them(box):
    text = only(box, "def is_palindrome(text: str):\n    return text == text[::-1]\n")
    assert 10 < sum(call.output for call in inputs(box, text, 60)) < 50
    number = only(box, "def is_palindrome(n: int):\n    return str(n) == str(n)[::-1]\n")
    assert sum(call.output for call in inputs(box, number, 60) if call.input["n"] > 9) > 5


def test_what_tells_where_it_lies_in_memory_is_none(box):
    made = "class A:\n    def __init__(self, x: int):\n        self.x = x\n\n"
    text = made + "    def told(self):\n        return [str(self)] * self.x\n"
    functions, dropped = unified(box, text)
    assert not functions
    assert any("lies in memory" in d.detail for d in dropped)


def test_a_look_at_the_callers_is_none_of_a_function(box):
    code = "import sys\n\ndef f(depth):\n    return sys._getframe(depth % 2).f_lineno\n"
    functions, dropped = unified(box, code)
    assert (functions, [d.reason for d in dropped]) == ([], ["needs input, a file or the interpreter"])


@pytest.mark.parametrize("reason", REFUSED)
def test_refused_with_its_reason(box, reason):
    functions, dropped = unified(box, REFUSED[reason])
    assert not functions
    assert [d.reason for d in dropped] == [reason]
    assert dropped[0].id.startswith("tests/m0.py")


def test_deep_nesting_costs_only_its_file(box):
    deep = "def f(x):\n    return " + "-" * 3000 + "x\n"
    functions, dropped = unified(box, deep, "def f(x: int):\n    return x * 3\n")
    assert [f.path for f in functions] == ["m1.py"]
    assert {d.reason for d in dropped} <= {"nested too deeply", "does not parse"}
    assert dropped


def test_a_module_that_only_a_trial_misses(box):
    """Inside a try it is not read as an import; the sandbox then says what is missing."""
    text = "try:\n    import unheard_of as t\nexcept KeyError:\n    t = 0\n\ndef f(x):\n    return t.g(x)\n"
    _, dropped = unified(box, text)
    assert [d.reason for d in dropped] == ["needs a module that is not there"]


def test_generated_code_runs_by_itself(box):
    function = only(box, NEEDS, "f")
    (call,) = box.run(Program(function.code, function.entry), [{"values": [3, 6]}])
    assert call.output == [5, 7]
    calls = inputs(box, function)
    assert len({str(c.input) for c in calls}) > 20
    again = inputs(box, function)
    assert [c.input for c in again] == [c.input for c in calls]


def test_what_a_function_remembers_begins_empty(box):
    text = (
        "def ways(n: int, memo: dict):\n    if n in memo:\n        return memo[n]\n    if n < 2:\n        return 1\n"
        "    memo[n] = ways(n - 1, memo) + ways(n - 2, memo)\n    return memo[n]\n"
    )
    assert "memo = {}\n" in only(box, text).generator
