"""The sandbox's answers: every status from real code, what a call reports, and draws."""

import random
from typing import get_args

import pytest

from codeio.errors import BadInput
from codeio.records import Status
from codeio.sandbox import Draw, Limits, Program, Run, Sandbox

LIMITS = Limits(cpu_s=0.3, memory_mb=256, wall_s=0.3, output_bytes=1000)


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS, workers=1) as box:
        yield box


@pytest.fixture(scope="module")
def wide():
    """A box for outputs of some length."""
    with Sandbox(Limits(cpu_s=0.3, memory_mb=256, output_bytes=10_000), workers=1) as box:
        yield box


def f(body, before=""):
    """A program of one function of x."""
    return Program(f"{before}\ndef f(x):\n    {body}\n", "f")


# Each: the code, and a part of the error that the caller sees.
ENDINGS = {
    "ok": (f("return x + 1"), ""),
    "exception": (f("raise ValueError('no ' + str(x))"), "ValueError: no 1"),
    "timeout_cpu": (f("while True: pass"), "more than 0.3 s of CPU time"),
    "timeout_wall": (f("import time; time.sleep(60)"), "more than 0.3 s without using the CPU"),
    "oom": (f("return len(bytearray(10 << 30))"), "MemoryError"),
    "died": (f("import os; os._exit(3)"), "ended itself with code 3"),
    "too_large": (f("return 'x' * 1001"), "1003 bytes of JSON, the limit is 1000"),
    "not_json": (f("return {x}"), "a set is not JSON"),
    "load_error": (f("return x", "1 / 0"), "ZeroDivisionError"),
    "missing_module": (f("return x", "import no_such_module"), "no_such_module"),
}
ELSEWHERE = {"mismatch", "no_answer", "nondeterministic"}  # what verify and execute conclude from calls


@pytest.mark.parametrize("status", ENDINGS)
def test_ending(box, status):
    program, error = ENDINGS[status]
    (call,) = box.run(program, [{"x": 1}])
    assert (call.status, call.input) == (status, {"x": 1})
    assert error in call.error
    assert call.output == (2 if status == "ok" else None)


def test_endings_are_all_there_are():
    assert {*ENDINGS, "engine_error"} | ELSEWHERE == set(
        get_args(Status)
    )  # engine_error: test_sandbox_box.py


@pytest.mark.parametrize(
    ("program", "status", "error"),
    [
        (f("return float('nan')"), "not_json", "ValueError"),
        (f("return [float('inf')]"), "not_json", "ValueError"),
        (f("return {(1, 2): 3}"), "not_json", "keys must be"),
        (f("return {1: 2, '1': 3}"), "not_json", "two keys of a dict"),
        (f("return '\\ud800'"), "not_json", "surrogates"),
        (f("a = []; a.append(a); return a"), "not_json", "Circular"),
        (f("return 10 ** 5000"), "not_json", "4300"),
        (f("import no_such_module"), "missing_module", "no_such_module"),
        (Program("def g(x): return x", "f"), "load_error", "no function f"),
        (Program("f = 3", "f"), "load_error", "no function f"),
        (Program("def f(x: return x", "f"), "load_error", "SyntaxError"),
        (Program("'\ud800'\ndef f(x): return x", "f"), "load_error", "surrogates"),
        pytest.param(f("return x", "while True: pass"), "load_error", "timeout_cpu", marks=pytest.mark.full),
        (f("return x", "import sys; sys.exit(0)"), "load_error", "SystemExit"),
        (f("raise ValueError('\\ud800 half a pair')"), "exception", "ValueError: ? half a pair"),
        (f("return x", "raise ValueError('\\ud800 half a pair')"), "load_error", "ValueError: ? half a pair"),
        (f("return y"), "exception", "NameError: name 'y' is not defined"),
        (f("raise SystemExit(0)"), "exception", "SystemExit: 0"),
        (f("raise KeyboardInterrupt"), "exception", "KeyboardInterrupt"),
        (f("return f(x)"), "exception", "RecursionError"),
        (Program("def f(): return 1", "f"), "exception", "TypeError: f() got an unexpected keyword argument"),
        (Program("class E(Exception):\n def __str__(self): raise OSError\ndef f(x): raise E", "f"), "exception", "E"),
        (f("import os; os.kill(os.getpid(), 9)"), "exception", "PermissionError"),
        (f("import ctypes; ctypes.string_at(0)"), "died", "SIGSEGV"),
    ],
)  # fmt: skip
def test_special_endings(wide, program, status, error):
    (call,) = wide.run(program, [{"x": 1}])
    assert call.status == status
    assert error in call.error


def test_outputs_are_json_values(box):
    program = f("return {'t': (1, 2), 3: None, True: 1.5, 'e': 'é', 'n': 2 ** 70, 'z': -0.0}")
    (call,) = box.run(program, [{"x": 0}])
    assert call.output == {"t": [1, 2], "3": None, "true": 1.5, "e": "é", "n": 2**70, "z": 0.0}


def test_input_is_as_it_was_before_the_call(box):
    program = f("x.append(1); return x")
    one, two = box.run(program, [{"x": [3]}, {"x": []}])
    assert (one.input, one.output, one.mutated) == ({"x": [3]}, [3, 1], True)
    assert (two.input, two.output) == ({"x": []}, [1])
    assert not box.run(f("return x + [1]"), [{"x": [3]}])[0].mutated
    assert box.run(f("x.append({1})"), [{"x": []}])[0].mutated


