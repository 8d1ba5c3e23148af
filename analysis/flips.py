"""Compare answers item by item: what turned right, what turned wrong.   items of two arms -> tidy frame"""

import pandas as pd

from analysis.scores import ordered
from codeio.evaluate.flips import Flips

COLUMNS = ["arm", "rung", "predict", "against", "seeds", "n", "gained", "lost", "p"]


def between(items: pd.DataFrame) -> pd.DataFrame:
    """Each arm against the first, per rung and direction, over the seeds that both have; p: exact McNemar."""
    arms = list(items["arm"].unique())
    rows = []
    for (rung, predict), group in items.groupby(["rung", "predict"], sort=False):
        first = group[group["arm"] == arms[0]]
        for arm in arms[1:]:
            both = first.merge(group[group["arm"] == arm], on=["id", "seed"], suffixes=("_a", "_b"))
            rows.append(
                (
                    arm,
                    rung,
                    predict,
                    arms[0],
                    both["seed"].nunique(),
                    *counted(both, "correct_a", "correct_b"),
                )
            )
    return ordered(pd.DataFrame(rows, columns=COLUMNS), arms)


def against_majority(items: pd.DataFrame) -> pd.DataFrame:
    """The model against the most frequent answer of training, on the same items."""
    rows = [
        (arm, rung, predict, "majority answer", 1, *counted(group, "baseline_correct", "correct"))
        for (arm, rung, predict), group in items.groupby(["arm", "rung", "predict"], sort=False)
    ]
    return ordered(pd.DataFrame(rows, columns=COLUMNS), list(items["arm"].unique()))


def counted(both: pd.DataFrame, before: str, after: str) -> tuple[int, int, int, float]:
    a, b = both[before].astype(bool), both[after].astype(bool)
    flips = Flips(len(both), int((~a & b).sum()), int((a & ~b).sum()))
    return flips.items, flips.gained, flips.lost, flips.p


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "rung": frame["rung"],
            "predict": frame["predict"],
            "arm": frame["arm"],
            "against": frame["against"],
            "answers": frame["n"],
            "wrong to right": frame["gained"],
            "right to wrong": frame["lost"],
            "McNemar p": [likely(*pair) for pair in zip(frame["p"], frame["seeds"], strict=True)],
        }
    )


def likely(p: float, seeds: int) -> str:
    """A dash where an item counts once per seed: the test takes answers for independent."""
    return "-" if seeds > 1 else f"{p:.3f}" if p >= 0.001 else "< 0.001"
