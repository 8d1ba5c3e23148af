"""Which names a piece of code takes from outside, and the self-contained code that follows from it."""

import ast

import pytest

from codeio.unify.module import Module
from codeio.unify.scope import free

FREE = {
    "def f(x):\n    y = x + z\n    return y": {"z"},
    "def f(x, y=k):\n    return x": {"k"},
    "def f(x: T) -> R:\n    return x": {"T", "R"},
    "@d(k)\ndef f(x):\n    return x": {"d", "k"},
    "def f():\n    def g():\n        return x\n    x = 1\n    return g": set(),
    "def f():\n    global n\n    n = 1": {"n"},
    "def f(xs):\n    return [a + b for a in xs]": {"b"},
    "def f(xs):\n    return sorted(xs, key=lambda x: x + k)": {"sorted", "k"},
    "def f():\n    import os\n    return os.name": set(),
    "def f():\n    try:\n        g()\n    except E as e:\n        return e": {"g", "E"},
    "class A(B):\n    k = 1\n    def f(self):\n        return k": {"B", "k"},
    "def f(x):\n    if (y := x) > 1:\n        return y": set(),
}


@pytest.mark.parametrize("code", FREE)
def test_free_names(code):
    assert free(ast.parse(code).body[0]) == FREE[code]


def closure(text, *roots, **more):
    return Module(ast.parse(text)).closure(roots, **more)


def test_the_last_definition_counts():
    made = closure("def f(x):\n    return 1\n\ndef f(x):\n    return 2\n", "f")
    assert made.code == "def f(x):\n    return 2\n"


def test_a_table_comes_with_the_statements_that_fill_it():
    text = "T = []\nT.append(1)\nfor i in range(3):\n    T.append(i)\nU = [2]\ndef f(x):\n    return T[x]\n"
    made = closure(text, "f").code
    assert "T.append(1)" in made
    assert "U" not in made


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("deque(x)", "from collections import deque"),
        ("math.floor(x)", "import math"),
        ("np.abs(x)", "import numpy as np"),
        ("gcd(x, 2)", "from math import gcd"),
    ],
)
def test_what_a_judge_has_in_scope_is_imported(body, line):
    made = closure(f"def f(x):\n    return {body}\n", "f")
    assert made.code.startswith(line + "\n")
    assert not made.missing


def test_names_from_nowhere_are_missing():
    assert closure("def f(x):\n    return g(x) + h\n", "f").missing == ("g", "h")
    assert closure("h = input()\ndef f(x):\n    return x + h\n", "f").missing == ("h",)


def test_imports_are_cut_to_what_is_used():
    text = "from os import path, sep\nimport sys, re\ndef f(x):\n    return re.sub('a', sep, x)\n"
    made = closure(text, "f")
    assert made.code.startswith("from os import sep\nimport re\n")
    assert made.modules == {"os", "re"}


def test_relative_imports_are_written_in_full():
    made = Module(ast.parse("from ..b import c\ndef f(x):\n    return c(x)\n"), "pack.a").closure(("f",))
    assert made.code.startswith("from pack.b import c\n")


def test_a_loop_that_fills_a_table_comes_with_it_and_no_other_loop():
    text = (
        "KNOWN = {}\nOTHER = {}\nfor c in 'ab':\n    KNOWN[c] = ord(c)\nfor c in 'xy':\n    OTHER[c] = c\n\n"
        "def f(s):\n    return [KNOWN.get(c, 0) for c in s]\n"
    )
    made = closure(text, "f")
    scope: dict = {}
    exec(made.code, scope)  # our own text
    assert scope["f"]("bz") == [98, 0]
    assert "OTHER" not in made.code


def test_a_module_that_a_loop_calls_is_not_made_by_it():
    text = (
        "import heapq\nHEAP = []\nCOUNTS = [0] * 3\nfor x in (2, 1, 2):\n    heapq.heappush(HEAP, x)\n"
        "    COUNTS[x] += 1\n\ndef f(xs, n):\n    return heapq.nsmallest(n, xs)\n\ndef g(n):\n    return COUNTS[n]\n"
    )
    assert "HEAP" not in closure(text, "f").code
    scope: dict = {}
    exec(closure(text, "g").code, scope)  # our own text
    assert scope["g"](2) == 2


def test_a_class_is_cut_to_the_methods_it_needs():
    text = (
        "class A:\n    def f(self, x):\n        return self.g(x)\n    def g(self, x):\n        return x + 1\n"
        "    def h(self):\n        return unheard_of\n    def __len__(self):\n        return 3\n"
    )
    made = closure(text, "A", methods=frozenset({"f"}))
    assert not made.missing
    assert "def g" in made.code
    assert "def h" not in made.code
