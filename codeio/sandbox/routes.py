"""Routes: which zygote a program needs.   code -> lite | numpy | sci, by the imports it names

Fork time follows resident memory (0.5 ms bare, 2.7 ms with sympy), so a program gets the smallest zygote that
has what it imports. A wrong guess costs time, never a verdict: every zygote can import everything.
"""

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["lite", "numpy", "sci"]

COMMON = [
    "abc", "array", "base64", "bisect", "calendar", "cmath", "collections", "collections.abc", "contextlib",
    "copy", "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "hashlib",
    "heapq", "io", "itertools", "json", "math", "numbers", "operator", "os", "pprint", "queue", "random",
    "re", "statistics", "string", "struct", "sys", "textwrap", "threading", "time", "timeit", "traceback",
    "types", "typing", "unicodedata", "warnings",
]  # fmt: skip
PRELOAD: dict[Kind, list[str]] = {
    "lite": COMMON,
    "numpy": [*COMMON, "numpy"],
    "sci": [*COMMON, "numpy", "scipy", "scipy.special", "pandas", "sympy"],
}
SCI = {"scipy", "pandas", "sympy", "sklearn", "networkx", "matplotlib", "statsmodels"}
IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\w+)|import[ \t]+([\w., \t]+))", re.MULTILINE)


@lru_cache(4096)
def route(code: str) -> Kind:
    roots: set[str] = set()
    for origin, names in IMPORT.findall(code):
        roots |= (
            {origin} if origin else {name.strip().split(".")[0].split(" ")[0] for name in names.split(",")}
        )
    if roots & SCI:
        return "sci"
    return "numpy" if "numpy" in roots else "lite"
