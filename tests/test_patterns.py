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
        ("filter and map", "ordering", "string"),
    ),
    "def f(n, memo):\n    if n in memo:\n        return memo[n]\n"
    "    memo[n] = f(n // 2, memo) + 1\n    return memo[n]\n": (
        2,
        ("case analysis", "dynamic programming", "number theory", "recursion"),
    ),
    "def f(n):\n    t = [1, 1]\n    for i in range(2, n):\n        t[i] = t[i - 1] + t[i - 2]\n    return t\n": (
        2,
        ("dynamic programming", "loop"),
    ),
    "def f(t):\n    for i in range(1, 9):\n        t[i] = t[i - 1]\n    return t\n": (
        2,
        ("loop",),
    ),
    "def f(r, x):\n    for i in r:\n        if i == x:\n            return i\n    return -1\n": (
        3,
        ("case analysis", "loop", "search"),
    ),
    "def f(r):\n    for i in r:\n        if i < 0:\n            return False\n    return True\n": (
        3,
        ("case analysis", "loop"),
    ),
    "def f(r):\n    x = y = 0\n    for i in r:\n        if i == 'N':\n"
    "            y += 1\n        else:\n            x += 1\n"
    "    return x, y\n": (3, ("case analysis", "loop", "simulation")),
}


@pytest.mark.parametrize("code", CASES)
def test_by_hand(code):
    tree = ast.parse(code)
    assert (complexity(tree), patterns(tree)) == CASES[code]
