"""Draw the turns: what revision brings.   data/revise/<teacher> -> share right after each turn"""

from collections.abc import Iterable
from itertools import product

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.look import COLOURS, MARKERS, whiskers
from codeio.evaluate.intervals import wilson
from codeio.records import Problem


def count(problems: Iterable[Problem], teacher: str) -> pd.DataFrame:
    """Per kind, direction and turn: problems, right by then, still tried at that turn, mended by it."""
    cells: dict[tuple[str, str], list[int | None]] = {}
    for problem in problems:
        if problem.turns:
            first = next((n for n, turn in enumerate(problem.turns) if turn.correct), None)
            cells.setdefault((problem.kind, problem.predict), []).append(first)
    turns = 1 + max((n for firsts in cells.values() for n in firsts if n is not None), default=0)
    rows = [
        {
            "teacher": teacher,
            "kind": kind,
            "predict": predict,
            "turn": turn,
            **by_turn(cells[kind, predict], turn),
        }
        for (kind, predict), turn in product(sorted(cells), range(turns))
    ]
    return pd.DataFrame(rows)


def by_turn(firsts: list[int | None], turn: int) -> dict[str, float]:
    """Counts at one turn, from each problem's first right turn."""
    right = sum(n is not None and n <= turn for n in firsts)
    low, high = wilson(right, len(firsts))
    tried = sum(n is None or n >= turn for n in firsts)
    mended = sum(n == turn for n in firsts)
    share = {"share": right / len(firsts), "low": low, "high": high}
    return {"n": len(firsts), "right": right, **share, "tried": tried, "mended": mended}


def draw(frame: pd.DataFrame) -> Figure:
    """One panel per teacher: share of problems with a right answer by turn k, with 95 % intervals."""
    teachers = list(dict.fromkeys(frame["teacher"]))
    figure, axes = plt.subplots(
        1, len(teachers), figsize=(1.2 + 2.8 * len(teachers), 3.0), sharey=True, squeeze=False
    )
    for axis, teacher in zip(axes[0], teachers, strict=True):
        lines = frame[frame["teacher"] == teacher].groupby(["kind", "predict"], sort=False)
        for n, ((kind, predict), line) in enumerate(lines):
            errors = whiskers(line, "share")
            style = {"color": COLOURS[n % len(COLOURS)], "marker": MARKERS[n % len(MARKERS)]}
            label = f"{kind}, predict the {predict}"
            axis.errorbar(
                line["turn"] + (n - 1.5) * 0.06, line["share"], yerr=errors, capsize=2.5, label=label, **style
            )
        simulated = " (simulated mistakes)" if teacher == "slip" else ""
        axis.set_title(f"teacher {teacher}{simulated}")
        axis.set_xlabel("revision turn")
        axis.set_xticks(sorted(frame["turn"].unique()))
        axis.set_xlim(-0.3, frame["turn"].max() + 0.3)
        axis.set_ylim(0, 1.03)
    axes[0][0].set_ylabel("problems right by then (share)")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=2, bbox_to_anchor=(0.5, -0.18))
    figure.tight_layout()
    return figure
