"""The certificate: what a second run under another clock, seed, order and process finds out."""

import pytest

from codeio.sandbox import Call, Limits, Sandbox
from codeio.sandbox.box import agree
from tests.test_sandbox_box import box, f  # noqa: F401  (fixture)


@pytest.mark.parametrize(
    ("before", "body", "agrees"),
    [
        ("", "return x * 2", True),
        ("import random", "return random.Random(x).random()", True),
        ("import random", "return x + random.random()", False),
        ("import numpy", "return numpy.random.rand()", False),
        ("import time", "return int(time.time()) // 3600", False),
        ("import datetime", "return datetime.date.today().isoformat()", False),
        ("from datetime import datetime as d", "return d.now().year", False),
        ("", "return list({str(x), 'a', 'b', 'c', 'd', 'e'})", False),
        ("seen = []", "seen.append(x); return len(seen)", False),
        ("", "return sorted({str(x), 'a', 'b'})", True),
        ("", "return hash(str(x))", False),
        ("", "return id(object()) if x > 5 else x", False),
        ("import os", "return os.urandom(4).hex()", False),
        ("import uuid", "return str(uuid.uuid4())", False),
        ("import secrets", "return secrets.randbelow(10 ** 9)", False),
        ("import os", "return os.getpid()", False),
        ("import time", "return int(time.monotonic()) // 3600", False),
        ("import time", "return time.perf_counter_ns() // 10 ** 13", False),
        ("import time", "return time.clock_gettime_ns(time.CLOCK_REALTIME) // 10 ** 13", False),
        ("import time", "return time.process_time() > 5", True),
        ("import queue", "try: queue.Queue().get(timeout=0.001)\n    except queue.Empty: return x", True),
        ("", "raise ValueError(x)", True),
    ],
)
def test_certificate(box, before, body, agrees):  # noqa: F811
    program = f(body, before)
    calls = box.run(program, [{"x": n} for n in range(8)])
    assert not any(c.status == "died" for c in calls)
    assert all(box.certify(program, calls)) is agrees


@pytest.mark.parametrize(
    "body",
    ["import random; return random.Random().random()", "import os; return os.urandom(4).hex()",
     "import uuid; return str(uuid.uuid4())", "import secrets; return secrets.randbelow(10**9)",
     "import random; random.seed(); return random.random()", "import random; return random.SystemRandom().random()",
     "import numpy; return float(numpy.random.default_rng().random())"],
)  # fmt: skip
def test_chance_is_the_same_every_day_and_another_under_another_seed(body):
    """Else whether a certificate is given were itself a matter of chance."""
    seen = []
    for number in (0, 0, 1):
        with Sandbox(Limits(cpu_s=5.0), workers=1) as fresh:
            (call,) = fresh.run(f(body), [{"x": 1}], seed=number)
            seen.append((call.status, call.output))
    assert seen[0] == seen[1] != seen[2]
    assert {status for status, _ in seen} == {"ok"}


def test_a_compiled_module_that_knows_the_real_clock_lives_through_the_certificate():
    """pandas, loaded late, builds its classes on those of datetime; `f` is served where nothing is loaded before."""
    program = f(
        "return import_module('pan' + 'das').Timestamp(2020, 1, x + 1).day",
        "from importlib import import_module",
    )
    with Sandbox(Limits(cpu_s=10.0), workers=1) as slow:
        calls = slow.run(program, [{"x": n} for n in range(3)])
        assert [c.output for c in calls] == [1, 2, 3]
        assert all(slow.certify(program, calls))


@pytest.mark.parametrize(
    ("one", "two", "agrees"),
    [(1, 1, True), (1, 1.0, False), (1, True, False), ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True), (0.1, 0.1, True),
     (0.1, 0.1 + 1e-9, False), ([1], [1, 2], False), (2**70, 2**70, True), (None, 0, False)],
)  # fmt: skip
def test_determinism_has_no_tolerance(one, two, agrees):
    assert agree(Call({}, "ok", one), Call({}, "ok", two)) is agrees
    assert not agree(Call({}, "ok", one), Call({}, "exception", one))
    assert not agree(Call({}, "ok", one), Call({}, "ok", one, mutated=True))


def test_certificates_of_many_programs_at_once(box):  # noqa: F811
    stable, wild, none = f("return x"), f("return random.random()", "import random"), f("return 1")
    several = [(p, box.run(p, [{"x": n} for n in range(3)])) for p in (stable, wild)] * 20
    agreed = list(box.certify_all([*several, (none, ())]))
    assert agreed == [(True,) * 3, (False,) * 3] * 20 + [()]
