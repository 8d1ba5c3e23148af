"""Tabulate: scores for people.   tidy frame -> markdown, csv, screen"""

from pathlib import Path

import pandas as pd
from rich.table import Table


def text(score: float, low: float, high: float) -> str:
    """0.52 [0.47, 0.57]"""
    return f"{score:.2f} [{low:.2f}, {high:.2f}]"


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that a reader wants, as text."""
    return pd.DataFrame(
        {
            "rung": frame["rung"],
            "predict": frame["predict"],
            "arm": frame["arm"],
            "score [95 %]": [text(*x) for x in zip(frame["score"], frame["low"], frame["high"], strict=True)],
            "baseline": [f"{x:.2f}" for x in frame["baseline"]],
            "above it": ["yes" if x else "no" for x in frame["low"] > frame["baseline"]],
            "items": frame["n"].astype(str),
        }
    )


def markdown(frame: pd.DataFrame) -> str:
    """A table of text columns as markdown."""
    lines = ["| " + " | ".join(frame.columns) + " |", "|" + "---|" * len(frame.columns)]
    lines += ["| " + " | ".join(row) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines) + "\n"


def save(frame: pd.DataFrame, folder: Path, name: str, note: str = "") -> list[Path]:
    """Numbers as csv (six decimals), the readable form as markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    csv, md = folder / f"{name}.csv", folder / f"{name}.md"
    frame.to_csv(csv, index=False, float_format="%.6f", lineterminator="\n")
    md.write_text((note + "\n\n" if note else "") + markdown(readable(frame)), encoding="utf-8")
    return [csv, md]


def on_screen(frame: pd.DataFrame, title: str) -> Table:
    """The same for the terminal, a rule between rungs."""
    table = Table(title=title, title_justify="left")
    shown = readable(frame)
    for column in shown.columns:
        right = column in ("baseline", "items")
        table.add_column(column, justify="right" if right else "left")
    groups = list(zip(frame["rung"], frame["predict"], strict=True))
    for n, row in enumerate(shown.itertuples(index=False)):
        last = n + 1 == len(groups) or groups[n + 1] != groups[n]
        table.add_row(*row, end_section=last)
    return table
