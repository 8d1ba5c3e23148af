"""Verdicts: what is right, and what the feedback says of every way to be wrong."""

import pytest

from codeio.sandbox import Sandbox
from codeio.verify import verdicts
from tests.answering import LIMITS, pose

CODE = """
def f(xs, k):
    if k == 99:
        while True:
            pass
    if k == 98:
        return {1}
    return [x // k for x in xs]
"""


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS, workers=1) as box:
        yield box


@pytest.fixture(scope="module")
def problems(box):
    output, given = pose(box, CODE, [{"xs": [4, 6], "k": 2}])
    return {"output": output, "input": given}


@pytest.mark.parametrize(
    ("predict", "response", "status", "said"),
    [
        ("output", 'so it is\n{"output": [2, 3]}', "ok", "right"),
        ("output", '{"output": [2.0, 3]}', "ok", "right"),
        (
            "output",
            '{"output": [2, 4]}',
            "mismatch",
            'output [2,4] is wrong for the input {"xs":[4,6],"k":2}',
        ),
        ("output", '{"output": "[2, 3]"}', "mismatch", 'output "[2, 3]" is wrong'),
        ("output", "it is [2, 3]", "no_answer", "does not end with a JSON object"),
        ("output", '{"input": {}}', "no_answer", 'has no field "output"'),
        ("output", "", "no_answer", "does not end with a JSON object"),
        ("input", '{"input": {"xs": [4, 6], "k": 2}}', "ok", "right"),
        ("input", '{"input": {"xs": [5, 7], "k": 2}}', "ok", "right"),
        ("input", '{"input": {"xs": [4, 6], "k": 1}}', "mismatch", "with it the output is [4,6], not [2,3]"),
        ("input", '{"input": {"xs": [4], "k": 0}}', "exception", "the code raises ZeroDivisionError"),
        ("input", '{"input": {"ys": [4]}}', "exception", "the code raises TypeError"),
        ("input", '{"input": [4, 6]}', "no_answer", "is not an object of arguments"),
        ("input", '{"input": {"xs": [4], "k": 99}}', "timeout_cpu", "within its limits"),
        ("input", '{"input": {"xs": [4], "k": 98}}', "not_json", "not a JSON value"),
    ],
)
def test_verdict(box, problems, predict, response, status, said):
    (verdict,) = verdicts([(problems[predict], response)], box, 5000)
    assert (verdict.status, verdict.correct) == (status, status == "ok")
    assert said in verdict.feedback


def test_many_in_their_order(box, problems):
    rows = [
        (problems["input"], f'{{"input": {{"xs": [{2 * a}, {2 * b}], "k": 2}}}}')
        for a in range(5)
        for b in range(5)
    ]
    found = verdicts(rows, box, 5000)
    assert [v.correct for v in found] == [(a, b) == (2, 3) for a in range(5) for b in range(5)]


def test_feedback_is_json_not_python(box):
    code = "def f(a):\n    return [not a, None, 'x']"
    output, _ = pose(box, code, [{"a": True}])
    (verdict,) = verdicts([(output, '{"output": [true, null, "x"]}')], box, 5000)
    assert verdict.feedback.startswith(
        'The predicted output [true,null,"x"] is wrong for the input {"a":true}'
    )


def test_long_values_are_cut(box):
    output, _ = pose(box, "def f(a):\n    return a", [{"a": "y"}])
    (verdict,) = verdicts([(output, '{"output": "' + "z" * 5000 + '"}')], box, 5000)
    assert len(verdict.feedback) < 800


def test_a_right_answer_after_many_that_kill_their_process(box):
    code = "import os\ndef f(a):\n    if a < 5: os._exit(1)\n    return a // 10"
    given = pose(box, code, [{"a": 15}], kind="natural")[1]
    found = verdicts([(given, f'{{"input": {{"a": {a}}}}}') for a in (0, 1, 2, 3, 4, 15, 17)], box, 5000)
    assert [v.status for v in found] == ["died"] * 5 + ["ok"] * 2
    assert all("not run" not in v.feedback for v in found)
