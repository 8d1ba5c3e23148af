"""Draw contamination: how much of each test set occurs in the training text.   metrics -> table, figure"""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from analysis.look import COLOURS
from analysis.scores import place

COLUMNS = ("set", "items", "testable", "raw", "found", "whole", "score", "unleaked")
SHOWN = (
    "Share of each set's testable items of which 13 words in a row occur in the training text; raw: any 13, found: "
    "13 of varied words. `inputs` asks about functions that are trained on. Public benchmarks are compared where "
    "evaluate.bench.data_root holds them."
)


def read(metrics: Path) -> pd.DataFrame:
    """A row per test set, the held-out ladder first; none where the stage has not run."""
    path = metrics / "contamination.json"
    sets = json.loads(path.read_text(encoding="utf-8"))["sets"] if path.exists() else {}
    rows = [{"set": name, **sets[name]} for name in sorted(sets, key=place)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that a reader wants, as text; a score that nobody has is empty."""
    share = {name: frame[name] / frame["testable"].clip(lower=1) for name in ("raw", "found")}
    return pd.DataFrame(
        {
            "set": frame["set"],
            "items": frame["items"].astype(str),
            "too short to test": (frame["items"] - frame["testable"]).astype(str),
            **{name: [f"{100 * x:.1f} %" for x in values] for name, values in share.items()},
            "short, whole": frame["whole"].astype(str),
            "score": text(frame["score"]),
            "score of those not found": text(frame["unleaked"]),
        }
    )


def text(scores: pd.Series) -> list[str]:
    return ["" if pd.isna(score) else f"{score:.3f}" for score in scores]


def draw(frame: pd.DataFrame) -> Figure:
    """Two bars a set: raw, and of varied words."""
    wide = frame.assign(**{n: 100 * frame[n] / frame["testable"].clip(lower=1) for n in ("raw", "found")})
    long = wide.melt(id_vars="set", value_vars=["raw", "found"], var_name="match", value_name="share")
    figure, axis = plt.subplots(figsize=(6.8, 0.9 + 0.3 * max(len(frame), 1)))
    palette = {"raw": COLOURS[4], "found": COLOURS[0]}
    sns.barplot(long, x="share", y="set", hue="match", palette=palette, saturation=1, ax=axis)
    axis.set_xlim(0, 100)
    axis.set_xlabel("% of testable items")
    axis.set_ylabel("")
    axis.legend(title="", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    figure.tight_layout()
    return figure
