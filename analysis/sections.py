"""Compose: the sections that the head-line page and a sweep's page share.   frames, figures -> headings with html"""

from pathlib import Path

import pandas as pd

from analysis import breakdown, contamination, flips, funnel, lengths, look, report, table, turns
from codeio import facts

Section = tuple[str, str]
SCORED = (
    "Share of right answers on held-out problems with its 95 % interval; inputs: seen programs on new inputs; "
    "constants: seen structures with other constants; structure: structures never seen; natural: real functions "
    "from files never seen. *: the interval lies above the majority answer (dashed), what always giving it would score."
)
TURNED = (
    "Share of a store's problems that a teacher had answered rightly by each turn. `slip` simulates mistakes."
)
DROPPED = "What each stage kept, and why it dropped the rest."
FLOWED = "From raw files to problems that were answered rightly by turn k; a later turn answers what was still wrong."
FLIPPED = (
    "Items that turned from wrong to right and back; p: exact two-sided McNemar test, given for one seed only, since "
    "answers of several seeds to one item are not independent."
)


def scored(tidy: pd.DataFrame, figure: Path) -> Section:
    return "Scores on the held-out ladder", report.table(table.wide(tidy)) + report.figure(figure, SCORED)


def flipped(frame: pd.DataFrame) -> Section:
    return "Flips: which answers changed", report.note(FLIPPED) + report.table(flips.readable(frame))


def broken_down(frame: pd.DataFrame, folder: Path, name: str, title: str, length: str) -> Section:
    """Right answers by pattern, difficulty and length, as a figure and, folded away, as a table."""
    look.save(breakdown.draw(frame, length), folder, name)
    frame.to_csv(folder / f"{name}.csv", index=False, float_format="%.6f", lineterminator="\n")
    text = (
        "Share of right answers with its 95 % Wilson interval, by kind of reasoning, difficulty (executed lines: "
        f"below 8, 32, 128, 512, more) and length of {length} in characters. A problem counts at each of its "
        f"patterns; groups of fewer than {breakdown.FEW} are in the table only."
    )
    shown = frame.assign(
        share=[table.text(*x) for x in zip(frame["share"], frame["low"], frame["high"], strict=True)]
    )
    folded = report.folded("as a table", report.table(shown.drop(columns=["low", "high"])))
    return title, report.figure(folder / f"{name}.svg", text) + folded


def flowed(metrics: Path, folder: Path) -> list[Section]:
    """What became of the raw files, and why rows were dropped."""
    flow, kept = funnel.flow(metrics), funnel.read(metrics)
    for frame, name, draw in ((flow, "flow", funnel.draw_flow), (kept, "funnel", funnel.draw)):
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        look.save(draw(frame), folder, name)
    return [
        ("From raw code to right answers", report.figure(folder / "flow.svg", FLOWED)),
        ("What was dropped, and why", report.figure(folder / "funnel.svg", DROPPED)),
    ]


def turned(counted: pd.DataFrame, folder: Path) -> Section:
    counted.to_csv(folder / "turns.csv", index=False, float_format="%.6f", lineterminator="\n")
    look.save(turns.draw(counted), folder, "turns")
    return "What revision turns bring", report.figure(folder / "turns.svg", TURNED)


def measured(frame: pd.DataFrame, context: int, folder: Path, of: str) -> Section:
    """Token lengths of the view's conversations."""
    look.save(lengths.draw(frame, context), folder, "lengths")
    lengths.table(frame, context).to_csv(folder / "lengths.csv", index=False, lineterminator="\n")
    text = f"Tokens of {len(frame):,} conversations of the view, {of}; dashed: the model's context of {context:,}."
    return "Token lengths", report.figure(folder / "lengths.svg", text) + report.table(
        lengths.table(frame, context)
    )


def contaminated(metrics: Path, folder: Path, before: str = "") -> Section:
    """What was kept apart from the held-out ladder, and what the training text holds of the test sets."""
    near = facts.kept_apart()
    said = f"{near:,} training functions that resemble a held-out one were dropped before any question was asked."
    leaks = contamination.read(metrics)
    leaks.to_csv(folder / "contamination.csv", index=False, lineterminator="\n")
    look.save(contamination.draw(leaks), folder, "contamination")
    shown = report.figure(folder / "contamination.svg", contamination.SHOWN)
    return "Contamination", report.note(before + said) + report.table(contamination.readable(leaks)) + shown


def inputs() -> Section:
    """The versions of all data and models: what dvc.lock pins."""
    rows = [
        (out.stage, at, out.md5) for at, out in facts.locked().items() if at.startswith(("data/", "models/"))
    ]
    frame = pd.DataFrame(rows, columns=["stage", "output", "md5"])
    said = (
        "What dvc.lock pins. `python -m codeio.lineage row=ID` goes from any id below to its line of source."
    )
    return "Where it comes from", report.note(said) + report.table(frame)
