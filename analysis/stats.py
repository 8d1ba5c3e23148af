"""Estimate: how sure a score and a difference are.   right answers -> intervals"""

import numpy as np

from codeio.evaluate.intervals import wilson


def paired_difference(mine: np.ndarray, other: np.ndarray, draws: int = 2000) -> tuple[float, float, float]:
    """Mean of mine - other over the same items, with its 95 % bootstrap interval; the same at every call.

    Both are (seeds, items), or (items,) of one seed. Items are drawn in pairs, the seeds of each side on their own:
    of one seed the interval knows nothing of other seeds.
    """
    mine, other = np.atleast_2d(np.asarray(mine, float)), np.atleast_2d(np.asarray(other, float))
    items = mine.shape[1]
    if not items:
        return 0.0, -1.0, 1.0
    draw, means = np.random.default_rng(0), np.empty(draws)
    for n in range(draws):
        picks = np.bincount(draw.integers(0, items, items), minlength=items)
        sides = (side[draw.integers(0, len(side), len(side))].mean(axis=0) for side in (mine, other))
        means[n] = (next(sides) - next(sides)) @ picks / items
    low, high = np.quantile(means, [0.025, 0.975])
    return float(mine.mean() - other.mean()), float(low), float(high)


def interval_over_seeds(by_seed: list[np.ndarray], draws: int = 2000) -> tuple[float, float]:
    """95 % interval of a score over seeds and items; of one seed Wilson's, which knows items only.

    Several seeds: bootstrap of seeds and of items within each (the same at every call), but never narrower
    than Wilson's over all items, since a bootstrap of nothing but wrong answers would claim certainty.
    """
    pooled = wilson(int(sum(one.sum() for one in by_seed)), sum(map(len, by_seed)))
    if len(by_seed) == 1:
        return pooled
    draw = np.random.default_rng(0)
    means = np.empty(draws)
    for n in range(draws):
        chosen = draw.integers(0, len(by_seed), len(by_seed))
        means[n] = np.mean([draw.choice(by_seed[k], len(by_seed[k])).mean() for k in chosen])
    low, high = np.quantile(means, [0.025, 0.975])
    return min(float(low), pooled[0]), max(float(high), pooled[1])
