"""Answer: gold, first turns, simulated slips; all figures from real execution."""

from collections import Counter

import msgspec
import pytest

import codeio.answer.__main__ as answer
from codeio.answer.audit import false_claims
from codeio.answer.teach import teacher
from codeio.errors import BadParams
from codeio.params import load
from codeio.records import Dropped, Problem
from codeio.sandbox import Sandbox
from codeio.sandbox.cache import Cache
from tests.answering import LIMITS, answered, many, pose, revised


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.fixture(scope="module")
def problems(box):
    return many(box, 150)


@pytest.fixture(scope="module")
def slipped(problems, box):
    return revised(problems, box, "teacher=slip")


def test_every_procedural_problem_can_be_told_and_the_trace_teacher_is_right(problems, box):
    found = revised(problems, box, "teacher=trace")
    assert [one.id for one in found] == [one.id for one in problems]
    assert all(len(one.turns) == 1 and one.turns[0].correct for one in found)
    assert all(one.turns[0].main.response == one.gold for one in found)
    assert not [one.gold for one in found if false_claims(one.gold)]


def test_a_second_teacher_finds_the_golds_told(problems, box, tmp_path, monkeypatch):
    some = problems[:40]
    fresh = {name: answered(some, box, f"teacher={name}") for name in ("trace", "slip")}
    with Cache(tmp_path / "calls.sqlite", box, 1 << 24) as cache:
        assert answered(some, box, "teacher=trace", cache=cache) == fresh["trace"]
        monkeypatch.setattr(answer, "golds", None)  # who tells them again fails
        assert answered(some, box, "teacher=slip", cache=cache) == fresh["slip"]
        with pytest.raises(TypeError):
            answered(some[:-1], box, "teacher=slip", cache=cache)


def test_responses_end_with_the_answer_as_json(slipped):
    for one in slipped:
        for turn in one.turns:
            last = turn.main.response.strip().split("\n")[-1]
            assert one.predict in msgspec.json.decode(last)


def test_slips_come_at_the_rate_of_params(slipped):
    first = sum(one.turns[0].correct for one in slipped) / len(slipped)
    assert 0.45 < first < 0.58
    later = [one for one in slipped if len(one.turns) > 1]
    assert 0.05 < sum(one.turns[1].correct for one in later) / len(later) < 0.3


def test_a_named_slip_is_wrong_and_a_wrong_answer_names_its_slip(slipped):
    for one in slipped:
        for turn in one.turns:
            assert turn.correct == (turn.main.slip == "")


def test_many_operators_slip(slipped):
    names = Counter(turn.main.slip for one in slipped for turn in one.turns)
    assert len(names) >= 8


def test_no_slips_is_the_trace_teacher(problems, box):
    settings = ("answer.slip.right_first=1.0", "teacher=slip")
    assert answered(problems[:80], box, *settings) == answered(problems[:80], box, "teacher=trace")


def test_held_out_problems_pass_through(problems, box):
    held = [msgspec.structs.replace(one, split="constants") for one in problems[:6]]
    assert answered(held, box) == held


def test_what_cannot_be_told_is_dropped_with_the_reason(box):
    code = "def f(n):\n    t = 0\n    for i in range(n):\n        t += i\n    return t"
    long = pose(box, code, [{"n": 3}, {"n": 900}])
    for style, most in (("notation", "answer.max_trace_lines=400"), ("english", "answer.max_lines=1000")):
        found = answered(long, box, f"answer.style={style}", most)
        assert [type(one) for one in found] == [Problem, Problem, Dropped, Dropped]
        assert {one.reason for one in found[2:]} == {"trace too long"}


def test_an_unknown_teacher_is_refused():
    with pytest.raises(BadParams, match="did you mean trace"):
        teacher(load("teacher=trac"), None)


def test_no_slip_shows_an_address(box):
    """The mutants that take the other branch give one, and it is another in each run."""
    code = "def f(n):\n    if n >= 0:\n        return str(n + 1)\n    return repr(object())\n"
    found = revised(
        pose(box, code, [{"n": n} for n in range(8)]), box, "teacher=slip", "answer.slip.right_first=0"
    )
    assert found
    assert not [turn for one in found for turn in one.turns if "0x" in turn.main.response]
