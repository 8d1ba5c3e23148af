"""Bench: the sandbox beside plain ways of running code, in turns on the same machine.   -> one JSON line at the end

Each way runs each program before any way runs the next one, so that a busy machine slows all of them. A plain way
isolates nothing and limits nothing.
"""

import argparse
import json
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

from codeio.records import Json
from codeio.sandbox import Limits, Program, Run, Sandbox
from tests.bench.workload import INPUTS, PROGRAMS

LIMITS = Limits(cpu_s=2.0)
TEN, ONE, OPEN = "sandbox, 10 inputs", "sandbox, 1 input", "sandbox without isolation, 10 inputs"
PLAIN = {"interpreter per check": 1, "ProcessPoolExecutor per call": 1, "process per function": len(INPUTS)}
SCRIPT = "import json\n{code}\nprint(json.dumps({entry}(**json.loads({given!r}))))\n"

Inputs = Sequence[dict[str, Json]]
Way = Callable[[Program, Inputs], list[Any]]


def in_process(program: Program, inputs: Inputs) -> list[Json]:
    """What every way does in the end. Run here only on the workload of this bench."""
    names: dict[str, Any] = {}
    exec(program.code, names)
    return json.loads(json.dumps([names[program.entry](**given) for given in inputs]))


def boxed(box: Sandbox, program: Program, inputs: Inputs) -> list[Json]:
    return [call.output for call in box.run(program, inputs)]


def interpreter(program: Program, inputs: Inputs) -> list[Json]:
    said = []
    for given in inputs:
        script = SCRIPT.format(code=program.code, entry=program.entry, given=json.dumps(given))
        done = subprocess.run([sys.executable, "-"], input=script, capture_output=True, text=True, check=True)
        said.append(json.loads(done.stdout))
    return said


def pooled(program: Program, inputs: Inputs) -> list[Json]:
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(in_process, program, inputs).result()


def forked(program: Program, inputs: Inputs) -> list[Json]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=answering, args=(theirs, program, inputs))
    process.start()
    said = ours.recv()
    process.join()
    return said


def answering(pipe: Any, program: Program, inputs: Inputs) -> None:
    pipe.send(in_process(program, inputs))


def measured(ways: dict[str, tuple[Way, int]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds per check of each way: one number per program, the best of its rounds."""
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for program in PROGRAMS.values():
        wanted = in_process(program, INPUTS)
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for name, (way, count) in ways.items():
                began = time.perf_counter()
                said = way(program, INPUTS[:count])
                best[name] = min(best[name], 1000 * (time.perf_counter() - began) / count)
                if said != wanted[:count]:
                    raise SystemExit(f"{name} answers {said} where {wanted[:count]} is right")
        for name in ways:
            spent[name].append(best[name])
    return spent


def scaling(one: Sandbox, two: Sandbox, rounds: int) -> float:
    """How many times faster two workers are than one, at their best."""
    jobs = [Run(program, INPUTS, count=True) for program in PROGRAMS.values()] * 20
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for n, box in enumerate((one, two)):
            began = time.perf_counter()
            for _ in box.map(jobs):
                pass
            best[n] = min(best[n], time.perf_counter() - began)
    return best[0] / best[1]


def ratio(slow: Sequence[float], fast: Sequence[float]) -> dict[str, float]:
    return {
        "means": round(statistics.mean(slow) / statistics.mean(fast), 2),
        "medians": round(statistics.median(slow) / statistics.median(fast), 2),
    }


def figures(rounds: int) -> dict[str, Any]:
    with ExitStack() as stack:
        box, two, free = (
            stack.enter_context(Sandbox(LIMITS, workers=n, isolation=how))
            for n, how in ((1, "auto"), (2, "auto"), (1, "none"))
        )
        ways: dict[str, tuple[Way, int]] = {
            TEN: (partial(boxed, box), len(INPUTS)),
            ONE: (partial(boxed, box), 1),
            OPEN: (partial(boxed, free), len(INPUTS)),
        }
        ways |= {k: (w, PLAIN[k]) for k, w in zip(PLAIN, (interpreter, pooled, forked), strict=True)}
        spent = measured(ways, rounds)
        return {
            "isolation": box.tier,
            "ms_per_check": {name: round(statistics.mean(times), 3) for name, times in spent.items()},
            "times_faster": {
                fast: {slow: ratio(spent[slow], spent[fast]) for slow in PLAIN if PLAIN[slow] <= count}
                for fast, count in ((TEN, len(INPUTS)), (ONE, 1))
            },
            "cost_of_isolation": ratio(spent[TEN], spent[OPEN]),
            "two_workers": round(scaling(box, two, rounds), 2),
        }


def main(argv: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser("python -m tests.bench.bench_sandbox", description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="turns of every way on every program (5)")
    found = figures(options.parse_args(argv).rounds)
    for name, spent in found["ms_per_check"].items():
        print(f"{spent:10.3f} ms per check  {name}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
