"""Inputs changed towards missed branches: which are missed, what is near, and that real runs get there."""

import ast

import pytest

from codeio import values
from codeio.execute import shard
from codeio.params import load
from codeio.reach import MOST, changed, missed, neighbours, towards
from codeio.sandbox import Call, Limits, Sandbox
from tests.test_execute import function

CODE = "def f(x):\n    if x > 3:\n        x = 1\n    while x:\n        x -= 1\n    return x\n"


@pytest.mark.parametrize(
    ("arcs", "lines"),
    [
        ([(2, 3), (3, 4), (4, 5), (5, 4), (4, 6)], {2}),
        ([(2, 3), (2, 4), (4, 5), (5, 4), (4, 6)], set()),
        ([(2, 4), (4, 6)], {2, 4}),
        ([(2, 3), (3, 4), (4, 5)], {2, 4}),
        ([], set()),
    ],
)
def test_missed_lines(arcs, lines):
    call = Call({"x": 1}, "ok", arcs=tuple((a, b, 1) for a, b in arcs))
    assert missed(ast.parse(CODE), [call]) == lines


@pytest.mark.parametrize("value", [True, 5, -2, 0.5, "ab", [3, 1], ["b"], {"a": 1}, [[1], [2]]])
def test_neighbours_are_of_the_same_type_and_some_differ(value):
    near = list(neighbours(value))
    assert {type(one) for one in near} == {type(value)}
    assert any(one != value for one in near)


@pytest.mark.parametrize("value", [None, [], {}, 10**9])
def test_what_is_left_as_it_is(value):
    assert list(neighbours(value)) == []


def test_one_argument_changes_and_nothing_comes_twice():
    calls = [Call({"x": x, "y": 7}, "ok", arcs=((2, 3, 1),)) for x in range(4)]
    made = towards({2}, calls)
    assert 0 < len(made) <= MOST
    assert len({values.canonical(one) for one in [*made, *(c.input for c in calls)]}) == len(made) + len(
        calls
    )
    assert {"x": 7, "y": 7} in list(changed(calls[1].input))  # as its neighbour
    assert made == towards({2}, calls[::-1])
    assert towards({9}, calls) == ()


def test_a_list_that_always_has_two_items_keeps_them():
    calls = [Call({"p": [x, 3], "q": [1] * (x % 3)}, "ok", arcs=((2, 3, 1),)) for x in range(9)]
    made = towards({2}, calls)
    assert {len(one["p"]) for one in made} == {2}
    assert len({len(one["q"]) for one in made}) > 2


def test_gaps_of_a_tree_stay():
    assert list(neighbours([4, None, 5, 6])) == [[], [4], [4, None]]


RARE = {
    "two arguments alike": ("if x == y:\n        return -1\n    return x - y", "'x': rng.randint(1, 10**5)"),
    "a palindrome": (
        "if x and x == x[::-1] and len(x) > 1:\n        return -1\n    return sum(x)",
        "'x': [rng.randint(0, 10**5) for _ in range(4)]",
    ),
    "nothing there": ("if not x:\n        return -1\n    return len(x) + y", "'x': 'a' * rng.randint(1, 9)"),
}


@pytest.mark.parametrize("name", RARE)
def test_a_rare_branch_is_reached(name):
    body, draws = RARE[name]
    generator = f"def input_generator(rng):\n    return {{{draws}, 'y': rng.randint(1, 10**5)}}"
    asked = function(f"def f(x, y):\n    {body}\n", generator)
    with Sandbox(Limits(cpu_s=0.5, memory_mb=512), workers=1) as box:
        (natural,) = shard([asked], box, load("execute.heldout_pairs=0").execute)
        (procedural,) = shard(
            [function(asked.code, generator, kind="procedural")], box, load("execute.heldout_pairs=0").execute
        )
    assert -1 in [pair.output for pair in natural.pairs]
    assert -1 not in [pair.output for pair in procedural.pairs]
