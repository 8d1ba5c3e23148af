"""Analyse a sweep, from its runs in MLflow.   sweep id -> outputs/sweeps/<id>/figures/"""

from pathlib import Path

import pandas as pd

from analysis import look, report, runs, scores, swept, table
from analysis.headline import csv, some
from codeio.params import ROOT
from codeio.stage import screen


def analyse(sweep: str) -> list[Path]:
    """Score per swept value with intervals, each arm against the first, the report; kept with every run."""
    found = swept.by_value(runs.of_sweep(sweep))
    sweep = runs.latest() if sweep == "latest" else sweep
    folder = ROOT / "outputs" / "sweeps" / sweep / "figures"
    items, title = swept.items_of(found), named(found)
    tidy, against = swept.summarise(items), scores.differences(items)
    made = table.save(tidy, folder, "scores", f"Sweep {sweep}: {title}; 95 % intervals.")
    made += look.save(swept.draw(tidy, title), folder, "scores")
    made.append(csv(against, folder / "differences.csv"))
    screen.print(table.on_screen(tidy, f"sweep {sweep}", screen.width))
    caption = "Score per arm with its 95 % interval over seeds and items; dashed: the most frequent answer."
    sections = [
        ("Scores", report.table(table.readable(tidy)) + report.figure(folder / "scores.svg", caption)),
        (
            "Against the first arm, on the same items (interval over items, seeds averaged)",
            report.table(rounded(against)),
        ),
        ("Runs", report.table(of_runs(found))),
    ]
    shown = report.browser([report.of_item(item) for item in some(items)], "Samples of evaluated items")
    page = report.page(f"codeio: {title}", f"Sweep {sweep}", sections, shown)
    (folder / "report.html").write_text(page, encoding="utf-8")
    for run in found:
        runs.attach(run, folder / "report.html", "report")
    return [*made, folder / "report.html"]


def named(found: list[runs.Run]) -> str:
    """What the sweep varies: "revisions (3 seeds)"."""
    seeds = len({run.params.get("seed") for run in found})
    varied = ", ".join(map(swept.short, swept.axes_of(found))) or "one arm"
    return f"{varied} ({seeds} seed{'s' * (seeds > 1)})"


def rounded(against: pd.DataFrame) -> pd.DataFrame:
    interval = [
        f"[{low:+.2f}, {high:+.2f}]" for low, high in zip(against["low"], against["high"], strict=True)
    ]
    sure = (against["low"] > 0) | (against["high"] < 0)
    return pd.DataFrame(
        {
            "rung": against["rung"],
            "predict": against["predict"],
            "arm": against["arm"],
            "against": against["against"],
            "difference": [f"{x:+.2f}" for x in against["difference"]],
            "95 % interval": interval,
            "differs": sure.map({True: "yes", False: "not shown"}),
        }
    )


def of_runs(found: list[runs.Run]) -> pd.DataFrame:
    """Where each number comes from: run, code, data, checkpoint."""
    tags = ("codeio.git_sha", "codeio.git_dirty", "codeio.view", "codeio.checkpoint", "codeio.stale")
    rows = [
        {
            "run": run.name,
            "id": run.id,
            **{tag.removeprefix("codeio."): run.tags.get(tag, "") for tag in tags},
        }
        for run in found
    ]
    return pd.DataFrame(rows)
