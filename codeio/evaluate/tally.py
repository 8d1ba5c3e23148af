"""Tally: marks as a score with its interval.   items, marks -> Tally"""

from collections.abc import Sequence

import msgspec
import numpy as np

from codeio.evaluate.benchmark import Item, Mark
from codeio.evaluate.intervals import wilson

DRAWS = 1000


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """A score with its 95 % interval. `n` counts what is right or wrong as one: an item, or a problem of several."""

    n: int
    items: int
    score: float
    low: float
    high: float
    malformed: float  # share of items in whose response no answer was found
    groups: dict[str, float]  # score of each subset


def tally(items: Sequence[Item], marks: Sequence[Mark]) -> Tally:
    """The score over all items; those of one unit count as their worst."""
    units = by_unit(items, marks)
    groups: dict[str, list[float]] = {}
    for group, score in units.values():
        groups.setdefault(group, []).append(score)
    scores = [score for _, score in units.values()]
    low, high = interval(scores)
    return Tally(
        n=len(scores),
        items=len(items),
        score=mean(scores),
        low=low,
        high=high,
        malformed=mean([float(mark.extracted is None) for mark in marks]),
        groups={name: mean(group) for name, group in sorted(groups.items())} if len(groups) > 1 else {},
    )


def by_unit(items: Sequence[Item], marks: Sequence[Mark]) -> dict[str, tuple[str, float]]:
    """unit -> its group and its score."""
    units: dict[str, tuple[str, float]] = {}
    for item, mark in zip(items, marks, strict=True):
        name = item.unit or item.id
        worst = min(mark.score, units[name][1]) if name in units else mark.score
        units[name] = item.group, worst
    return units


def mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def interval(scores: Sequence[float]) -> tuple[float, float]:
    """Wilson's where all scores are 0 or 1, else a bootstrap over items (the same at every call)."""
    if all(score in (0.0, 1.0) for score in scores):
        return wilson(int(sum(scores)), len(scores))
    draw = np.random.default_rng(0)
    array = np.asarray(scores)
    means = [array[draw.integers(0, len(array), len(array))].mean() for _ in range(DRAWS)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
