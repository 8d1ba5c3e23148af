"""Verdicts: what is right, and what the feedback says of every way to be wrong."""

import re
from typing import get_args

import pytest
from msgspec.structs import replace

from codeio.errors import EngineError
from codeio.records import Status
from codeio.sandbox import Call, Limits, Sandbox
from codeio.verify import judge, verdicts
from tests.answering import LIMITS, pose

ENDINGS = """
import os, time
def f(k):
    if k == "exception": raise ValueError(f"no {object()} in '/etc/secret/place.txt'")
    if k == "missing_module": import no_such_module
    if k == "timeout_cpu": sum(iter(int, 1))
    if k == "lines":
        while k: k += "."
    if k == "timeout_wall": time.sleep(60)
    if k == "oom": return len(bytearray(10 << 30))
    if k == "died": os._exit(3)
    if k == "too_large": return "x" * 3000
    if k == "not_json": return {1}
    return k
"""
SAID = {
    "ok": "is right",
    "mismatch": 'the output is "mismatch", not "ok"',
    "exception": "raises ValueError: no <object object at 0x> in 'place.txt'",
    "missing_module": "raises ModuleNotFoundError: No module named 'no_such_module'",
    "timeout_cpu": "within its limits (more than 0.5 s of CPU time)",
    "lines": "within its limits (more than 5000 executed lines)",
    "timeout_wall": "within its limits (more than 1 s without using the CPU)",
    "oom": "within its limits (MemoryError: more than 256 MB of memory)",
    "died": "within its limits (the process ended itself with code 3)",
    "too_large": "size that was asked for (3002 bytes of JSON, the limit is 2000)",
    "not_json": "(TypeError: a set is not JSON)",
}
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


@pytest.fixture(scope="module")
def narrow():
    with Sandbox(Limits(cpu_s=0.5, memory_mb=256, wall_s=1.0, output_bytes=2000), workers=1) as box:
        yield box


@pytest.mark.parametrize("ending", SAID)
def test_feedback_names_the_input_and_what_came_of_it(narrow, ending):
    _, problem = pose(narrow, ENDINGS, [{"k": "ok"}], kind="natural")
    (verdict,) = verdicts([(problem, f'{{"input": {{"k": "{ending}"}}}}')], narrow, 5000)
    assert verdict.status == ("timeout_cpu" if ending == "lines" else ending)
    assert verdict.correct is (ending == "ok")
    assert SAID[ending] in verdict.feedback
    assert ending == "ok" or f'{{"k":"{ending}"}} is wrong' in verdict.feedback
    assert not re.search(r"0x[0-9a-f]|/\w+/|\$", verdict.feedback)


def test_feedback_shows_no_address_that_an_output_holds(narrow):
    code = "def f(k):\n    return [hex(1 << 40), str(object())] if k else 'x'"
    problem = pose(narrow, code, [{"k": 0}], kind="natural")[1]
    (verdict,) = verdicts([(problem, '{"input": {"k": 1}}')], narrow, 5000)
    assert 'with it the output is ["0x10000000000","<object object at 0x>"], not "x"' in verdict.feedback


def test_feedback_of_code_that_does_not_load(narrow):
    _, problem = pose(narrow, "def f(k): return k", [{"k": 1}])
    broken = replace(problem, code="1 / 0\n" + problem.code)
    (verdict,) = verdicts([(broken, '{"input": {"k": 1}}')], narrow, 5000)
    assert verdict.status == "load_error"
    assert "the code raises ZeroDivisionError: division by zero" in verdict.feedback


def test_every_status_has_its_feedback(narrow):
    elsewhere = {
        "no_answer",
        "load_error",
        "engine_error",
        "nondeterministic",
    }  # the last is of pairs, not answers
    assert set(SAID) - {"lines"} | elsewhere == set(get_args(Status))
    _, problem = pose(narrow, "def f(k): return k", [{"k": 1}])
    lost = Call({"k": 2}, "engine_error", error="a sandbox process died")
    with pytest.raises(EngineError, match="a sandbox process died"):
        judge(problem, {"k": 2}, {(problem.code, "f", '{"k":2}'): lost})
