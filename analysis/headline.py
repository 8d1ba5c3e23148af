"""Analyse the head-line run, from versioned files only.   data/evaluate, data/revise, metrics -> plots/"""

from pathlib import Path

import pandas as pd

from analysis import contamination, funnel, ladder, look, report, scores, table, turns
from codeio import shards
from codeio.errors import BadInput
from codeio.params import ROOT
from codeio.records import Problem
from codeio.stage import screen

SAMPLES = 60  # problems of each store, and evaluated items, that the report shows
SCORED = (
    "Share of right answers on held-out problems with its 95 % Wilson interval; inputs: seen programs on new inputs; "
    "constants: seen structures with other constants; structure: structures never seen; natural: real functions "
    "from files never seen. The dashed line is what always giving the most frequent answer would score."
)
TURNED = (
    "Share of a store's problems that a teacher had answered rightly by each turn. `slip` simulates mistakes."
)


def analyse() -> list[Path]:
    """All tables and figures, and the report that holds them. Raises BadInput where a stage has not run."""
    plots = ROOT / "plots"
    items = evaluated()
    tidy = scores.tidy(items.assign(arm="head-line"))
    counted, samples = stores()
    kept, leaks = (one.read(ROOT / "metrics") for one in (funnel, contamination))
    screen.print(table.on_screen(tidy, "head-line model", screen.width))
    made = table.save(tidy, plots, "scores", SCORED)
    made += look.save(ladder.draw(tidy, "Head-line model on the held-out ladder"), plots, "ladder")
    made += [csv(counted, plots / "turns.csv"), *look.save(turns.draw(counted), plots, "turns")]
    made += [csv(kept, plots / "funnel.csv"), *look.save(funnel.draw(kept), plots, "funnel")]
    made += [csv(leaks, plots / "contamination.csv")]
    made += look.save(contamination.draw(leaks), plots, "contamination")
    sections = [
        ("Scores", report.table(table.readable(tidy)) + report.figure(plots / "ladder.svg", SCORED)),
        ("Turns", report.figure(plots / "turns.svg", TURNED)),
        ("Data", report.figure(plots / "funnel.svg", "What each stage kept, and why it dropped the rest.")),
        (
            "Contamination",
            report.table(contamination.readable(leaks))
            + report.figure(plots / "contamination.svg", contamination.SHOWN),
        ),
    ]
    samples += [report.of_item(item) for item in some(items)]
    shown = report.browser(samples, "Samples: problems of the stores, then evaluated items")
    text = report.page(
        "codeio: the head-line model", "Made by `dvc repro` from versioned files.", sections, shown
    )
    (plots / "report.html").write_text(text, encoding="utf-8")
    return [*made, plots / "report.html"]


def evaluated() -> pd.DataFrame:
    path = ROOT / "data" / "evaluate" / "items.parquet"
    if not path.exists():
        raise BadInput(f"{path.relative_to(ROOT)} is missing: run `dvc repro evaluate`")
    try:
        return pd.read_parquet(path)
    except shards.DAMAGED as error:
        raise BadInput(f"{path.relative_to(ROOT)} is damaged: run `dvc repro -f -s evaluate`") from error


def some(items: pd.DataFrame) -> list[dict]:
    """A few items of each rung and direction."""
    groups = items.groupby(["rung", "predict"], sort=False)
    return groups.head(max(1, SAMPLES // groups.ngroups)).to_dict("records")


def stores() -> tuple[pd.DataFrame, list[str]]:
    """Turn counts and sample problems of every store, each read once and never held whole."""
    found = sorted(path for path in (ROOT / "data" / "revise").glob("*") if shards.files(path))
    if not found:
        raise BadInput("data/revise holds no store: run `dvc repro revise`")
    counts, samples = [], []
    for at in found:
        kept = report.Few(SAMPLES)
        counts.append(turns.count(map(kept.look, shards.read_all(at, Problem)), at.name))
        samples += [report.of_problem(problem, at.name) for problem in kept.problems()]
    return pd.concat(counts, ignore_index=True), samples


def csv(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_csv(path, index=False, float_format="%.6f", lineterminator="\n")
    return path
