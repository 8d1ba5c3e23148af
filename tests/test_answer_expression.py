"""The narrators' evaluator: values of expressions on traced locals, and refusal of the rest."""

import ast

import pytest

from codeio.answer.expression import Evaluator
from codeio.answer.operations import Unknown

ENV = {
    "x": 7,
    "xs": [3, 1, 2],
    "s": "abc",
    "d": {"a": 1, "3": 4},
    "e": {"a": 1, "b": 4},
    "o": {"~": "Node"},
    "none": None,
}


def value(source, note=None):
    evaluator = Evaluator(ENV, note) if note else Evaluator(ENV)
    return evaluator(ast.parse(source, mode="eval").body)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x // 2 + 1", 4),
        ("-x % 4", 1),
        ("2 < x < 9", True),
        ("x > 9 or 'b' in s", True),
        ("xs[-1] + xs[0]", 5),
        ("xs[::-1]", [2, 1, 3]),
        ("s.upper() + s[1:]", "ABCbc"),
        ("[y * 2 for y in xs if y > 1]", [6, 4]),
        ("sum(a * b for a, b in zip(xs, xs))", 14),
        ("max(xs) if x else 0", 3),
        ("f'{x:03d}-{s}'", "007-abc"),
        ("d.get('b', 5)", 5),
        ("d[3]", 4),
        ("none is None", True),
        ("len(set(xs))", 3),
        ("sorted(xs, reverse=True)", [3, 2, 1]),
        ("{k: v for k, v in e.items()}", {"a": 1, "b": 4}),
        ("d.get(3, 0)", 4),
    ],
)
def test_value(source, expected):
    assert value(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "y",
        "o.next",
        "o",
        "xs[9]",
        "1 / 0",
        "9 ** 999",
        "'a' * 99999",
        "list(set(s))",
        "sorted(d)",
        "d.keys()",
        "open('x')",
        "lambda: 1",
        "s.encode()",
        "range(10 ** 9)",
        "(y := 3)",
        "__import__('os')",
        "s.__class__",
        "'%s' % x",
        "s.zfill(99999)",
    ],
)
def test_what_is_not_known_is_refused(source):
    with pytest.raises(Unknown):
        value(source)


def test_operations_are_noted_in_the_order_of_python():
    seen = []
    value("abs(x - 9) + len(xs)", lambda node, operands, result: seen.append((operands, result)))
    assert seen == [((7, 9), -2), ((-2,), 2), (([3, 1, 2],), 3), ((2, 3), 5)]


def test_and_stops_where_python_stops():
    seen = []
    value("x > 9 and y > 1", lambda node, operands, result: seen.append(result))
    assert seen == [False]
