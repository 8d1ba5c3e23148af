"""Which pairs are kept: coverage first, never one above the paper's limits or that disagrees with itself."""

import pytest

from codeio.execute import (
    difficulty,
    gate,
    measure,
    narrowed,
    pairs_of,
    shard,
    unvaried,
    usable,
)  # fmt: skip
from codeio.params import load
from codeio.records import Dropped, Function
from codeio.sandbox import Call, Limits, Sandbox


def call(x, output, arcs=(), status="ok", lines=1):
    return Call(input={"x": x}, status=status, output=output, arcs=tuple(arcs), lines=lines)


INTS = "def input_generator(rng):\n    return {'x': rng.randint(0, 99)}"


def function(code, generator=INTS, **more):
    fields = dict(
        id="ab" * 16, source="s", kind="natural", corpus="c", version="1", path="p.py", lines=(1, 2)
    )
    fields |= dict(sha256="0", licence="MIT", backend="static", code=code, entry="f", generator=generator)
    fields |= dict(statement="", io_description="", tier="code-only", structure="s", split="train")
    return Function(**fields | more)


@pytest.mark.parametrize(
    ("one", "is_usable"),
    [
        (call(1, 2), True),
        (call(1, None), False),
        (call(1, 2, status="exception"), False),
        (call(1, "x" * 200), False),
        (call(1, list(range(30))), False),
        (call(list(range(30)), 1), False),
    ],
)
def test_usable(one, is_usable):
    assert usable(one) is is_usable


@pytest.mark.parametrize(
    ("pool", "tried", "why"),
    [
        ([call(1, 2)], 1, "fewer than two usable pairs"),
        ([call(1, 5), call(2, 5)], 2, "constant output"),
        ([call(n, n > 18) for n in range(20)], 20, "nearly always the same output"),
        ([call(n, n > 16) for n in range(20)], 20, None),
        ([call(1, 1), call(2, 2)], 2, "identity"),
        ([call(1, 3), call(2, 4)], 19, "most inputs fail"),
        ([call(1, 3), call(2, 4)], 3, None),
    ],
)
def test_gate(pool, tried, why):
    assert gate(pool, tried) == why


def test_an_argument_that_works_in_one_way_only():
    drawn = [call(n, 2 * n) for n in range(9)]
    assert narrowed(drawn[1:2] * 2, drawn) == "works for one value of an argument only"
    assert narrowed(drawn[1:3], drawn) is None
    assert narrowed(drawn[1:2] * 2, drawn[:3]) is None


def test_few_results_by_the_same_steps_show_the_same_again():
    assert unvaried([call(n, n > 9) for n in range(30)]) == "few results, and nearly always by the same steps"
    assert unvaried([call(n, n > 9, lines=n % 3) for n in range(30)]) is None
    assert unvaried([call(n, n + 1) for n in range(30)]) is None


def test_pairs_count_new_arcs_and_keep_ids():
    f = function("def f(x): ...")
    pairs = list(
        pairs_of(
            f,
            [call(1, 2, [(1, 2, 1)]), call(2, 3, [(1, 2, 1), (2, 4, 1)]), call(3, 3, [(1, 2, 5)])],
            {(1, 2), (2, 4), (4, 6), (6, 0)},
        )
    )
    assert [p.coverage for p in pairs] == [0.25, 0.5, 0.25]
    assert [p.new_arcs for p in pairs] == [1, 1, 0]
    assert len({p.id for p in pairs}) == 3


def test_difficulty_grows_with_the_trace():
    assert [difficulty(n) for n in (1, 7, 8, 31, 32, 127, 128, 512, 9999)] == [1, 1, 2, 2, 3, 3, 4, 5, 5]


@pytest.fixture(scope="module")
def box():
    with Sandbox(Limits(cpu_s=0.5, memory_mb=512), workers=1) as box:
        yield box


CODES = {
    "good": ("def f(x):\n    if x > 50:\n        return x - 50\n    return x * 2\n", None),
    "mutates": ("def f(x):\n    x.sort()\n    return x[0] if len(x) > 2 else -1\n", None),
    "constant": ("def f(x):\n    return 7\n", "constant output"),
    "identity": ("def f(x):\n    return x\n", "identity"),
    "raises": ("def f(x):\n    return 1 // 0\n", "fewer than two usable pairs"),
    "random": ("import random\ndef f(x):\n    return x + random.randint(0, 10**6)\n", "nondeterministic"),
    "clock": ("import time\ndef f(x):\n    return x + int(time.time())\n", "nondeterministic"),
    "hash seed": ("def f(x):\n    return list({str(x), 'a', 'b', 'c', 'd', 'e'})\n", "nondeterministic"),
    "hangs": ("def f(x):\n    while True: pass\n", "fewer than two usable pairs"),
    "None": ("def f(x):\n    print(x)\n", "fewer than two usable pairs"),
}


@pytest.mark.parametrize("name", CODES)
def test_real_runs(box, name):
    code, why = CODES[name]
    numbers = (
        "def input_generator(rng):\n    return {'x': [rng.randint(0, 99) for _ in range(rng.randint(1, 5))]}"
    )
    asked = function(code, numbers) if name == "mutates" else function(code)
    (got,) = shard(
        [asked], box, load("execute.pairs=6", "execute.heldout_pairs=2", "execute.draws=20").execute
    )
    if why:
        assert isinstance(got, Dropped)
        assert got.reason == why
    else:
        assert len(got.pairs) == 8
        assert [p.heldout for p in got.pairs] == [False] * 6 + [True] * 2
        assert got.arc_cover == 1.0
        assert got.pairs[0].coverage > 0
        assert all(p.difficulty == difficulty(p.lines) for p in got.pairs)
        tags = ("case analysis", "ordering") if name == "mutates" else ("arithmetic", "case analysis")
        assert (got.complexity, got.patterns) == (2, tags)
        figures = measure(iter([got]))
        assert (figures["pairs"], figures["complexity"]) == (8, 2.0)
        assert sum(figures["pairs_of_difficulty"].values()) == 8
        assert figures["functions_with_pattern"] == dict.fromkeys(tags, 1)
        assert any(p.mutated for p in got.pairs) is (name == "mutates")
        assert all("random seed" in p.certificate for p in got.pairs)


def test_generator_that_fails_is_named(box):
    (got,) = shard(
        [function("def f(x): return x + 1", "def input_generator(rng): return 1 / 0")], box, load().execute
    )
    assert got.reason == "input generator failed"
    assert "ZeroDivisionError" in got.detail
