"""Revise: further turns for what is wrong, verified again, and counted."""

import msgspec
import pytest

from codeio import prompting, values
from codeio.revise import measure
from codeio.sandbox import Sandbox
from tests.answering import LIMITS, many, revised


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS) as box:
        yield box


@pytest.fixture(scope="module")
def problems(box):
    return many(box, 60)


@pytest.fixture(scope="module")
def slipped(problems, box):
    return revised(problems, box, "teacher=slip")


def test_no_wrong_prediction_is_repeated(slipped):
    for one in slipped:
        said = [values.canonical(msgspec.json.decode(t.main.response.split("\n")[-1])) for t in one.turns]
        assert len(set(said)) == len(said)


def test_turns_end_with_the_first_right_one(slipped):
    for one in slipped:
        assert not any(turn.correct for turn in one.turns[:-1])
        assert one.turns[-1].correct or len(one.turns) == 3


def test_same_answers_whatever_the_company(problems, box, slipped):
    function = problems[40].function
    alone = revised([one for one in problems if one.function == function], box, "teacher=slip")
    assert alone == [one for one in slipped if one.function == function]


def test_measure_counts_turns_and_operators(slipped):
    found = measure(iter(slipped))
    assert found["turns"]["turn_0"]["answers"] == len(slipped)
    assert found["slips"]["none"]["right"] == found["slips"]["none"]["answers"]
    wrong = next(one for one in slipped if not one.turns[0].correct)
    asked = prompting.again(wrong.turns[0].main.verdict, wrong.predict, "ask")
    assert wrong.turns[0].main.verdict.feedback in asked
    assert "must not be repeated" in asked
