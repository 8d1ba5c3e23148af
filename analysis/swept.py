"""Draw a sweep: score per swept value.   runs and their items -> tidy frame, figure"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis import runs as read
from analysis.look import BASELINE, COLOURS, MARKERS, whiskers
from analysis.runs import Run
from analysis.scores import ordered
from analysis.stats import interval_over_seeds

# Settings that may differ between arms without being what the sweep is about.
BESIDE = {"seed", "workers", "allow_stale", "isolation", "engine", "machine.name"}
UNSAID = {"corpus.name": "view"}  # what a run stands for that has no such setting


def axes_of(runs: Sequence[Run]) -> list[str]:
    """The settings that differ between runs; of a model or machine its name stands for all its settings."""
    names = sorted(set().union(*(run.params for run in runs)) - BESIDE)
    differing = [name for name in names if len({run.params.get(name) for run in runs}) > 1]
    groups = {name.removesuffix(".name") for name in differing if name.endswith(".name")}
    return [name for name in differing if name.endswith(".name") or name.split(".")[0] not in groups]


def arm_of(run: Run, swept: Sequence[str]) -> str:
    """A run's arm without its seed: "revisions=1"."""
    named = " ".join(f"{short(name)}={run.params.get(name, UNSAID.get(name))}" for name in swept)
    return named or run.params.get("model.name", "main")


def short(name: str) -> str:
    return name.removesuffix(".name")


def by_value(runs: Sequence[Run]) -> list[Run]:
    """Runs in the order of their swept values: numbers as numbers."""
    swept = axes_of(runs)

    def key(run: Run) -> list[tuple[bool, float, str]]:
        return [number(run.params.get(name, "")) for name in swept] + [number(run.params.get("seed", ""))]

    return sorted(runs, key=key)


def number(text: str) -> tuple[bool, float, str]:
    try:
        return False, float(text), ""
    except ValueError:
        return True, 0.0, text


def items_of(runs: Sequence[Run]) -> pd.DataFrame:
    """The items of all runs, each with its arm and seed, in the order of the swept values."""
    swept = axes_of(runs)
    alone = runs[0].name if len(runs) == 1 else ""
    frames = [
        read.items(run).assign(arm=alone or arm_of(run, swept), seed=run.params.get("seed", "0"))
        for run in by_value(runs)
    ]
    return pd.concat(frames, ignore_index=True)


def summarise(items: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, rung and direction over all its seeds; columns as in `scores.tidy`, and `seeds`."""
    rows = []
    for (arm, rung, predict), group in items.groupby(["arm", "rung", "predict"], sort=False):
        by_seed = [one["correct"].to_numpy(float) for _, one in group.groupby("seed", sort=True)]
        low, high = interval_over_seeds(by_seed)
        score = float(np.mean([one.mean() for one in by_seed]))
        n, right = len(group), int(group["correct"].sum())
        baseline = float(group["baseline_correct"].mean())
        rows.append((arm, rung, predict, n, right, score, low, high, baseline, len(by_seed)))
    columns = ["arm", "rung", "predict", "n", "right", "score", "low", "high", "baseline", "seeds"]
    return ordered(pd.DataFrame(rows, columns=columns), list(items["arm"].unique()))


def draw(frame: pd.DataFrame, title: str, items: pd.DataFrame | None = None) -> Figure:
    """One panel per direction, a line per rung over the arms, 95 % intervals, the rung's baseline dashed.

    `items` add a small grey mark per seed, where an arm has several.
    """
    directions = list(dict.fromkeys(frame["predict"]))
    arms = list(dict.fromkeys(frame["arm"]))
    size = (1.2 + (1.6 + 0.55 * len(arms)) * len(directions), 3.4)
    figure, axes = plt.subplots(1, len(directions), figsize=size, sharey=True, squeeze=False)
    for axis, direction in zip(axes[0], directions, strict=True):
        mine = frame[frame["predict"] == direction]
        for n, rung in enumerate(dict.fromkeys(frame["rung"])):
            line(axis, mine[mine["rung"] == rung], arms, n)
            if items is not None:
                seeds(axis, items[(items["predict"] == direction) & (items["rung"] == rung)], arms, n)
        axis.set_xticks(range(len(arms)), arms, rotation=20, ha="right")
        axis.set_xlim(-0.4, len(arms) - 0.6)
        axis.set_title(f"predict the {direction}" if direction in ("input", "output") else direction)
    axes[0][0].set_ylabel("right answers (share)")
    axes[0][0].set_ylim(bottom=-0.02)  # a mark at 0 is seen whole
    handles = {label: h for a in axes[0] for h, label in zip(*a.get_legend_handles_labels(), strict=True)}
    handles["majority answer"] = plt.Line2D([], [], color=BASELINE, linestyle="--")
    figure.legend(handles.values(), handles, loc="lower center", ncols=5, bbox_to_anchor=(0.5, -0.1))
    figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    figure.tight_layout()
    return figure


def line(axis: plt.Axes, frame: pd.DataFrame, arms: list[str], n: int) -> None:
    if frame.empty:
        return
    x = np.array([arms.index(arm) for arm in frame["arm"]]) + (n - 2) * 0.05
    errors = whiskers(frame, "score")
    style = {"color": COLOURS[n % len(COLOURS)], "marker": MARKERS[n % len(MARKERS)], "markersize": 5}
    axis.errorbar(x, frame["score"], yerr=errors, capsize=2.5, label=frame["rung"].iloc[0], **style)
    axis.plot(x, frame["baseline"], linestyle="--", linewidth=1, color=style["color"], alpha=0.7)


def seeds(axis: plt.Axes, items: pd.DataFrame, arms: list[str], n: int) -> None:
    """The score of each single seed, for arms that have several."""
    single = items.groupby(["arm", "seed"], sort=False)["correct"].mean().reset_index()
    several = single[single.groupby("arm")["seed"].transform("nunique") > 1]
    x = [arms.index(arm) + (n - 2) * 0.05 for arm in several["arm"]]
    axis.scatter(x, several["correct"], s=7, color=BASELINE, alpha=0.6, zorder=3)
