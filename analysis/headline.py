"""Analyse the head-line run, from versioned files only.   data, metrics, models -> plots/, analysis/report.html"""

import json
from pathlib import Path

import pandas as pd

from analysis import (
    benchmarks,
    breakdown,
    cards,
    flips,
    ladder,
    lengths,
    look,
    origins,
    report,
    runs,
    samples,
    scores,
    sections,
    table,
    turns,
)  # fmt: skip
from codeio import shards, tracker
from codeio.errors import BadInput
from codeio.params import ROOT, Params, load
from codeio.records import Problem
from codeio.stage import screen

LOOKED_AT = 3000  # problems of each store, picked by hash, that lengths and breakdown are of
NOTE = (
    "Made by `dvc repro` from versioned files. A sweep has such a page too: `python -m analysis sweep=latest`. Any "
    "id below leads to its line of source: `python -m codeio.lineage row=ID`."
)


def analyse() -> list[Path]:
    """All tables and figures, and the page that holds them. Raises BadInput where a stage has not run."""
    plots = ROOT / "plots"
    params = load()
    items = evaluated().assign(arm="head-line", seed=str(params.seed))
    tidy = scores.tidy(items)
    counted, kept = stores()
    plots.mkdir(exist_ok=True)
    screen.print(table.on_screen(tidy, "head-line model", screen.width))
    table.save(tidy.assign(asked=tidy["rung"] + ", " + tidy["predict"]), plots, "scores", sections.SCORED)
    look.save(ladder.draw(tidy, "Head-line model on the held-out ladder"), plots, "ladder")
    outputs_first = items.sort_values("predict", ascending=False, kind="stable")
    against = flips.against_majority(items)
    known = origins.of({*items["id"], *(one.id for store in kept.values() for one in store)}, ROOT)
    shown = [
        sections.scored(tidy, plots / "ladder.svg"),
        ("The 14 benchmarks", report.note(benchmarks.NOTE) + benchmarks.html({"head-line": []})),
        sections.flipped(against),
        sections.broken_down(
            breakdown.summarise(breakdown.of_items(outputs_first, known, "predict")),
            plots, "breakdown_model", "The model by pattern, difficulty and length", "the question",
        ),
        *sections.flowed(ROOT / "metrics", plots),
        sections.turned(counted, plots),
        *of_stores(kept, known, params),
        sections.contaminated(ROOT / "metrics", plots),
        sections.inputs(),
        ("Samples", browser(kept, items, known)),
    ]  # fmt: skip
    texts = {
        "report.html": report.page("codeio: the head-line model", NOTE, shown),
        "data_card.md": cards.data(ROOT, params),
        "model_card.md": cards.model(tidy, params),
    }
    (ROOT / "analysis").mkdir(exist_ok=True)
    for name, text in texts.items():
        (ROOT / "analysis" / name).write_text(text, encoding="utf-8")
    keep(ROOT / "analysis" / "report.html")
    return [*sorted(plots.iterdir()), *(ROOT / "analysis" / name for name in texts)]


def keep(page: Path) -> None:
    """The page also with the MLflow run of the model, where this store has it."""
    told = ROOT / "models" / "main" / "arm.json"
    run_id = tracker.find(json.loads(told.read_text())) if told.exists() else None
    if run_id:
        runs.attach(runs.one(run_id), page, "report")


def evaluated() -> pd.DataFrame:
    path = ROOT / "data" / "evaluate" / "items.parquet"
    if not path.exists():
        raise BadInput(f"{path.relative_to(ROOT)} is missing: run `dvc repro evaluate`")
    try:
        return pd.read_parquet(path)
    except shards.DAMAGED as error:
        raise BadInput(f"{path.relative_to(ROOT)} is damaged: run `dvc repro -f -s evaluate`") from error


def stores() -> tuple[pd.DataFrame, dict[str, list[Problem]]]:
    """Turn counts and some problems of every store, each read once and never held whole."""
    found = sorted(path for path in (ROOT / "data" / "revise").glob("*") if shards.files(path))
    if not found:
        raise BadInput("data/revise holds no store: run `dvc repro revise`")
    counts, kept = [], {}
    for at in found:
        few = samples.Few(LOOKED_AT)
        counts.append(turns.count(map(few.look, shards.read_all(at, Problem)), at.name))
        kept[at.name] = few.problems()
    return pd.concat(counts, ignore_index=True), kept


def of_stores(
    kept: dict[str, list[Problem]], known: dict[str, origins.Origin], params: Params
) -> list[sections.Section]:
    """What teachers got right, and how long the view's conversations are."""
    plots = ROOT / "plots"
    cases = [case for name, some in kept.items() for case in breakdown.of_problems(some, known, name)]
    title = "Teachers by pattern, difficulty and length"
    made = [
        sections.broken_down(
            breakdown.summarise(cases), plots, "breakdown_teachers", title, "the first answer"
        )
    ]
    tokenizer = ROOT / "models" / "tokenizer"
    if params.teacher in kept and (tokenizer / "tokenizer.json").exists():
        counted = lengths.count(kept[params.teacher], params, tokenizer)
        of = f"picked by hash from the store {params.teacher}, in tokens of models/tokenizer"
        made.append(sections.measured(counted, params.model.context, plots, of))
    return made


def browser(kept: dict[str, list[Problem]], items: pd.DataFrame, known: dict[str, origins.Origin]) -> str:
    entries = [
        samples.of_problem(one, name, known.get(one.id))
        for name, some in kept.items()
        for one in some[: samples.SHOWN]
    ]
    entries += samples.of_items(items, known)
    return samples.browser(entries, "Problems of the stores with all their turns, then evaluated items.")
