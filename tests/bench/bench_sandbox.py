"""Bench: the sandbox beside plain ways of running code.   [files=PATH] [reference=DIR] [rounds=N] -> one JSON line

python -m tests.bench.bench_sandbox                       # ../shared's real functions, else a dozen of our own
python -m tests.bench.bench_sandbox reference=CHECKOUT    # beside the check_input of the paper's code there

All ways take the same few functions before any takes the next few, so that a busy machine slows all of them;
of several rounds the best counts. A plain way isolates nothing. Figures are ratios of mean times per check.
"""

import contextlib
import importlib.util
import io
import json
import multiprocessing
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy  # noqa: F401 the plain ways start from a process that has it

from codeio.errors import BadParams, CodeioError
from codeio.records import Json
from codeio.sandbox import Limits, Run, Sandbox
from tests.bench.workload import INPUTS, Work, embedded, fast, real
from tests.conftest import SHARED

LIMITS = Limits(cpu_s=2.0)
FUNCTIONS = 120
TOGETHER = 24  # functions before the next way has its turn
DEFAULTS = {"files": "", "reference": "", "rounds": "3", "first": str(FUNCTIONS)}
PRELUDE = """
import bisect, collections, copy, datetime, functools, heapq, itertools, json, math, operator, random, re, string, sys
from typing import *
import numpy as np
"""
CHECK = """
def same(one, two):
    return json.dumps(one) == json.dumps(two)
given, wanted = json.loads({given!r}), json.loads({wanted!r})
assert same({entry}(**given), wanted)
"""

Way = Callable[[Sequence[Work]], list[list[Json]]]


def first(works: Sequence[Work]) -> list[Work]:
    """The same functions with one input each."""
    return [Work(w.program, w.inputs[:1], w.wanted[:1]) for w in works]


def boxed(box: Sandbox, works: Sequence[Work]) -> list[list[Json]]:
    return [[c.output for c in result.calls] for result in box.map(Run(w.program, w.inputs) for w in works)]


def in_process(works: Sequence[Work]) -> list[list[Json]]:
    """What every way does in the end; nothing that runs Python code is faster."""
    return [executed(work) for work in works]


def executed(work: Work) -> list[Json]:
    module = types.ModuleType("program")
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(work.program.code, "<program>", "exec", dont_inherit=True), module.__dict__)
        entry = module.__dict__[work.program.entry]
        return [json.loads(json.dumps(entry(**json.loads(json.dumps(x))))) for x in work.inputs]


def forked(works: Sequence[Work]) -> list[list[Json]]:
    """A process per function, as other checkers have it."""
    said = []
    for work in works:
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(target=answering, args=(theirs, work))
        process.start()
        said.append(ours.recv())
        process.join()
        ours.close()
        theirs.close()
    return said


def answering(pipe: Any, work: Work) -> None:
    pipe.send(executed(work))


def interpreters(works: Sequence[Work]) -> list[list[Json]]:
    """A fresh interpreter per check that reads its script from stdin, as the paper's implementation has it."""
    return [[checked(w, *pair) for pair in zip(w.inputs, w.wanted, strict=True)] for w in works]


def checked(work: Work, given: dict[str, Json], wanted: Json) -> Json:
    """The wanted output where the check succeeds."""
    parts = {"given": json.dumps(given), "wanted": json.dumps(wanted), "entry": work.program.entry}
    script = f"{PRELUDE}\n{work.program.code}\n{CHECK.format(**parts)}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    done = subprocess.run([sys.executable, "-"], input=script, text=True, check=False, **quiet)
    return wanted if done.returncode == 0 else {"failed": done.stderr[-300:]}


def checkout(module: types.ModuleType, works: Sequence[Work]) -> list[list[Json]]:
    """The paper's own check, whatever it says."""
    with tempfile.TemporaryDirectory() as folder:
        options = {
            "solution_prefix": module.solution_prefix,
            "used_python_path": sys.executable,
            "run_path": folder,
        }
        for work in works:
            for given, wanted in zip(work.inputs, work.wanted, strict=True):
                io = {"input": given, "output": wanted}
                module.check_input(work.program.code, io, work.program.entry, **options)
    return [list(work.wanted) for work in works]


