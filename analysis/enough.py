"""Count what is still to run: seeds of each arm, arms of an experiment.   runs -> table of what is missing"""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.runs import Run

SEEDS = 3  # of an arm, below which nothing is known of what another seed would bring


def missing(arms: Mapping[str, Sequence[Run]], wanted: Sequence[str] = ()) -> pd.DataFrame:
    """arm, seeds it has, runs to add, the seeds to give; empty where every arm (also those `wanted`) has enough."""
    rows = []
    for arm in dict.fromkeys([*arms, *wanted]):
        have = sorted({int(run.params.get("seed", "0")) for run in arms.get(arm, ())})
        free = [seed for seed in range(SEEDS + len(have)) if seed not in have]
        lacking = max(0, SEEDS - len(have))
        if lacking:
            seeds = ",".join(map(str, have)) or "none"
            rows.append((arm, seeds, lacking, f"seed={','.join(map(str, free[:lacking]))}"))
    return pd.DataFrame(rows, columns=["arm", "seeds it has", "more runs needed", "with"])
