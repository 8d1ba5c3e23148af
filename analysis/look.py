"""Look: one style for all figures, the same bytes for the same numbers.   figure -> .svg and .png"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

# Okabe and Ito: told apart by colour-blind readers; the order also falls in lightness, for grey print.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f", "#f0e442")
MARKERS = ("o", "s", "D", "^", "v", "P", "X", "*")
BASELINE = "#555555"


def set_style() -> None:
    sns.set_theme(context="paper", style="whitegrid", palette=list(COLOURS), font="DejaVu Sans")
    plt.rcParams.update(
        {
            "svg.hashsalt": "codeio",
            "svg.fonttype": "path",
            "figure.dpi": 100,
            "savefig.dpi": 160,
            "axes.titlesize": 10,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "legend.frameon": False,
        }
    )


def whiskers(frame: pd.DataFrame, value: str) -> list[pd.Series]:
    """Distances from `value` down to low and up to high, as errorbar wants them."""
    return [(frame[value] - frame["low"]).clip(lower=0), (frame["high"] - frame[value]).clip(lower=0)]


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Both formats, without date or version in them."""
    folder.mkdir(parents=True, exist_ok=True)
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    figure.savefig(svg, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    figure.savefig(png, metadata={"Software": None}, bbox_inches="tight")
    plt.close(figure)
    return [svg, png]
