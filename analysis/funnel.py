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
