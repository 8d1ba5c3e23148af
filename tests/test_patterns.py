"""Complexity and reasoning patterns of small programs, reckoned by hand."""

import ast

import pytest

from codeio.patterns import complexity, patterns

CASES = {
    "def f(x):\n    return x + 1\n": (1, ()),
    "def f(x):\n    return x if x > 0 and x < 9 else -x\n": (3, ("case analysis",)),
    "def f(n):\n    if n < 2:\n        return n\n    return f(n - 1) + f(n - 2)\n": (
        2,
        ("case analysis", "recursion"),
    ),
    "def f(n):\n    while n:\n        n //= 2\n    return n\n": (2, ("loop", "number theory")),
    "def f(g):\n    for row in g:\n        for i in range(3):\n            g[0][i] ^= 1\n    return g\n": (
        3,
        ("bit manipulation", "grid", "loop", "nested loop"),
    ),
    "def f(s):\n    return sorted(w.upper() for w in s.split())\n": (
        2,
        ("filter and map", "ordering", "text"),
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_by_hand(code):
    tree = ast.parse(code)
    assert (complexity(tree), patterns(tree)) == CASES[code]
