"""Tabulate the 14 benchmarks: our arms with intervals, the paper's figures beside.   runs -> table of text"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis import paper, report
from analysis.runs import Run

QUOTED = {f"paper: {name}" for name in paper.MAIN}
MEASURE = "python -m codeio.evaluate.bench evaluate.bench.data_root=DIR"
NOTE = (
    f"In percent. Columns marked 'paper' are quoted: {paper.SOURCE}. Ours hold a 95 % interval over items; of several "
    f"seeds the mean, from the lowest to the highest end. A dash is not measured: `{MEASURE}` asks a model."
)


def beside_the_paper(arms: Mapping[str, Sequence[Run]]) -> pd.DataFrame:
    """A row per benchmark and one for the mean; a column per arm (arm -> its runs), then the paper's."""
    rows = []
    for n, name in enumerate(paper.BENCHMARKS):
        mine = {arm: cell(runs, name) for arm, runs in arms.items()}
        quoted = {f"paper: {row}": f"{figures[n]:.1f}" for row, figures in paper.MAIN.items()}
        rows.append({"benchmark": name, **mine, **quoted})
    means = {arm: mean(runs) for arm, runs in arms.items()}
    rows.append(
        {"benchmark": "AVG", **means, **{f"paper: {name}": f"{x:.1f}" for name, x in paper.AVERAGE.items()}}
    )
    return pd.DataFrame(rows)


def html(arms: Mapping[str, Sequence[Run]]) -> str:
    return report.table(beside_the_paper(arms), QUOTED)


def cell(runs: Sequence[Run], name: str) -> str:
    """64.9 [62.0, 67.8], with the number of items where only the first ones were asked; a dash if none was."""
    found = [
        (run, key) for run in runs for key in run.metrics if re.fullmatch(rf"bench/{name}(_limit\d+)?", key)
    ]
    if not found:
        return "-"
    scores = [run.metrics[key] for run, key in found]
    lows = [run.metrics.get(f"{yardstick(key)}_low", 0.0) for run, key in found]
    highs = [run.metrics.get(f"{yardstick(key)}_high", 1.0) for run, key in found]
    limit = re.search(r"_limit(\d+)", found[0][1])
    first = f" (first {limit[1]})" if limit else ""
    return f"{100 * sum(scores) / len(scores):.1f} [{100 * min(lows):.1f}, {100 * max(highs):.1f}]{first}"


def yardstick(metric: str) -> str:
    return metric.replace("bench/", "yardstick/")


def mean(runs: Sequence[Run]) -> str:
    """57.2 (of 14); a dash without a run that was asked."""
    pattern = re.compile(r"bench/avg_(\d+)_of_\d+")
    found = [(run.metrics[key], hit[1]) for run in runs for key in run.metrics if (hit := pattern.match(key))]
    if not found:
        return "-"
    return f"{100 * sum(score for score, _ in found) / len(found):.1f} (of {found[0][1]})"


def ablation(setting: str) -> pd.DataFrame | None:
    """The paper's figures of one ablation, if it has any."""
    if setting not in paper.ABLATIONS:
        return None
    rows = [{setting: value, "paper: AVG of 14": f"{x:.1f}"} for value, x in paper.ABLATIONS[setting].items()]
    return pd.DataFrame(rows)
