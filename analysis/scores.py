"""Score: per rung and direction, with interval and baseline.   items -> tidy frame"""

from collections.abc import Sequence

import pandas as pd

from analysis.stats import paired_difference
from codeio.evaluate.intervals import wilson

LADDER = ("inputs", "constants", "structure", "natural")  # from near to far from what was trained on
KEYS = ["arm", "rung", "predict"]
ALL = "all rungs"  # of a difference: every item counts once


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
    others = sorted(set(frame["rung"]) - {*LADDER, ALL})
    rank = {rung: n for n, rung in enumerate([*LADDER, *others, ALL])}
    order = {arm: n for n, arm in enumerate(arms)}
    keys = pd.DataFrame(
        {
            "rung": frame["rung"].map(rank),
            "predict": frame["predict"].map(lambda p: (p != "output", p)),
            "arm": frame["arm"].map(order),
        }
    )
    return frame.loc[keys.sort_values(["rung", "predict", "arm"]).index].reset_index(drop=True)


def place(name: str) -> tuple[int, bool, str]:
    """Sorts bench/constants_output and its like: the ladder from near to far, output before input, others by name."""
    rung, _, predict = name.removeprefix("bench/").rpartition("_")
    return LADDER.index(rung) if rung in LADDER else len(LADDER), predict != "output", name


def differences(items: pd.DataFrame) -> pd.DataFrame:
    """Each arm against the first on the same items: mean difference, 95 % paired bootstrap over items and seeds.

    A last group pools all rungs: every item counts once, so a rung weighs as many items as it has.
    """
    arms = list(items["arm"].unique())
    groups = [(key, group) for key, group in items.groupby(["rung", "predict"], sort=False)]
    rows = []
    for (rung, predict), group in [*groups, ((ALL, "both"), items)]:
        sides = {arm: by_seed(one) for arm, one in group.groupby("arm", sort=False)}
        for arm in arms[1:]:
            if arm not in sides or arms[0] not in sides:
                continue
            shared = sides[arm].columns.intersection(sides[arms[0]].columns)
            mine, other = sides[arm][shared].to_numpy(), sides[arms[0]][shared].to_numpy()
            mean, low, high = paired_difference(mine, other)
            rows.append(
                (arm, rung, predict, arms[0], len(shared), min(len(mine), len(other)), mean, low, high)
            )
    columns = [*KEYS, "against", "n", "seeds", "difference", "low", "high"]
    return ordered(pd.DataFrame(rows, columns=columns), arms)


def by_seed(items: pd.DataFrame) -> pd.DataFrame:
    """Right or wrong: a row per seed, a column per item that all seeds were asked."""
    return (
        items.pivot_table(index="seed", columns="id", values="correct", aggfunc="mean")
        .astype(float)
        .dropna(axis=1)
    )
