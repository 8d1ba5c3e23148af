"""Mutation operators: each changes one place, in the way its name says."""

import ast

import pytest

from codeio.answer.frames import plain
from codeio.answer.mutants import misread, mutants

EVERY = frozenset(range(100))


def found(body: str) -> set[tuple[str, str]]:
    code = plain(f"def f(xs, n):\n    {body}")
    return {(name, text.split("\n", 1)[1].strip()) for name, text in mutants(code, EVERY, 50)}


@pytest.mark.parametrize(
    ("body", "operator", "changed"),
    [
        ("return n < 3", "off-by-one bound", "return n <= 3"),
        ("return n < 3", "flipped comparison", "return n > 3"),
        ("return n - 3", "swapped operands", "return 3 - n"),
        ("return range(n)", "off-by-one bound", "return range(n - 1)"),
        ("return range(n)", "skipped iteration", "return range(1, n)"),
        ("return range(1, n + 1)", "off-by-one bound", "return range(1, n)"),
        ("t = 4", "wrong initial value", "t = 5"),
        ("return n in xs", "flipped comparison", "return n not in xs"),
    ],
)
def test_operator(body, operator, changed):
    assert (operator, changed) in found(body)


def test_branches_are_exchanged():
    texts = [
        text
        for name, text in found("if n:\n        a = 1\n    else:\n        a = 2")
        if name == "wrong branch"
    ]
    assert texts == ["if n:\n        a = 2\n    else:\n        a = 1"]


def test_only_the_given_lines_change_and_order_is_fixed():
    code = plain("def f(n):\n    a = 1\n    b = 2\n    return a < b")
    only = mutants(code, frozenset({3}), 50)
    assert [text.split("\n")[2].strip() for _, text in only] == ["b = 3"]
    assert mutants(code, EVERY, 2) == mutants(code, EVERY, 50)[:2]


def test_mutants_parse_and_differ():
    code = plain(
        "def f(xs):\n    t = 0\n    for x in xs:\n        if x > 2:\n            t += x\n    return t"
    )
    texts = [text for _, text in mutants(code, EVERY, 50)]
    assert len(set(texts)) == len(texts) >= 5
    assert all(plain(text) == text != code for text in texts)
    assert all(ast.parse(text) for text in texts)


def test_a_misread_input_differs_in_one_argument():
    given = {"xs": [1, 2], "s": "ab", "n": 3, "flag": True}
    several = list(misread(given, "seed"))
    assert len(several) > 8
    assert all(sum(other[name] != given[name] for name in given) == 1 for other in several)
    assert all(other["flag"] is True for other in several)
