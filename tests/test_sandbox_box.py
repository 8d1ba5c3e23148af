"""The box: many threads, lost processes, nothing left behind, second runs, no isolation no sandbox."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codeio.errors import EngineError
from codeio.sandbox import Call, Draw, Launch, Limits, Program, Run, Sandbox, workers
from codeio.sandbox.box import LOOK_AHEAD
from codeio.sandbox.tasks import Task
from codeio.sandbox.workers import Queue
from tests.conftest import ROOT

LIMITS = Limits(cpu_s=0.3, memory_mb=256)
DOUBLE = Program("def f(x): return 2 * x", "f")
SLEEP = Program("import time\ndef f(x): time.sleep(x)", "f")


@pytest.fixture(scope="module")
def box():
    with Sandbox(LIMITS, workers=2) as box:
        yield box


def f(body, before=""):
    """A program of one function of x."""
    return Program(f"{before}\ndef f(x):\n    {body}\n", "f")


def family(pid):
    """A process and all below it."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = entry.read_text()
        except OSError:  # it has just ended
            continue
        parents.setdefault(int(said.rpartition(")")[2].split()[1]), []).append(int(entry.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def awaited(condition, seconds=30.0):
    """Poll until the condition holds; the limit is for a hang, not for speed."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def guardian(worker):
    """The process of the worker's zygote once there is one."""
    assert awaited(lambda: worker.zygotes)
    return next(iter(list(worker.zygotes.values()))).process


def test_map_keeps_the_order(box):
    programs = [f(f"return sum(range(x * {n % 7} * 1000))") for n in range(60)]
    results = list(box.map(Run(p, ({"x": n},)) for n, p in enumerate(programs)))
    assert [r.calls[0].output for r in results] == [sum(range(n * (n % 7) * 1000)) for n in range(60)]


def test_map_takes_little_in_advance(box):
    taken = []
    jobs = (taken.append(n) or Run(DOUBLE, ({"x": n},)) for n in range(10_000))
    results = box.map(jobs)
    assert next(results).calls[0].output == 0
    results.close()
    assert len(taken) <= 2 * LOOK_AHEAD + 1


def test_of_many_small_jobs_a_zygote_is_sent_only_what_fits(monkeypatch):
    """Were more on their way than the two sockets hold, both ends would wait for each other."""
    monkeypatch.setattr(workers, "AHEAD_S", 1e9)
    monkeypatch.setattr(workers, "AHEAD_BYTES", 1e9)
    with Sandbox(LIMITS, workers=1) as box:
        tasks = [box.submit(Run(DOUBLE, ({"x": n},))) for n in range(900)]
        assert [t.future.result(timeout=60).calls[0].output for t in tasks] == [2 * n for n in range(900)]


def test_long_replies_hold_up_no_jobs(monkeypatch):
    """A zygote that waits for its reply to be read takes no job from its socket; sending one must not wait for that."""
    monkeypatch.setattr(workers, "AHEAD_S", 1e9)
    program = f("return list(range(x, x + 9_000))  # " + "of some length " * 180)
    with Sandbox(LIMITS, workers=1) as box:
        tasks = [box.submit(Run(program, ({"x": n},))) for n in range(200)]
        assert [t.future.result(timeout=60).calls[0].output[0] for t in tasks] == list(range(200))


def test_a_zygote_is_replaced_though_work_never_ends(monkeypatch):
    monkeypatch.setattr(workers, "RECYCLE", 20)
    with Sandbox(LIMITS, workers=1) as box:
        (worker,) = box.crew
        start, zygotes = worker.start, list(worker.zygotes.values())
        worker.start = lambda **which: zygotes.append(start(**which)) or zygotes[-1]
        tasks = [box.submit(Run(DOUBLE, ({"x": n},))) for n in range(100)]
        assert [t.future.result().calls[0].output for t in tasks] == [2 * n for n in range(100)]
    assert [zygote.served for zygote in zygotes] == [20] * 5


def test_urgent_and_long_jobs_start_first_and_those_near_the_limit_last():
    queue = Queue(workers=1)
    slow, long, short = f("return sum(range(10 ** 7))"), f("return sum(range(10 ** 6))"), f("return 1")
    for program, spent in ((long, 0.1), (slow, 0.2)):  # of 0.3 seconds
        known = Task(Run(program, ({"x": 0},)), LIMITS, urgent=False)
        known.cpu, known.calls = spent, [Call({}, "ok")]
        queue.learn(known)
    jobs = {
        "slow": Run(slow, ({"x": 0},)),
        "short": Run(short, ({"x": 0},)),
        "draw": Draw(short, "", draws=10, want=5, seed=0),
        "long": Run(long, ({"x": 0},)),
        "urgent": Run(short, ({"x": 1},)),
        "given up": Run(long, ({"x": 2},)),
    }
    tasks = {name: Task(job, LIMITS, urgent=name == "urgent") for name, job in jobs.items()}
    for task in tasks.values():
        queue.put(task)
    tasks["given up"].future.cancel()
    names = {id(task): name for name, task in tasks.items()}
    taken = [names[id(queue.take(None, 0, False))] for _ in range(5)]
    assert taken == ["urgent", "long", "draw", "short", "slow"]


def test_what_was_killed_at_the_cpu_limit_goes_on_when_all_others_are_done():
    blocked = Run(
        f("return sum(range(x))"), ({"x": 10**12}, {"x": 3})
    )  # within C, where no timer interrupts it
    done = []
    with Sandbox(LIMITS, workers=1) as box:
        tasks = [box.submit(blocked), *(box.submit(Run(DOUBLE, ({"x": n},))) for n in range(30))]
        for n, task in enumerate(tasks):
            task.future.add_done_callback(lambda _, n=n: done.append(n))
        said = [task.future.result(timeout=60).calls for task in tasks]
    assert [(call.status, call.output) for call in said[0]] == [("timeout_cpu", None), ("ok", 3)]
    assert [calls[0].output for calls in said[1:]] == [2 * n for n in range(30)]
    assert done[-1] == 0


def test_many_threads_call_one_box(box):
    def ask(n):
        return [box.run(DOUBLE, [{"x": 100 * n + k}])[0].output for k in range(20)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [[2 * (100 * n + k) for k in range(20)] for n in range(8)]


def test_a_zygote_per_hash_seed_and_per_import(box):
    where = f("import os; return os.environ['PYTHONHASHSEED']")
    assert [box.run(where, [{"x": 0}], hash_seed=n)[0].output for n in (0, 1, 7)] == ["0", "1", "7"]
    numpy = f("import sys; return 'numpy' in sys.modules", "import numpy")
    assert box.run(numpy, [{"x": 0}])[0].output


@pytest.mark.parametrize("which", [0, 1], ids=["guardian", "zygote"])
def test_a_lost_process_loses_no_job(which):
    with Sandbox(LIMITS, workers=2) as box:
        results = []
        for n, result in enumerate(box.map(Run(DOUBLE, ({"x": n},)) for n in range(300))):
            results.append(result.calls[0])
            if n in (20, 120, 200):
                os.kill(family(guardian(box.crew[n % 2]).pid)[which], signal.SIGKILL)
        assert [c.status for c in results] == ["ok"] * 300
        assert [c.output for c in results] == [2 * n for n in range(300)]


def test_a_job_under_which_every_process_dies_is_an_engine_error():
    with Sandbox(Limits(cpu_s=9.0, memory_mb=256), workers=1) as box:
        task = box.submit(Run(SLEEP, ({"x": 20}, {"x": 0})))
        while not task.future.done():
            if box.crew[0].flying:
                guardian(box.crew[0]).kill()
            time.sleep(0.005)
        assert [c.status for c in task.future.result().calls] == ["engine_error"] * 2
        assert "a sandbox process died" in task.future.result().calls[0].error
        assert box.run(DOUBLE, [{"x": 4}])[0].output == 8


def test_close_ends_everything():
    box = Sandbox(LIMITS, workers=1)
    pids = family(guardian(box.crew[0]).pid)
    waiting = [box.submit(Run(SLEEP, ({"x": 60},))) for _ in range(3)]
    assert awaited(lambda: box.crew[0].flying)
    box.close()
    assert len(pids) == 2
    assert awaited(lambda: not any(map(alive, pids)))
    for task in waiting:
        with pytest.raises(EngineError, match="closed"):
            task.future.result(timeout=30)
    with pytest.raises(EngineError, match="closed"):
        box.run(DOUBLE, [{"x": 1}])


DRIVER = """
import sys
from codeio.sandbox import Limits, Program, Sandbox
with Sandbox(Limits(cpu_s=60.0, memory_mb=256), workers=1) as box:
    print(box.crew[0].zygotes["lite", 0].process.pid, flush=True)
    box.run(Program("def f():\\n while True: pass", "f"), [{}])
"""


def test_a_killed_driver_leaves_no_process():
    driver = subprocess.Popen([sys.executable, "-c", DRIVER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    root = int(driver.stdout.readline())
    assert awaited(lambda: len(family(root)) == 3)  # guardian, zygote, the child that loops
    pids = family(root)
    driver.kill()
    driver.communicate()
    assert awaited(lambda: not any(map(alive, pids)))


ALONE = """
import sys
from codeio.sandbox import Limits, Program, Sandbox
with Sandbox(Limits(cpu_s=1.0), workers=1) as box:
    print([call.output for call in box.run(Program("def f(x): return x + 1", "f"), [{"x": 1}, {"x": 2}])])
print(sorted(name for name in sys.modules if name.startswith("codeio.") and "sandbox" not in name))
"""


def test_it_is_usable_alone(tmp_path):
    """With nothing of codeio beside it but the two modules that its page names."""
    for name in ("__init__.py", "records.py", "errors.py", "sandbox"):
        copy = shutil.copytree if name == "sandbox" else shutil.copyfile
        (tmp_path / "codeio").mkdir(exist_ok=True)
        copy(ROOT / "codeio" / name, tmp_path / "codeio" / name)
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{ALONE}"]
    said = subprocess.run(
        command, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert (said.stdout, said.stderr) == ("[2, 3]\n['codeio.errors', 'codeio.records']\n", "")


def test_threads_that_end_take_no_zygote_along():
    made = []
    thread = threading.Thread(target=lambda: made.append(Sandbox(LIMITS, workers=1)))
    thread.start()
    thread.join()
    with made[0] as box:
        assert box.run(DOUBLE, [{"x": 4}])[0].output == 8


def size(pid):
    """Pages of memory that the process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


@pytest.mark.full
def test_flat_memory_no_zombie_and_no_open_file_after_100_000_jobs():
    """Programs that are all different, of which every hundredth dies; zygotes are replaced on the way."""

    def jobs(numbers):
        for k in numbers:
            yield Run(f(f"if x % 100 == 99: os._exit(1)\n    return x + {k}", "import os"), ({"x": k},))

    with Sandbox(LIMITS, workers=2) as box:

        def go(first, last):
            for k, result in zip(range(first, last), box.map(jobs(range(first, last))), strict=True):
                (call,) = result.calls
                assert (call.status, call.output) == (("died", None) if k % 100 == 99 else ("ok", 2 * k))
            below = [pid for worker in box.crew for pid in family(guardian(worker).pid)]
            return size("self"), len(os.listdir("/proc/self/fd")), max(map(size, below)), below

        memory, files, largest, _ = go(0, 30_000)  # what is remembered of programs has its full size by now
        later, as_many, as_large, below = go(30_000, 100_000)
        assert as_many <= files
        assert later < 1.1 * memory
        assert as_large < 1.1 * largest
        assert len(below) == 4
        assert all(map(alive, below))
        assert all(len(os.listdir(f"/proc/{pid}/fd")) < 10 for pid in below)


@pytest.mark.parametrize(
    ("isolation", "without", "says"),
    [
        ("T3", ("namespaces",), "no namespaces: simulated"),
        ("T2", ("landlock",), "no landlock: simulated"),
        ("T2", ("seccomp",), "no seccomp: simulated"),
        ("auto", ("seccomp",), "isolation=none is unsafe"),
        ("T4", (), "'T4' does not exist"),
    ],
)
def test_no_isolation_no_sandbox(isolation, without, says):
    with pytest.raises(EngineError, match=says):
        Sandbox(LIMITS, workers=1, isolation=isolation, launch=Launch(without=without))


def test_interpreter_that_cannot_be_started():
    with pytest.raises(EngineError, match="no-such-python cannot be started"):
        Sandbox(LIMITS, workers=1, launch=Launch(python="/no-such-python"))


def test_auto_takes_what_there_is():
    with Sandbox(LIMITS, workers=1, launch=Launch(without=("namespaces",))) as box:
        assert (box.tier, box.facts["way"]) == ("T2", "plain")
        assert "no namespaces: simulated" in box.choice.refused["userns"]
        assert box.run(f("return x"), [{"x": 1}])[0].output == 1