def opened(folder: Path) -> types.ModuleType:
    """The module of a checkout that holds check_input; what it imports for other ends need not be installed."""
    files = [p for p in sorted(folder.rglob("*.py")) if "def check_input(" in p.read_text(errors="replace")]
    if not files:
        raise BadParams(f"{folder} holds no file that defines check_input")
    for name, part in (("pympler", "asizeof"), ("shortuuid", "uuid")):
        if importlib.util.find_spec(name) is None:
            sys.modules[name] = types.ModuleType(name)
            setattr(sys.modules[name], part, None)
    spec = importlib.util.spec_from_file_location("reference", files[0])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def handfuls(works: Sequence[Work]) -> Iterator[Sequence[Work]]:
    for at in range(0, len(works), TOGETHER):
        yield works[at : at + TOGETHER]


def measured(ways: dict[str, tuple[Way, bool]], works: Sequence[Work], rounds: int) -> dict[str, float]:
    """Mean milliseconds per check of each way; True beside a way stands for one input per function."""
    total, checks = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    for some in handfuls(works):
        single = first(some)
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for name, (way, one) in ways.items():
                best[name] = min(best[name], timed(name, way, single if one else some))
        for name, (_, one) in ways.items():
            total[name] += 1000 * best[name]
            checks[name] += len(some) * (1 if one else INPUTS)
    return {name: total[name] / checks[name] for name in ways}


def timed(name: str, way: Way, works: Sequence[Work]) -> float:
    """Seconds of a way that answers rightly."""
    began = time.perf_counter()
    said = way(works)
    spent = time.perf_counter() - began
    for work, outputs in zip(works, said, strict=True):
        if outputs != list(work.wanted):
            raise SystemExit(f"{name} answers {outputs} where {work.wanted} is right:\n{work.program.code}")
    return spent


def scaling(one: Sandbox, two: Sandbox, works: Sequence[Work], rounds: int) -> float:
    """How many times faster two workers are than one, at their best."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for n, box in enumerate((one, two)):
            best[n] = min(best[n], timed("sandbox", partial(boxed, box), works))
    return best[0] / best[1]


def figures(given: dict[str, str]) -> tuple[dict[str, float], dict[str, Any]]:
    """Milliseconds per check of each way, and the figures of the last line."""
    path = Path(given["files"] or SHARED / "data" / "pyedu" / "functions.jsonl.gz")
    rounds, most = int(given["rounds"]), int(given["first"])
    with ExitStack() as stack:
        box, two, free = (
            stack.enter_context(Sandbox(LIMITS, workers=n, isolation=how))
            for n, how in ((1, "auto"), (2, "auto"), (1, "none"))
        )
        works = fast(real(path) if path.exists() else embedded(), two, most)
        reference = (
            partial(checkout, opened(Path(given["reference"]))) if given["reference"] else interpreters
        )
        for warm in (box, free):
            boxed(warm, works)
        ways: dict[str, tuple[Way, bool]] = {
            "sandbox, 10 inputs": (partial(boxed, box), False),
            "sandbox, 1 input": (partial(boxed, box), True),
            "sandbox without isolation, 10 inputs": (partial(boxed, free), False),
            "interpreter per check": (reference, True),
            "process per function, 10 inputs": (forked, False),
            "in this process, 10 inputs": (in_process, False),
        }
        spent = measured(ways, works, rounds)
        ten, one, unjailed, fresh, process, limit = spent.values()
        return spent, {
            "x_reference_10": round(fresh / ten, 1),
            "x_reference_1": round(fresh / one, 1),
            "x_process": round(process / ten, 2),
            "isolation_cost": round(ten / unjailed, 2),
            "share_of_limit": round(limit / ten, 3),
            "scaling_2": round(scaling(box, two, works, rounds), 2),
            "tier": box.tier,
            "functions": len(works),
        }


def main() -> None:
    given = dict(word.partition("=")[::2] for word in sys.argv[1:])
    if unknown := sorted(set(given) - set(DEFAULTS)):
        raise BadParams(
            f"unknown {', '.join(unknown)}: bench_sandbox takes {', '.join(f'{k}=' for k in DEFAULTS)}"
        )
    spent, found = figures(DEFAULTS | given)
    for name, ms in spent.items():
        print(f"{ms:10.3f} ms per check  {name}")
    print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except CodeioError as error:
        raise SystemExit(f"bench_sandbox: {error}") from None