@pytest.mark.parametrize("given", [{"x": float("nan")}, {"x": {1}}, {"x": [object()]}])
def test_input_that_is_no_json_is_refused(box, given):
    with pytest.raises(BadInput, match="not JSON"):
        box.run(f("return 1"), [given])


def test_no_inputs_no_calls(box):
    assert box.run(f("return 1"), []) == ()


def test_error_has_no_path_and_no_address(box):
    (call,) = box.run(f("open('/no/such/place/file.txt')"), [{"x": 1}])
    assert "'file.txt'" in call.error
    assert "place" not in call.error
    (call,) = box.run(f("raise ValueError(object())"), [{"x": 1}])
    assert call.error == "ValueError: <object object at 0x>"


def test_a_death_costs_only_its_own_call(box):
    program = f("import os\n    if x in (1, 3): os._exit(0)\n    return x")
    calls = box.run(program, [{"x": n} for n in range(5)])
    assert [c.status for c in calls] == ["ok", "died", "ok", "died", "ok"]
    assert [c.output for c in calls] == [0, None, 2, None, 4]


def test_a_program_that_keeps_dying_is_given_up(box):
    calls = box.run(f("import os; os._exit(0)"), [{"x": n} for n in range(6)])
    assert [c.status for c in calls] == ["died"] * 6
    assert "not run" in calls[3].error
    assert "not run" not in calls[2].error


def test_a_sleeper_in_the_middle(box):
    program = f("import time\n    if x == 1: time.sleep(60)\n    return x")
    calls = box.run(program, [{"x": n} for n in range(3)])
    assert [c.status for c in calls] == ["ok", "timeout_wall", "ok"]


LEFT = """
import builtins, os, sys, math
def f(x):
    seen = [hasattr(builtins, "mark"), "MARK" in os.environ, math.pi == 3, "mark" in sys.modules]
    builtins.mark = os.environ["MARK"] = sys.modules["mark"] = "x"
    math.pi = 3
    return seen
"""


def test_nothing_is_left_for_the_next_job(box):
    for _ in range(2):
        assert box.run(Program(LEFT, "f"), [{"x": 0}])[0].output == [False] * 4


EXITS = """
import atexit, threading, time
def spin():
    while True: pass
class A:
    def __del__(self): spin()
keep = A()
atexit.register(spin)
def f(x):
    threading.Thread(target=time.sleep, args=(60,)).start()
    return x
"""


def test_threads_do_not_hold_a_job_and_exit_hooks_do_not_run(box):
    task = box.submit(Run(Program(EXITS, "f"), ({"x": 5},)))
    assert task.future.result().calls[0].output == 5
    assert task.cpu < LIMITS.cpu_s  # a hook that ran would have used it up
    assert box.run(f("return x + 1"), [{"x": 5}])[0].output == 6


def drawn(box, generator, code="return x * 2", **more):
    job = Draw(f(code), generator, **{"draws": 50, "want": 5, "seed": 1, **more})
    return box.submit(job).future.result()


INTS = "def input_generator(rng): return {'x': rng.randint(0, 99)}"


def test_draw(box):
    one = drawn(box, INTS)
    assert one == drawn(box, INTS)
    assert one != drawn(box, INTS, seed=2)
    assert len({c.input["x"] for c in one.calls}) == len(one.calls) == 5
    assert all(c.output == 2 * c.input["x"] for c in one.calls)
    few = drawn(box, "def input_generator(rng): return {'x': rng.choice([1, 2])}")
    assert sorted(c.input["x"] for c in few.calls) == [1, 2]
    assert len(drawn(box, INTS, draws=3).calls) == 3


def test_of_a_thousand_draws_the_first_distinct_ones_are_kept(box):
    generator = "def input_generator(rng): return {'x': rng.choice([*range(150)] + [{1}])}"
    rng, first = random.Random(1), {}
    for _ in range(1000):
        first[rng.choice([*range(150), -1])] = None
    first.pop(-1)
    assert len(first) == 150
    kept = [c.input["x"] for c in drawn(box, generator, draws=1000, want=200).calls]
    assert kept == list(first)
    assert [c.input["x"] for c in drawn(box, generator, draws=1000, want=9).calls] == kept[:9]


def test_draw_passes_over_bad_draws(box):
    generator = (
        "def input_generator(rng):\n    n = rng.randint(0, 9)\n    return {'x': n if 1 / (n % 2) else {n}}"
    )
    assert {c.input["x"] % 2 for c in drawn(box, generator).calls} == {1}


@pytest.mark.parametrize(
    ("generator", "code", "failure"),
    [
        ("def input_generator(rng): return 1 / 0", "return x", "ZeroDivisionError"),
        ("def input_generator(rng): return 3", "return x", "not a dict"),
        ("def input_generator(rng): return {'x': {1}}", "return x", "a set is not JSON"),
        ("def other(rng): return {}", "return x", "no function input_generator"),
        ("import os; os._exit(0)", "return x", "the generator: the process ended itself"),
        ("def input_generator(rng):\n    while True: pass", "return x", "timeout_cpu"),
        (INTS, "return x return", "load_error: SyntaxError"),
    ],
)
def test_draw_that_fails_says_why(box, generator, code, failure):
    result = drawn(box, generator, code)
    assert failure in result.failure
    assert result.calls == ()


def test_drawn_inputs_that_keep_timing_out_are_given_up(box):
    statuses = [c.status for c in drawn(box, INTS, "while True: pass", want=9).calls]
    assert statuses == ["timeout_cpu"] * 3
