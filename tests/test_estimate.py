"""Estimates turn away what certainly differs, and never what is the same."""

from itertools import pairwise

import pytest

from codeio.evaluate import latex
from codeio.evaluate.benchmarks import ALL
from codeio.evaluate.data import load
from codeio.evaluate.estimate import differ, values

SAME = [
    (r"\frac{3}{4}", "0.75"),
    (r"\frac34", "3/4"),
    (r"\sqrt{12}", r"2\sqrt3"),
    ("x^2+1", "1 + x^2"),
    ("(x+1)^2", "x^2+2x+1"),
    (r"\sin^2(x)+\cos ^2(x)", "1"),
    (r"\sin x", r"\sin(x)"),
    ("e^{2x}", "(e^x)^2"),
    ("i^2", "-1"),
    (r"\frac{1}{1+i}", r"\frac{1-i}{2}"),
    ("(1,2)", r"\left(1, \frac{4}{2}\right)"),
    ("1,2", "2,1"),
    (r"\sqrt{x-2}", r"(x-2)^{\frac{1}{2}}"),
    (r"\sqrt{1-x}", r"(1-x)^{1/2}"),
    (r"2\pi r", r"r \cdot 2 \pi"),
    (r"\log(100)", "2"),  # of base 10
    (r"\log(x)", r"\ln(x)"),
    (r"\frac{\log(8)}{\log(2)}", "3"),
    ("0.33333", r"\frac13"),  # near: for exact comparison to say
]
OTHER = [
    ("42", "43"),
    ("x+1", "x+2"),
    (r"\sin(x)", r"\cos(x)"),
    ("(1,2)", "(1,3)"),
    ("(1,2)", "1"),
    ("7", r"(-\infty, 3)"),
    ("7", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
    (r"\sqrt{x-2}", r"\sqrt{x-3}"),
    ("2i", "2"),
    (r"\log(10)", "7"),  # whatever its base
    (r"x \log(10)", r"x^2 \log(10)"),
]
UNCLEAR = [
    "1/2x", r"137\frac{1}{2}", "2^10", r"\sqrt[3]{-8}", r"\sin^{-1}(x)", r"\sin 2x", "10,000", "x_1", r"50\%", "x=4",
    "", "(", "2 3", r"\log_2(3)", "a or b", r"5\text{ cm}", "9^{9^{9^9}}", "(" * 300, "1/0",
]  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SAME)
def test_equal_expressions_are_never_turned_away(one, two):
    assert not differ(one, two)
    assert not differ(two, one)


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_other_values_are_turned_away_in_both_orders(one, two):
    assert differ(one, two)
    assert differ(two, one)


@pytest.mark.parametrize("text", UNCLEAR)
def test_what_can_be_read_in_two_ways_is_not_read(text):
    assert values(text, 3.1) is None
    assert not differ(text, "7")


def test_no_real_answer_is_turned_away_that_is_equal_in_value(shared):
    """Every pair of neighbours among some gold answers of MATH: what differs here, math-verify calls different too."""
    items = load(ALL["math"], shared / "benchmarks").items[::100]
    pairs = [(one.gold, two.gold) for one, two in pairwise(items) if differ(one.gold, two.gold)]
    assert len(pairs) >= 30
    assert not [pair for pair in pairs[::3] if latex.equal_in_value(*pair)]
    assert not [item.gold for item in items if differ(item.gold, item.gold)]
