"""Draw the funnel: what each stage kept and why it dropped the rest.   metrics/*.json -> figure, table"""

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from analysis.look import COLOURS

STAGES = ("collect", "unify", "execute", "pose")
REASONS = 6  # drop reasons named per stage; the rest are summed


def read(metrics: Path) -> pd.DataFrame:
    """stage, what, rows: what was kept, and each drop reason. Stages that have not run are left out."""
    rows: list[tuple[str, str, int]] = []
    for stage in STAGES:
        path = metrics / f"{stage}.json"
        if path.exists():
            rows += of_stage(stage, json.loads(path.read_text(encoding="utf-8")))
    return pd.DataFrame(rows, columns=["stage", "what", "rows"])


def of_stage(stage: str, counted: dict[str, Any]) -> list[tuple[str, str, int]]:
    dropped = sorted(counted["dropped"].items(), key=lambda kv: (-kv[1], kv[0]))
    rows = [(stage, "kept", counted["rows_out"])]
    rows += [(stage, reason, n) for reason, n in dropped[:REASONS]]
    rest = sum(n for _, n in dropped[REASONS:])
    return rows + ([(stage, "other reasons", rest)] if rest else [])


def flow(metrics: Path) -> pd.DataFrame:
    """step, rows: raw files -> functions -> pairs -> problems -> right by turn k, of every store."""
    told = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(metrics.glob("*.json"))
    }
    steps = (
        ("raw files", "collect", "rows_out"),
        ("functions", "unify", "rows_out"),
        ("functions with certified pairs", "execute", "rows_out"),
        ("certified pairs", "execute", "pairs"),
        ("problems, both directions", "pose", "rows_out"),
    )
    rows = [(step, told[stage][count]) for step, stage, count in steps if count in told.get(stage, {})]
    if train := told.get("pose", {}).get("split", {}).get("train"):
        rows.append(("problems to train on", train))
    for stage, counted in told.items():
        if stage.startswith("revise-"):
            rows += by_turn(stage.removeprefix("revise-"), counted.get("turns", {}))
    return pd.DataFrame(rows, columns=["step", "rows"])


def by_turn(teacher: str, turns: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    """Problems answered, and right by turn k: a later turn answers what was still wrong."""
    numbered = sorted((int(name.removeprefix("turn_")), counts) for name, counts in turns.items())
    rows, right = [], 0
    for turn, counts in numbered:
        if not rows:
            rows.append((f"{teacher}: answered", counts["answers"]))
        right += counts["right"]
        rows.append((f"{teacher}: right by turn {turn}", right))
    return rows


def draw_flow(frame: pd.DataFrame) -> Figure:
    """One bar per step, from the raw files down."""
    figure, axis = plt.subplots(figsize=(6.8, 0.6 + 0.26 * max(len(frame), 1)))
    stores = [step.split(":")[0] if ":" in step else "data" for step in frame["step"]]
    names = list(dict.fromkeys(stores))
    palette = dict(zip(names, COLOURS, strict=False))
    sns.barplot(
        frame.assign(of=stores), x="rows", y="step", hue="of", palette=palette, dodge=False, saturation=1,
        legend=False, ax=axis,
    )  # fmt: skip
    for n, rows in enumerate(frame["rows"]):
        axis.text(rows, n, f" {rows:,}", va="center", fontsize=7)
    axis.tick_params(axis="y", labelsize=7)
    axis.set_ylabel("")
    axis.set_xlabel("number")
    axis.margins(x=0.12)
    figure.tight_layout()
    return figure


def draw(frame: pd.DataFrame) -> Figure:
    """One bar per kept or dropped group, stages from top to bottom."""
    kept = (frame["what"] == "kept").map({True: "kept", False: "dropped"})
    shown = frame.assign(label=frame["stage"] + ": " + frame["what"], kept=kept)
    figure, axis = plt.subplots(figsize=(6.8, 0.6 + 0.24 * max(len(frame), 1)))
    palette = {"kept": COLOURS[0], "dropped": COLOURS[1]}
    sns.barplot(shown, x="rows", y="label", hue="kept", palette=palette, dodge=False, saturation=1, ax=axis)
    for n, rows in enumerate(frame["rows"]):
        axis.text(rows, n, f" {rows:,}", va="center", fontsize=7)
    axis.tick_params(axis="y", labelsize=7)
    axis.set_ylabel("")
    axis.legend(title="", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    axis.set_xscale("symlog", linthresh=10)
    axis.set_xlabel("rows (logarithmic)")
    axis.margins(x=0.12)
    figure.tight_layout()
    return figure
