"""Break down: right answers by pattern, difficulty and length.   cases -> tidy frame, figure"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.look import COLOURS, MARKERS, whiskers
from analysis.origins import Origin
from codeio.evaluate.intervals import wilson
from codeio.records import Problem

LENGTHS = (100, 200, 400, 800, 1600, 3200)  # characters; a bin ends below each
BY = ("pattern", "difficulty", "length")
FEW = 10  # cases below which a row says too little to be drawn


class Case(NamedTuple):
    """One answer, and what the problem was like."""

    series: str  # whose answer: "slip, first answer"
    right: bool
    origin: Origin | None
    length: int  # characters of the question's or answer's text, as the caller says


def summarise(cases: Iterable[Case]) -> pd.DataFrame:
    """series, by, value, n, right, share, low, high (95 % Wilson); a case counts at each of its patterns."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    rank: dict[str, int] = {}  # series in the order of their first case
    for case in cases:
        rank.setdefault(case.series, len(rank))
        for by, value in properties(case):
            cell = counts.setdefault((case.series, by, value), [0, 0])
            cell[0] += 1
            cell[1] += case.right
    rows = [
        (*key, n, right, right / n, *wilson(right, n))
        for key, (n, right) in sorted(counts.items(), key=lambda kv: (rank[kv[0][0]], place(*kv[0][1:])))
    ]
    return pd.DataFrame(rows, columns=["series", "by", "value", "n", "right", "share", "low", "high"])


def properties(case: Case) -> Iterable[tuple[str, str]]:
    if case.origin:
        yield from (("pattern", name) for name in case.origin.function.patterns)
        yield "difficulty", str(case.origin.pair.difficulty)
    yield "length", binned(case.length)


def binned(length: int) -> str:
    """The bin of a length in characters: "200-399"."""
    n = int(np.searchsorted(LENGTHS, length, side="right"))
    if n == len(LENGTHS):
        return f"{LENGTHS[-1]} and more"
    return f"{LENGTHS[n - 1] if n else 0}-{LENGTHS[n] - 1}"


def place(by: str, value: str) -> tuple[int, int, str]:
    """Patterns by name, numbers as numbers."""
    number = int(value.split("-")[0].split()[0]) if value[:1].isdigit() else 0
    return BY.index(by), number, value


def of_problems(problems: Sequence[Problem], origins: dict[str, Origin], teacher: str) -> list[Case]:
    """A store's problems: right at the first answer and, where any was revised, right after the last turn."""
    revised = any(len(problem.turns) > 1 for problem in problems)
    cases = []
    for problem in problems:
        origin, length = origins.get(problem.id), len(problem.turns[0].main.response)
        cases.append(Case(f"{teacher}, first answer", problem.turns[0].correct, origin, length))
        if revised:
            last = any(turn.correct for turn in problem.turns)
            cases.append(Case(f"{teacher}, after the last turn", last, origin, length))
    return cases


def of_items(items: pd.DataFrame, origins: dict[str, Origin], column: str = "arm") -> list[Case]:
    """Evaluated items of the ladder: the series is the arm, the length that of the question."""
    return [
        Case(str(getattr(item, column)), bool(item.correct), origins[item.id], len(item.prompt))
        for item in items.itertuples(index=False)
        if item.id in origins
    ]


def draw(frame: pd.DataFrame, length: str) -> Figure:
    """A panel each for pattern, difficulty and length (of what `length` says), a mark per series."""
    frame = frame[frame["n"] >= FEW]
    names = list(dict.fromkeys(frame["series"]))
    values = {by: order(frame[frame["by"] == by]["value"].unique(), by) for by in BY}
    tallest = max(1, *map(len, values.values()))
    size = (9.2, 1.3 + (0.16 + 0.07 * len(names)) * tallest)
    figure, axes = plt.subplots(1, 3, figsize=size, sharex=True, layout="constrained")
    for axis, by in zip(axes, BY, strict=True):
        for n, name in enumerate(names):
            mine = frame[(frame["by"] == by) & (frame["series"] == name)]
            y = [values[by].index(v) + (n - (len(names) - 1) / 2) * 0.2 for v in mine["value"]]
            style = {"fmt": MARKERS[n % len(MARKERS)], "color": COLOURS[n % len(COLOURS)], "markersize": 4}
            axis.errorbar(mine["share"], y, xerr=whiskers(mine, "share"), capsize=2, label=name, **style)
        axis.set_yticks(range(len(values[by])), values[by])
        axis.set_ylim(max(1, len(values[by])) - 0.5, -0.5)
        axis.set_xlim(-0.02, 1.02)
        axis.set_title(f"length of {length}" if by == "length" else by)
        axis.set_xlabel("right answers (share)")
    handles, labels = axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


def order(values: Iterable[str], by: str) -> list[str]:
    return sorted(values, key=lambda value: place(by, value))
