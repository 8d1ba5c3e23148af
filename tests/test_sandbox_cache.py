"""The cache of calls: what goes in comes out unchanged or not at all, whoever writes, whatever befalls the file."""

import json
import random
import subprocess
import sys

import pytest

from codeio import rebuild, verify
from codeio.calls import Wanted, run, written
from codeio.errors import EngineError
from codeio.sandbox import Call, Limits, Sandbox
from codeio.sandbox.cache import Cache
from tests.answering import pose
from tests.conftest import ROOT

LIMITS = Limits(cpu_s=0.3, memory_mb=256, wall_s=1.0, output_bytes=1000)
LINES = 1000
MOST = 1 << 22
CODE = """
import time
def f(x):
    if x == 1: raise ValueError("kein Ergebnis für 1: \\ud800")
    if x == 2: return {1}
    if x == 3: return "x" * 2000
    if x == 4: return [10 ** 40, -0.0, 1e-300, {"ü": None}, True]
    if x == 5:
        while x:
            x += 1
    if x == 6: return sum(iter(int, 1))
    if x == 7: time.sleep(9)
    if x == 8: return len(bytearray(10 << 30))
    return x
"""
ENDS = ["exception", "not_json", "too_large", "ok", "timeout_cpu", "timeout_cpu", "timeout_wall", "oom"]


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS, workers=1) as box:
        yield box


def key(n, code=CODE):
    return code, "f", written({"x": n})


def made(numbers):
    """Calls as a box would give them."""
    return {key(n): Call({"x": n}, "ok", [n, str(n)], lines=n) for n in numbers}


def same(one, two):
    parts = ("input", "status", "output", "mutated", "error", "lines", "truncated")
    return [repr(getattr(one, p)) for p in parts] == [repr(getattr(two, p)) for p in parts]


def test_lasting_calls_come_back_unchanged(box, tmp_path):
    wanted = [Wanted(*key(n)[:2], {"x": n}, key(n)[2], "one") for n in range(1, 9)]
    calls = run(box, wanted, LINES)
    assert [calls[one.key].status for one in wanted] == ENDS
    with Cache(tmp_path / "calls", box, MOST) as cache:
        cache.put(calls, LINES)
    with Cache(tmp_path / "calls", box, MOST) as cache:
        found = cache.get(list(calls), LINES)
    assert sorted(json.loads(k[2])["x"] for k in found) == [
        1,
        2,
        3,
        4,
        5,
    ]  # 5 ends by its lines, 6 to 8 by this machine
    assert all(same(found[k], calls[k]) for k in found)


def test_what_a_call_depends_on_is_in_its_key(box, tmp_path):
    with Cache(tmp_path / "calls", box, MOST) as cache:
        cache.put(made([1]), LINES)
        assert set(cache.get([key(1), key(2), key(1, CODE + "\n")], LINES)) == {key(1)}
        assert cache.get([key(1)], LINES + 1) == {}
    other = Sandbox(Limits(cpu_s=0.4, memory_mb=256), workers=1)
    with other, Cache(tmp_path / "calls", other, MOST) as cache:
        assert cache.get([key(1)], LINES) == {}


def test_it_stays_small_and_keeps_the_newest(box, tmp_path):
    with Cache(tmp_path / "calls", box, 200_000) as cache:
        for n in range(0, 20_000, 500):
            cache.put(made(range(n, n + 500)), LINES)
        assert cache.used() <= 200_000
        assert len(cache.get([key(n) for n in range(19_500, 20_000)], LINES)) == 500
        assert cache.get([key(n) for n in range(500)], LINES) == {}
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) < 1_000_000
    with Cache(tmp_path / "small", box, 1) as cache:
        cache.put(made([1]), LINES)
        assert cache.get([key(1)], LINES) == {}


def test_many_processes_share_a_file(tmp_path):
    """Each writes a third of the calls and meets the others' rows meanwhile."""
    script = (
        "import sys\nfrom tests.test_sandbox_cache import *\n"
        "first = int(sys.argv[1])\n"
        "with Sandbox(LIMITS, workers=1) as box, Cache(Path(sys.argv[2]), box, MOST) as cache:\n"
        "    for n in range(first, 600, 20):\n"
        "        cache.put(made(range(n, n + 40)), LINES)\n"
        "        found = cache.get([key(n) for n in range(640)], LINES)\n"
        "        assert all(same(call, made([call.input['x']])[k]) for k, call in found.items())\n"
        "        assert len(found) >= 40\n"
    ).replace("import sys\n", "import sys\nfrom pathlib import Path\n")
    words = [sys.executable, "-c", script]
    all_of_them = [
        subprocess.Popen([*words, str(20 * n), str(tmp_path / "calls")], cwd=ROOT, stderr=subprocess.PIPE)
        for n in range(3)
    ]
    for process in all_of_them:
        assert process.communicate()[1] == b""
        assert process.returncode == 0
    with Sandbox(LIMITS, workers=1) as box, Cache(tmp_path / "calls", box, MOST) as cache:
        assert len(cache.get([key(n) for n in range(620)], LINES)) == 620


