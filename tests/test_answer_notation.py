"""Notation: every step with its values, a loop's elements listed behind the letters of their rounds."""

import pytest

from codeio.answer.notation import alike, show
from codeio.sandbox import Sandbox
from tests.answering import LIMITS, answered, pose

SUMMED = "def f(xs):\n    t = 1\n    for x in xs:\n        if x > 3:\n            t += x\n    return t\n"
TURNED = "def f(s):\n    r = ''\n    for c in s[::-1]:\n        if c in 'bc':\n            r += c * 2\n    return r\n"
COUNTED = "def f(n):\n    t = 0\n    for i in range(1, n + 1):\n        t += i\n    return t\n"
NUMBERED = "def f(xs):\n    t = 0\n    for i, x in enumerate(xs):\n        if x > i:\n            t += 1\n    return t"
LONG = "def f(xs):\n    t = 0\n    for x in xs:\n        t = x\n    return t\n"


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.mark.parametrize(
    ("code", "given", "told"),
    [
        (
            SUMMED,
            {"xs": [5, 1, 4]},
            'xs=[5,1,4]\nt=1 A5 B1 C4\nA5 5>3 T t=1+5=6\nB1 1>3 F\nC4 4>3 T t=6+4=10\n{"output":10}',
        ),
        (SUMMED, {"xs": []}, 'xs=[]\nt=1\n{"output":1}'),
        (
            TURNED,
            {"s": "ab"},
            's=ab\nr="" Ab Ba\nAb b in bc T b*2=bb r=bb\nBa a in bc F\n{"output":"bb"}',
        ),
        (COUNTED, {"n": 2}, 'n=2\nt=0 A1 B2\nA1 t=0+1=1\nB2 t=1+2=3\n{"output":3}'),
        (NUMBERED, {"xs": [0, 4]}, 'xs=[0,4]\nt=0 A0,0 B1,4\nA0,0 0>0 F\nB1,4 4>1 T t=0+1=1\n{"output":1}'),
        (
            LONG,
            {"xs": [7] * 13},
            "xs=["
            + ",".join("7" * 13)
            + "]\nt=0\n"
            + "".join(f"{c}7 t=7\n" for c in "ABCDEFGHIJKLM")
            + '{"output":7}',
        ),
    ],
)
def test_an_output_is_told_step_by_step(box, code, given, told):
    (output, _) = pose(box, code, [given])
    (one,) = answered([output], box, "teacher=trace")
    assert one.gold == told


PICKED = "def f(xs, k):\n    r = []\n    for x in xs[1:]:\n        r.append(x + k)\n    return r\n"
ASKED_TWICE = "def f(xs):\n    t = len(xs)\n    for x in xs:\n        t += x\n    return t\n"
NESTED = "def f(n):\n    t = 0\n    for i in range(2):\n        for j in range(n):\n            t += j\n    return t\n"


@pytest.mark.parametrize(
    ("code", "given", "told"),
    [
        (
            SUMMED,
            {"xs": [5, 4]},
            'f=10\nt=1\nA5 5>3 T t=1+5=6\nB4 4>3 T t=6+4=10\nf=10\n{"input":{"xs":[5,4]}}',
        ),
        (COUNTED, {"n": 2}, 'f=3\nt=0\nA1 t=0+1=1\nB2 t=1+2=3\nf=3\n{"input":{"n":2}}'),
        (
            PICKED,
            {"xs": [0, 4], "k": 2},
            'f=[6] k=2\nr=[]\nA4 4+2=6 r=[6]\nf=[6]\n{"input":{"xs":[0,4],"k":2}}',
        ),
        (
            ASKED_TWICE,
            {"xs": [4]},
            'f=5 xs=[4]\nlen(xs)=1 t=1 A4\nA4 t=1+4=5\nf=5\n{"input":{"xs":[4]}}',
        ),
        (
            NESTED,
            {"n": 2},
            "f=2 n=2\nt=0 A0 B1\nA0 A0 B1\nAA0 t=0+0=0\nAB1 t=0+1=1\nB1 A0 B1\nBA0 t=1+0=1\nBB1 t=1+1=2\n"
            'f=2\n{"input":{"n":2}}',
        ),
    ],
)
def test_an_input_is_found_in_the_rounds_that_run_over_it(box, code, given, told):
    (_, wanted) = pose(box, code, [given])
    (one,) = answered([wanted], box, "teacher=trace")
    assert one.gold == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("ab", "ab"),
        ("", '""'),
        ("a b", '"a b"'),
        ("12", '"12"'),
        ("é", '"é"'),
        ([1, "a"], '[1,"a"]'),
        (None, "null"),
    ],
)
def test_only_a_word_stands_without_quotes(value, told):
    assert show(value) == told


@pytest.mark.parametrize(("one", "other"), [("true", True), ("null", None), ("1", 1)])
def test_a_word_is_never_taken_for_another_kind_of_value(one, other):
    assert not alike(one, other)


def test_steps_that_show_addresses_are_not_told(box):
    code = "def f(x):\n    seen = {id(x): x}\n    return seen[id(x)] + 1\n"
    found = answered(pose(box, code, [{"x": 3}]), box, "teacher=trace")
    assert {one.reason for one in found} == {"steps differ from run to run"}
