"""Analyse: tables and figures of the head-line run, or of a sweep.

python -m analysis                 data/evaluate, data/revise, metrics -> plots/       (DVC stage analyze)
python -m analysis sweep=ID        the sweep's runs in MLflow -> outputs/sweeps/ID/figures/
python -m analysis sweep=latest    the newest sweep
"""

import sys
from pathlib import Path

import pandas as pd

from analysis import funnel, ladder, look, runs, scores, swept, table, turns
from codeio import shards
from codeio.errors import BadInput, BadParams, CodeioError
from codeio.params import ROOT, did_you_mean
from codeio.records import Problem
from codeio.stage import screen

PLOTS = ROOT / "plots"


def main(arguments: list[str]) -> None:
    if arguments in (["--help"], ["-h"], ["help"]):
        return print((__doc__ or "").strip())
    look.set_style()
    try:
        made = of_sweep(chosen(arguments)) if arguments else head_line()
    except CodeioError as error:
        raise SystemExit(f"analysis: {error}") from None
    for path in made:
        screen.print(f"analysis: {path.relative_to(ROOT)}")


def chosen(arguments: list[str]) -> str:
    """The sweep named on the command line."""
    key, _, value = arguments[0].partition("=")
    if key != "sweep" or not value or len(arguments) > 1:
        raise BadParams(f"{' '.join(arguments)}: say nothing, or sweep=ID{did_you_mean(key, ['sweep'])}")
    return value


def head_line() -> list[Path]:
    """Everything about the pipeline's own model, from versioned files only."""
    tidy = scores.tidy(evaluated().assign(arm="head-line"))
    note = "Held-out ladder: share of right answers, 95 % Wilson interval, majority-answer baseline."
    made = table.save(tidy, PLOTS, "scores", note)
    made += look.save(ladder.draw(tidy, "Head-line model on the held-out ladder"), PLOTS, "ladder")
    counted = pd.concat([turns.count(store(at), at.name) for at in stores()], ignore_index=True)
    counted.to_csv(PLOTS / "turns.csv", index=False, float_format="%.6f", lineterminator="\n")
    made += [PLOTS / "turns.csv", *look.save(turns.draw(counted), PLOTS, "turns")]
    kept = funnel.read(ROOT / "metrics")
    kept.to_csv(PLOTS / "funnel.csv", index=False, lineterminator="\n")
    return [*made, PLOTS / "funnel.csv", *look.save(funnel.draw(kept), PLOTS, "funnel")]


def evaluated() -> pd.DataFrame:
    path = ROOT / "data" / "evaluate" / "items.parquet"
    if not path.exists():
        raise BadInput(f"{path.relative_to(ROOT)} is missing: run `dvc repro evaluate`")
    return pd.read_parquet(path)


def stores() -> list[Path]:
    found = sorted(path for path in (ROOT / "data" / "revise").glob("*") if shards.files(path))
    if not found:
        raise BadInput("data/revise holds no store: run `dvc repro revise`")
    return found


def store(at: Path) -> list[Problem]:
    return list(shards.read_all(at, Problem))


def of_sweep(sweep: str) -> list[Path]:
    """Score per swept value, its table, and each arm against the first on the same items."""
    arms = swept.by_value(runs.of_sweep(sweep))
    sweep = runs.latest() if sweep == "latest" else sweep
    items, varied = swept.items_of(arms), swept.axes_of(arms)
    folder = ROOT / "outputs" / "sweeps" / sweep / "figures"
    tidy = swept.summarise(items)
    seeds = sorted(set(items["seed"]))
    title = f"{', '.join(map(swept.short, varied)) or 'one arm'} ({len(seeds)} seed{'s' * (len(seeds) > 1)})"
    made = table.save(tidy, folder, "scores", f"Sweep {sweep}: {title}; 95 % intervals.")
    made += look.save(swept.draw(tidy, title), folder, "scores")
    differences = scores.differences(items)
    differences.to_csv(folder / "differences.csv", index=False, float_format="%.6f", lineterminator="\n")
    screen.print(table.on_screen(tidy, f"sweep {sweep}", screen.width))
    return [*made, folder / "differences.csv"]


if __name__ == "__main__":
    main(sys.argv[1:])