def hurt(path, how, rng):
    """Damage the file in a way that disks and killed machines do."""
    raw = bytearray(path.read_bytes())
    if how == "empty":
        raw = bytearray()
    elif how == "cut":
        del raw[rng.randrange(len(raw)) :]
    elif how == "noise":
        raw = bytearray(rng.randbytes(len(raw)))
    elif how == "page":
        at = rng.randrange(0, len(raw), 4096)
        raw[at : at + 4096] = bytes(4096)
    else:
        for _ in range(20):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path.write_bytes(raw)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("how", ["empty", "cut", "noise", "page", "bits"])
def test_a_damaged_file_gives_nothing_wrong_and_is_mended(box, tmp_path, how, seed):
    calls = made(range(300))
    path = tmp_path / "calls"
    with Cache(path, box, MOST) as cache:
        cache.put(calls, LINES)
    hurt(path, how, random.Random(seed))
    with Cache(path, box, MOST) as cache:
        assert all(same(call, calls[k]) for k, call in cache.get(list(calls), LINES).items())
        cache.put(calls, LINES)
        assert len(cache.get(list(calls), LINES)) == 300


def test_damage_under_an_open_cache(box, tmp_path):
    calls = made(range(300))
    with Cache(tmp_path / "calls", box, MOST) as cache, Cache(tmp_path / "calls", box, MOST) as other:
        cache.put(calls, LINES)
        for path in tmp_path.iterdir():
            hurt(path, "noise", random.Random(1))
        for one in (cache, other, cache):
            assert all(same(call, calls[k]) for k, call in one.get(list(calls), LINES).items())
            one.put(calls, LINES)
        assert len(other.get(list(calls), LINES)) == 300


def test_a_row_that_was_changed_does_not_count(box, tmp_path):
    with Cache(tmp_path / "calls", box, MOST) as cache:
        cache.put(made([1, 2]), LINES)
        with cache.store:
            cache.store.execute("UPDATE calls SET said = CAST(replace(said, '[1, ', '[7, ') AS BLOB)")
        assert set(cache.get([key(1), key(2)], LINES)) == {key(2)}


def test_a_folder_in_the_place_of_the_file(box, tmp_path):
    (tmp_path / "calls").mkdir()
    with pytest.raises(EngineError, match="calls cannot be used"):
        Cache(tmp_path / "calls", box, MOST)


def test_known_inputs_are_judged_without_a_process(tmp_path):
    code = "def f(x):\n    return 10 // x"
    with Sandbox(LIMITS, workers=1) as box, Cache(tmp_path / "calls", box, MOST) as cache:
        problem = pose(box, code, [{"x": 5}])[1]
        answers = [
            (problem, json.dumps({"input": given})) for given in ({"x": 4}, {"x": 3}, {"x": 0}, {"y": 1}, 5)
        ]
        plain = verify.verdicts(answers, box, LINES)
        assert verify.verdicts(answers, box, LINES, cache) == plain
        box.close()
        assert verify.verdicts(answers, box, LINES, cache) == plain
    assert [v.status for v in plain] == ["ok", "mismatch", "exception", "exception", "no_answer"]


def test_a_rebuild_knows_no_cache(box, tmp_path, monkeypatch):
    asks = "import os, sys; sys.exit('CODEIO_NO_CACHE' not in os.environ)"
    rebuild.run(sys.executable, "-c", asks, at=tmp_path)  # raises where the command fails
    monkeypatch.setenv("CODEIO_NO_CACHE", "1")
    with verify.cached(box) as cache:
        assert cache is None


def test_a_node_of_a_cluster_remembers_on_a_disk_of_its_own(box, tmp_path, monkeypatch):
    own = tmp_path / "node" / "calls.sqlite"
    monkeypatch.delenv("CODEIO_NO_CACHE", raising=False)
    monkeypatch.setenv("CODEIO_CALLS", str(own))
    with verify.cached(box) as cache:
        assert cache.path == own
    assert own.exists()


def test_what_was_said_once_is_not_made_again(box, tmp_path):
    with Cache(tmp_path / "c.sqlite", box, MOST) as cache, Cache(tmp_path / "c.sqlite", box, MOST) as beside:
        assert cache.once(("gold", "a"), lambda: b"told") == b"told"
        assert beside.once(("gold", "a"), lambda: b"told again") == b"told"
        assert beside.once(("gold", "b"), lambda: b"another") == b"another"
        cache.store.execute("UPDATE calls SET said = x'00'")
        assert cache.once(("gold", "a"), lambda: b"mended") == b"mended"
