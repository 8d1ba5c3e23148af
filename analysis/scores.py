"""Score: per rung and direction, with interval and baseline.   items -> tidy frame"""

from collections.abc import Sequence

import pandas as pd

from analysis.stats import paired_difference
from codeio.evaluate.intervals import wilson

LADDER = ("inputs", "constants", "structure", "natural")  # from near to far from what was trained on
KEYS = ["arm", "rung", "predict"]


def tidy(items: pd.DataFrame) -> pd.DataFrame:
    """One row per arm, rung and direction: n, right, score, low, high, baseline (shares, 95 % Wilson).

    `items` has columns arm, rung, predict, correct, baseline_correct; all arms answered the same items.
    """
    rows = []
    for key, group in items.groupby(KEYS, sort=False):
        n, right = len(group), int(group["correct"].sum())
        low, high = wilson(right, n)
        baseline = float(group["baseline_correct"].mean())
        rows.append((*key, n, right, right / n, low, high, baseline))
    columns = [*KEYS, "n", "right", "score", "low", "high", "baseline"]
    return ordered(pd.DataFrame(rows, columns=columns), items["arm"].unique())


def ordered(frame: pd.DataFrame, arms: Sequence[str]) -> pd.DataFrame:
    """Arms as they ran, rungs from near to far, output before input."""
    rank = {rung: n for n, rung in enumerate([*LADDER, *sorted(set(frame["rung"]) - set(LADDER))])}
    order = {arm: n for n, arm in enumerate(arms)}
    keys = pd.DataFrame(
        {
            "rung": frame["rung"].map(rank),
            "predict": frame["predict"].map(lambda p: (p != "output", p)),
            "arm": frame["arm"].map(order),
        }
    )
    return frame.loc[keys.sort_values(["rung", "predict", "arm"]).index].reset_index(drop=True)


def differences(items: pd.DataFrame) -> pd.DataFrame:
    """Each arm against the first on the same items: mean difference, 95 % paired bootstrap interval."""
    arms = list(items["arm"].unique())
    rows = []
    for (rung, predict), group in items.groupby(["rung", "predict"], sort=False):
        wide = group.pivot_table(index="id", columns="arm", values="correct", aggfunc="mean")
        for arm in arms[1:]:
            both = wide[[arms[0], arm]].dropna().astype(float)
            mean, low, high = paired_difference(both[arm].to_numpy(), both[arms[0]].to_numpy())
            rows.append((arm, rung, predict, arms[0], len(both), mean, low, high))
    columns = [*KEYS, "against", "n", "difference", "low", "high"]
    return ordered(pd.DataFrame(rows, columns=columns), arms)
