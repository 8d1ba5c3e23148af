"""Routes: which zygote a program needs.   code -> lite | std | numpy | sci, by the imports it names

A fork and its end take time for every page that the zygote holds, an import of its own a program's whole time over
and over; so a program gets the smallest zygote that has what it imports. A wrong guess costs time, never a
verdict: every zygote can import everything.
"""

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["lite", "std", "numpy", "sci"]

# What takes little memory or is imported by most programs, by many, and by some at great cost.
LITE = [
    "abc", "bisect", "collections", "collections.abc", "contextlib", "copy", "datetime", "enum",
    "functools", "heapq", "io", "itertools", "json", "math", "operator", "os", "random", "re", "string", "struct",
    "sys", "time", "types", "typing", "warnings",
]  # fmt: skip
COMMON = [
    *LITE, "array", "base64", "calendar", "cmath", "csv", "dataclasses", "decimal", "fractions", "hashlib",
    "numbers", "pprint", "queue", "statistics", "textwrap", "threading", "timeit", "traceback", "unicodedata",
]  # fmt: skip
PRELOAD: dict[Kind, list[str]] = {
    "lite": LITE,
    "std": [*COMMON, "doctest", "inspect", "logging", "pickle", "turtle", "unittest"],
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
    if "numpy" in roots:
        return "numpy"
    return "lite" if roots <= set(LITE) else "std"
