"""Workload: small functions of the kind that codeio executes, with ten inputs each.   -> programs, inputs"""

from codeio.records import Json
from codeio.sandbox import Program

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
PROGRAMS = {name: Program(code, "f") for name, code in CODES.items()}
INPUTS: tuple[dict[str, Json], ...] = tuple({"n": 1000 + 37 * k} for k in range(10))
