"""The plainest input: executed, never larger than the pair's own, and the pair's own where nothing plainer works."""

import pytest

from codeio.answer.plainest import plainer, plainest
from codeio.sandbox import Sandbox
from codeio.values import same
from codeio.verify import verdicts
from tests.answering import LIMITS, answered, many, pose

KEPT = "def f(xs):\n    return [x for x in xs if x > 4]\n"
TOTAL = "def f(s, n):\n    return len(s) + n\n"
HANGS = "def f(n):\n    while n == 1:\n        pass\n    if n == 2:\n        raise ValueError(n)\n    return n > 0\n"


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.mark.parametrize(
    ("code", "given", "found"),
    [
        (KEPT, {"xs": [1, 7, 2, 8]}, {"xs": [7, 8]}),
        (KEPT, {"xs": [7, 7]}, {"xs": [7, 7]}),
        (TOTAL, {"s": "ab", "n": 3}, {"s": "ab", "n": 3}),
        ("def f(n):\n    return n >= 3\n", {"n": 9}, {"n": 3}),
        ("def f(flag):\n    return 1\n", {"flag": True}, {"flag": True}),
        ("def f(x):\n    return 1\n", {"x": {"a": [1, 2]}}, {"x": {"a": [1, 2]}}),
        (HANGS, {"n": 5}, {"n": 3}),
    ],
)
def test_the_plainest_of_what_gives_the_output(box, code, given, found):
    (_, wanted) = pose(box, code, [given])
    assert plainest([wanted], box, 2000) == {wanted.id: found}


def test_plainer_ones_come_shortest_first_and_without_the_input_itself():
    tried = plainer({"xs": [3, 5], "n": 2})
    assert tried[0] == {"xs": [], "n": 2}
    assert {"xs": [3, 5], "n": 2} not in tried
    assert {"xs": [3, 5], "n": 0} in tried
    assert list(map(len, map(str, tried))) == sorted(map(len, map(str, tried)))


def test_long_sequences_are_left_as_they_are():
    assert plainer({"xs": list(range(9)), "s": "abcdefg"}) == []


def test_right_answers_are_right_and_no_longer_than_the_pairs_own(box):
    problems = many(box, 30)
    told = answered(problems, box, "teacher=trace")
    wanted = [one for one in told if one.predict == "input"]
    assert wanted
    assert all(verdict.correct for verdict in verdicts([(one, one.gold) for one in wanted], box, 20_000))
    own = plainest(wanted, box, 2000)
    assert sum(not same(own[one.id], one.wanted) for one in wanted) > len(wanted) // 5
    assert all(len(str(own[one.id])) <= len(str(one.wanted)) for one in wanted)
