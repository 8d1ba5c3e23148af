"""Workload: functions to execute, with ten inputs each.   [functions.jsonl.gz] -> work

Real functions where a file of them is at hand; else a dozen small ones of the kind that codeio executes.
"""

import gzip
import json
from pathlib import Path

import msgspec

from codeio.records import Json
from codeio.sandbox import Program, Sandbox
from codeio.sandbox.routes import route

INPUTS = 10  # of each function
LINES = 20_000  # a call of a fast function executes at most so many
CODES = {
    "digits": "def f(n):\n    out = []\n    while n:\n        out.append(n % 7)\n        n //= 7\n    return out",
    "primes": "def f(n):\n    return [p for p in range(2, n % 60 + 9) if all(p % q for q in range(2, p))]",
    "collatz": "def f(n):\n    steps = 0\n    while n > 1:\n        n = 3 * n + 1 if n % 2 else n // 2\n"
    "        steps += 1\n    return steps",
    "runs": "from itertools import groupby\ndef f(n):\n    return [[k, len(list(g))] for k, g in groupby(bin(n)[2:])]",
    "counts": "from collections import Counter\ndef f(n):\n    return sorted(Counter(str(n ** 5)).items())",
    "gcd": "import math\ndef f(n):\n    return [math.gcd(n, k) for k in range(1, 12)]",
    "table": "def f(n):\n    return {str(k): k * n % 11 for k in range(8)}",
    "words": "import re\ndef f(n):\n    return re.sub(r'[0-4]+', lambda m: '<' + m[0] + '>', str(n ** 7))",
    "sort": "def f(n):\n    xs = [n * k % 101 for k in range(30)]\n    for i in range(len(xs)):\n"
    "        for j in range(len(xs) - 1 - i):\n            if xs[j] > xs[j + 1]:\n"
    "                xs[j], xs[j + 1] = xs[j + 1], xs[j]\n    return xs",
    "heap": "import heapq\ndef f(n):\n    return heapq.nsmallest(4, [n * k % 97 for k in range(40)])",
    "paths": "from functools import lru_cache\ndef f(n):\n    @lru_cache(None)\n    def go(a, b):\n"
    "        return 1 if a == 0 or b == 0 else go(a - 1, b) + go(a, b - 1)\n    return go(n % 9, n % 7)",
    "matrix": "def f(n):\n    m = [[(n + i * j) % 5 for j in range(4)] for i in range(4)]\n"
    "    return [list(row) for row in zip(*m)]",
}


class Work(msgspec.Struct, frozen=True):
    """A program, its inputs, and what each of them gives."""

    program: Program
    inputs: tuple[dict[str, Json], ...]
    wanted: tuple[Json, ...] = ()


def embedded() -> list[Work]:
    inputs = tuple({"n": 1000 + 37 * k} for k in range(INPUTS))
    return [Work(Program(code, "f"), inputs) for code in CODES.values()]


def real(path: Path) -> list[Work]:
    """The functions of a file that have enough inputs."""
    with gzip.open(path, "rt") as file:
        rows = [json.loads(line) for line in file]
    works = [
        Work(Program(r["refcode"], r["funcname"]), tuple(io["input"] for io in r["ios"][:INPUTS]))
        for r in rows
    ]
    return [work for work in works if len(work.inputs) == INPUTS]


def fast(works: list[Work], box: Sandbox, most: int) -> list[Work]:
    """The first ones whose calls are short and deterministic, with what they return.

    Without the scientific stack: plain ways would import it again for each check, and lose by that alone.
    """
    chosen: list[Work] = []
    for work in works:
        if len(chosen) == most:
            break
        if route(work.program.code) == "sci":
            continue
        calls = box.run(work.program, work.inputs, count=True, max_lines=LINES)
        if all(call.status == "ok" for call in calls) and all(box.certify(work.program, calls)):
            chosen.append(Work(work.program, work.inputs, tuple(call.output for call in calls)))
    return chosen
