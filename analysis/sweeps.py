"""Analyse a sweep, or all runs of an experiment, from MLflow.   runs -> outputs/<kind>/<name>/figures/report.html"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis import (
    benchmarks,
    breakdown,
    enough,
    flips,
    look,
    origins,
    report,
    runs,
    samples,
    scores,
    sections,
    swept,
    table,
)  # fmt: skip
from analysis.runs import Run
from codeio import facts
from codeio.errors import BadInput
from codeio.params import ROOT
from codeio.stage import screen

PAIRED = (
    "Share of right answers on the same items: difference with its 95 % paired bootstrap interval, over items and, "
    "where an arm has several seeds, over seeds. `yes` where it lies apart from 0, which of one seed says nothing of "
    "others; a dash where no answer differs. Many comparisons are made here: of "
    "twenty that are nothing one is expected to say yes."
)
RUNS = "All a run depends on: `python -m codeio.lineage run=ID`. `changed`: beyond the commit; `data`: its dvc.lock."
MEASURED = "What the view gave each arm to train on, as its training counted it (means over seeds)."
OTHER = "These runs were trained on other data than the checkout holds now, whose figures these are. "
SWEPT = (
    "Score per arm with its 95 % interval over seeds and items, small grey marks: single seeds, dashed: the majority "
    "answer."
)


def analyse(sweep: str) -> list[Path]:
    """The page of a sweep, kept with each of its runs."""
    found = swept.by_value(runs.of_sweep(sweep))
    sweep = runs.latest() if sweep == "latest" else sweep
    return written(found, ROOT / "outputs" / "sweeps" / sweep / "figures", f"Sweep {sweep}")


def of_run(name: str) -> list[Path]:
    """The page of one run."""
    run = runs.named(name)
    if run.status != "FINISHED":
        raise BadInput(f"run={name} is {run.status}, not FINISHED: it has no scores to show")
    return written([run], ROOT / "outputs" / "reports" / run.id, f"Run {run.id}")


def written(found: list[Run], folder: Path, head: str, wanted: Sequence[str] = ()) -> list[Path]:
    """Tables, figures and the page that holds them; `wanted` are arms that should be there too."""
    folder.mkdir(parents=True, exist_ok=True)
    items, title = swept.items_of(found), named(found)
    tidy = swept.summarise(items)
    table.save(tidy, folder, "scores", f"{head}: {title}; 95 % intervals.")
    look.save(swept.draw(tidy, title, items), folder, "scores")
    screen.print(table.on_screen(tidy, head.lower(), screen.width))
    known = origins.of(set(items["id"]), ROOT)
    shown = [
        ("Scores", report.table(table.wide(tidy)) + report.figure(folder / "scores.svg", SWEPT)),
        *compared(items, folder),
        *lacking(found, wanted),
        *beside_the_paper(found),
        sections.broken_down(
            breakdown.summarise(breakdown.of_items(items, known)),
            folder, "breakdown", "By pattern, difficulty and length", "the question",
        ),
        ("Data of each arm", report.note(MEASURED) + report.table(data(found))),
        sections.contaminated(ROOT / "metrics", folder, OTHER if outdated(found) else ""),
        ("Runs", report.note(RUNS) + report.table(of_runs(found))),
        ("Samples", samples.browser(samples.of_items(items, known), "Evaluated items, with one seed of every arm.")),
    ]  # fmt: skip
    summary = in_one_look(scores.differences(items)) if items["arm"].nunique() > 1 else ""
    page = folder / "report.html"
    page.write_text(report.page(f"codeio: {title}", f"{head}. {summary}", shown), encoding="utf-8")
    for run in found:
        runs.attach(run, page, "report")
    return sorted(path for path in folder.iterdir() if path.is_file())


def compared(items: pd.DataFrame, folder: Path) -> list[sections.Section]:
    """Each arm against the first: paired differences and flips. Nothing where there is one arm."""
    if items["arm"].nunique() == 1:
        return [sections.flipped(flips.against_majority(items))]
    against = scores.differences(items)
    against.to_csv(folder / "differences.csv", index=False, float_format="%.6f", lineterminator="\n")
    paired = report.note(PAIRED) + report.table(readable(against))
    return [("Differences against the first arm", paired), sections.flipped(flips.between(items))]


def outdated(found: Sequence[Run]) -> bool:
    """Whether a run was trained or asked on other data than dvc.lock pins now."""
    now = {f"dvc.{at}": output.md5 for at, output in facts.locked().items() if at.startswith("data/revise")}
    return any(run.tags.get(name, md5) != md5 for run in found for name, md5 in now.items())


def lacking(found: Sequence[Run], wanted: Sequence[str]) -> list[sections.Section]:
    """Which arms have too few seeds, and how many runs would mend it."""
    missing = enough.missing(by_arm(found), wanted)
    if missing.empty:
        return []
    said = (
        f"Fewer than {enough.SEEDS} seeds say nothing of what another seed would bring: their intervals are over items "
        "only. Add the seeds to the same command; finished arms are not trained again."
    )
    return [("Runs that are missing", report.note(said) + report.table(missing))]


def beside_the_paper(found: Sequence[Run]) -> list[sections.Section]:
    """The 14 benchmarks of each arm, and what the paper found where it swept the same setting."""
    quoted = [(name, benchmarks.ablation(name)) for name in swept.axes_of(found)]
    tables = "".join(
        report.note(f"The paper's ablation of {name}, quoted ({benchmarks.paper.SOURCE}):")
        + report.table(frame, set(frame.columns))
        for name, frame in quoted
        if frame is not None
    )
    return [("The 14 benchmarks", report.note(benchmarks.NOTE) + benchmarks.html(by_arm(found)) + tables)]


def by_arm(found: Sequence[Run]) -> dict[str, list[Run]]:
    axes = swept.axes_of(found)
    arms: dict[str, list[Run]] = {}
    for run in found:
        arms.setdefault(swept.arm_of(run, axes) if axes else run.name, []).append(run)
    return arms


def named(found: list[Run]) -> str:
    """What the sweep varies: "revisions (3 seeds)"."""
    seeds = len({run.params.get("seed") for run in found})
    varied = ", ".join(map(swept.short, swept.axes_of(found))) or found[0].name
    return f"{varied} ({seeds} seed{'s' * (seeds > 1)})"


def in_one_look(against: pd.DataFrame) -> str:
    """What differs, by how much, how surely: a sentence per arm over all rungs."""
    said = []
    for row in against[against["rung"] == scores.ALL].itertuples():
        interval = f"{100 * row.difference:+.1f} points [{100 * row.low:+.1f}, {100 * row.high:+.1f}]"
        shown = row.low > 0 or row.high < 0
        few = row.seeds < enough.SEEDS
        sure = f"a difference{' of these runs' * few}" if shown else "no difference shown"
        seeds = f"{row.seeds} seed{'s' * (row.seeds > 1)} each"
        said.append(f"{row.arm} against {row.against}: {interval} on {row.n:,} items, {seeds}: {sure}.")
    if (against["seeds"] < enough.SEEDS).any():
        said.append(f"What another seed would bring is not known below {enough.SEEDS} seeds of each arm.")
    return " ".join(said)


def readable(against: pd.DataFrame) -> pd.DataFrame:
    low, high = against["low"], against["high"]
    return pd.DataFrame(
        {
            "rung": against["rung"],
            "predict": against["predict"],
            "arm": against["arm"],
            "against": against["against"],
            "items": against["n"],
            "seeds": against["seeds"],
            "difference": [f"{x:+.3f}" for x in against["difference"]],
            # drawing from nothing but zeros gives no interval, and is no certainty
            "95 % interval": [
                f"[{a:+.3f}, {b:+.3f}]" if a < b else "-" for a, b in zip(low, high, strict=True)
            ],
            "differs": ((low > 0) | (high < 0)).map({True: "yes", False: "not shown"}),
        }
    )


def data(found: Sequence[Run]) -> pd.DataFrame:
    """The data/* figures of the runs, a row each, a column per arm."""
    arms = by_arm(found)
    names = sorted({name for run in found for name in run.metrics if name.startswith("data/")})
    rows = []
    for name in names:
        values = {
            arm: [run.metrics[name] for run in mine if name in run.metrics] for arm, mine in arms.items()
        }
        cells = {arm: f"{sum(some) / len(some):,.0f}" if some else "-" for arm, some in values.items()}
        rows.append({"figure": name.removeprefix("data/").replace("_", " "), **cells})
    return pd.DataFrame(rows, columns=["figure", *arms])


def of_runs(found: Sequence[Run]) -> pd.DataFrame:
    """Where each number comes from: run, code, data, in the beginnings of their hashes."""
    rows = [
        {
            "run": run.name,
            "id": run.id,
            "code": run.tags.get("codeio.git_sha", "-")[:12],
            "changed": {"true": "yes", "false": "no"}.get(run.tags.get("codeio.git_dirty", ""), "-"),
            "trained on": f"{run.params.get('corpus.name', 'view')} {run.tags.get('codeio.view', '-')[:12]}",
            "model": run.tags.get("codeio.training", "-")[:12],
            "data": "altered"
            if "codeio.stale" in run.tags
            else run.tags.get("codeio.dvc_lock_md5", "-")[:12],
        }
        for run in found
    ]
    return pd.DataFrame(rows)
