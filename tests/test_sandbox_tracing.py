"""What a call did: lines and arcs counted, traces whole, sampled and cut at the budget."""

import pytest

from codeio.sandbox import Limits, Program, Run, Sandbox, Trace


@pytest.fixture(scope="module")
def box():
    with Sandbox(Limits(cpu_s=0.3, memory_mb=256, wall_s=0.3, output_bytes=1000), workers=1) as box:
        yield box


def f(body):
    """A program of one function of x."""
    return Program(f"\ndef f(x):\n    {body}\n", "f")


BRANCH = f("if x > 1:\n        x -= 1\n    return x")


def test_lines_and_arcs(box):
    one, two = box.submit(Run(BRANCH, ({"x": 1}, {"x": 5}), count=True)).future.result().calls
    assert (one.output, one.lines, one.arcs) == (1, 2, ((0, 3, 1), (3, 5, 1), (5, 0, 1)))
    assert (two.output, two.lines, two.arcs) == (4, 3, ((0, 3, 1), (3, 4, 1), (4, 5, 1), (5, 0, 1)))
    (plain,) = box.run(BRANCH, [{"x": 1}])
    assert (plain.lines, plain.arcs) == (-1, ())


@pytest.mark.parametrize("swallow", [False, True])
def test_line_budget(box, swallow):
    loop = "for i in range(x): pass"
    body = f"try:\n        {loop}\n    except Exception: return 'caught'" if swallow else loop
    few, many = box.run(f(body), [{"x": 3}, {"x": 10**6}], count=True, max_lines=50)
    assert (few.status, few.truncated) == ("ok", False)
    assert (many.status, many.truncated) == ("timeout_cpu", True)
    assert many.error == "more than 50 executed lines"


TRACED = Program("def g(y):\n    return y * 2\n\ndef f(x):\n    a = g(x)\n    return [a]\n", "f")


def test_trace(box):
    (call,) = box.submit(Trace(TRACED, ({"x": 3},), max_lines=100)).future.result().calls
    assert call.output == [6]
    assert [(e.kind, e.name, e.line, e.depth, e.changes, e.value) for e in call.events] == [
        ("call", "f", 4, 0, {"x": 3}, None),
        ("line", "f", 5, 0, {}, None),
        ("call", "g", 1, 1, {"y": 3}, None),
        ("line", "g", 2, 1, {}, None),
        ("return", "g", 2, 1, {}, 6),
        ("line", "f", 6, 0, {"a": 6}, None),
        ("return", "f", 6, 0, {}, [6]),
    ]


def test_trace_of_an_exception_and_of_values_that_are_no_json(box):
    program = f("s = iter([1])\n    raise KeyError(x)")
    (call,) = box.submit(Trace(program, ({"x": 3},), max_lines=100)).future.result().calls
    assert call.status == "exception"
    assert [e.changes for e in call.events if e.changes] == [{"x": 3}, {"s": {"~": "list_iterator"}}]
    assert [e.value for e in call.events if e.kind == "exception"] == ["KeyError: 3"]
    assert not any(e.kind == "return" for e in call.events)  # it unwound


HOLDS = {
    "{3, 1, 2}": {"~": "set", "of": [1, 2, 3]},
    "{(2, 1), (1, 2)}": {"~": "set", "of": [[1, 2], [2, 1]]},
    "collections.deque([1, 2])": {"~": "deque", "of": [1, 2]},
    "collections.Counter('aab')": {"~": "Counter", "of": {"a": 2, "b": 1}},
    "[{1}, 2]": {"~": "list", "of": [{"~": "set", "of": [1]}, 2]},
    "Node(1, Node(2, None))": {
        "~": "Node",
        "has": {"v": 1, "next": {"~": "Node", "has": {"v": 2, "next": None}}},
    },
    "types.SimpleNamespace(a=1)": {"~": "SimpleNamespace", "has": {"a": 1}},
    "{object()}": {"~": "set"},
    "set(range(100))": {"~": "set"},
    "open": {"~": "builtin_function_or_method"},
}
NODE = """import collections, types
class Node:
    def __init__(self, v, next):
        self.v, self.next = v, next
    def __getattr__(self, name):
        raise KeyError(name)
"""


@pytest.mark.parametrize("made", HOLDS)
def test_trace_looks_into_containers_and_objects_of_the_program(box, made):
    program = Program(f"{NODE}def f(x):\n    made = {made}\n    return x", "f")
    (call,) = box.submit(Trace(program, ({"x": 3},), max_lines=100)).future.result().calls
    seen = {name: value for e in call.events if e.name == "f" for name, value in e.changes.items()}
    assert seen["made"] == HOLDS[made]


def test_trace_keeps_what_came_before_the_budget(box):
    program = f("while True:\n        x += 1")
    (call,) = box.submit(Trace(program, ({"x": 0},), max_lines=40)).future.result().calls
    assert (call.status, call.truncated) == ("timeout_cpu", True)
    assert sum(e.kind == "line" for e in call.events) == 40


def test_a_sampled_trace_counts_the_lines_that_it_leaves_out(box):
    code = "def g(y):\n    return y\n\ndef f(x):\n    s = 0\n    for i in range(x):\n        s += g(i)\n    return s\n"
    job = Trace(Program(code, "f"), ({"x": 50},), max_lines=1000, often=3)
    (call,) = box.submit(job).future.result().calls
    assert (call.output, call.lines) == (1225, 153)
    own = [e for e in call.events if e.name == "f"]
    assert [(e.kind, e.line) for e in own if e.kind != "line"] == [("call", 4), ("skipped", 6), ("return", 8)]
    (gap,) = (e for e in own if e.kind == "skipped")
    assert gap.value == {"6": 48, "7": 47}
    assert gap.changes == {"s": 3}  # what the last told line did; the rest shows in the next event
    assert own[own.index(gap) + 1].changes == {"s": 1225, "i": 49}
    assert sum(e.kind == "return" for e in call.events if e.name == "g") == 3


def test_a_sampled_trace_of_exceptions_and_generators(box):
    code = (
        "def g(n):\n    for i in range(n):\n        yield i\n\ndef h(i):\n    if i % 2:\n        raise ValueError(i)\n"
        "    return i\n\ndef f(x):\n    bad = 0\n    for i in g(x):\n        try:\n            h(i)\n"
        "        except ValueError:\n            bad += 1\n    return bad\n"
    )
    whole, some = (
        box.submit(Trace(Program(code, "f"), ({"x": 40},), max_lines=1000, often=often))
        .future.result()
        .calls[0]
        for often in (0, 2)
    )
    assert (
        (some.output, some.lines, some.arcs)
        == (whole.output, whole.lines, whole.arcs)
        == (20, whole.lines, whole.arcs)
    )
    assert {e.depth for e in some.events if e.name == "f"} == {0}
    told = sum(e.kind == "line" for e in some.events)
    hidden = sum(sum(e.value.values()) for e in some.events if e.kind == "skipped" and e.name == "f")
    assert told + hidden <= some.lines
    assert len(some.events) < len(whole.events) / 4
