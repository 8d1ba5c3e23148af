"""Draw the ladder: score per rung and direction.   tidy frame -> figure"""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.look import BASELINE, COLOURS, MARKERS, whiskers

SPREAD = 0.14  # distance of the arms' marks around a rung


def draw(frame: pd.DataFrame, title: str) -> Figure:
    """One panel per direction; marks with 95 % intervals, the majority answer as a grey line at each rung."""
    directions = list(dict.fromkeys(frame["predict"]))
    widths = [frame[frame["predict"] == direction]["rung"].nunique() for direction in directions]
    figure, axes = plt.subplots(
        1,
        len(directions),
        figsize=(1.6 + 0.85 * sum(widths), 3.2),
        width_ratios=widths,
        sharey=True,
        squeeze=False,
    )
    for axis, direction in zip(axes[0], directions, strict=True):
        panel(axis, frame[frame["predict"] == direction])
        axis.set_title(f"predict the {direction}" if direction in ("input", "output") else direction)
    axes[0][0].set_ylabel("right answers (share)")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=3, bbox_to_anchor=(0.5, -0.16))
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    figure.tight_layout()
    return figure


def panel(axis: plt.Axes, frame: pd.DataFrame) -> None:
    rungs = list(dict.fromkeys(frame["rung"]))
    arms = list(dict.fromkeys(frame["arm"]))
    for n, arm in enumerate(arms):
        mine = frame[frame["arm"] == arm]
        at = [rungs.index(r) + (n - (len(arms) - 1) / 2) * SPREAD for r in mine["rung"]]
        errors = whiskers(mine, "score")
        style = {"fmt": MARKERS[n % len(MARKERS)], "color": COLOURS[n % len(COLOURS)]}
        axis.errorbar(at, mine["score"], yerr=errors, capsize=2.5, markersize=5, label=arm, **style)
    for x, rung in enumerate(rungs):
        baseline = frame[frame["rung"] == rung]["baseline"].iloc[0]
        style = {"colors": BASELINE, "linestyles": "--", "label": None if x else "majority answer"}
        axis.hlines(baseline, x - 0.35, x + 0.35, linewidth=1.2, **style)
    axis.set_xticks(range(len(rungs)), rungs)
    axis.set_xlim(-0.5, len(rungs) - 0.5)
    axis.set_ylim(-0.02, 1)
