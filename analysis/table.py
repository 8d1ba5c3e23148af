"""Tabulate: scores for people.   tidy frame -> markdown, csv, screen"""

from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group
from rich.table import Table

CELL = 12  # characters of ".52 .47-.57*"


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


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    """A row per rung and direction, a column per arm, then the majority answer and the number of answers."""
    rows = []
    for (rung, predict), group in frame.groupby(["rung", "predict"], sort=False):
        arms = {
            row.arm: text(row.score, row.low, row.high) + " *" * (row.low > row.baseline)
            for row in group.itertuples()
        }
        last = {
            "majority answer": f"{group['baseline'].iloc[0]:.2f}",
            "answers per arm": int(group["n"].max()),
        }
        rows.append({"rung": rung, "predict": predict, **arms, **last})
    return pd.DataFrame(rows).fillna("-")


def starred(row: Any) -> str:
    """0.52 [0.47, 0.57] *, the star where the interval lies above the majority answer."""
    return text(row.score, row.low, row.high) + (" *" if row.low > row.baseline else "")


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


def on_screen(frame: pd.DataFrame, title: str, width: int) -> Group:
    """For the terminal: a row per rung and direction, a column per arm, as many side by side as fit."""
    arms = list(dict.fromkeys(frame["arm"]))
    label = max(len(f"{row.rung}, {row.predict}") for row in frame.itertuples())
    beside = (
        label + 4 + len("base") + 3 + len(str(frame["n"].max())) + 3
    )  # with the lines and blanks around them
    room = max(1, (width - beside) // (3 + max(CELL, *map(len, arms))))
    tables = [side_by_side(frame, arms[n : n + room], title) for n in range(0, len(arms), room)]
    return Group(*tables, "score, 95 % interval; * above base, the score of the majority answer")


def side_by_side(frame: pd.DataFrame, arms: list[str], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for name in ("rung, predict", *arms, "base", "n"):
        table.add_column(name, no_wrap=True, justify="right" if name in ("base", "n") else "left")
    for (rung, predict), group in frame.groupby(["rung", "predict"], sort=False):
        by_arm = {row.arm: row for row in group.itertuples()}
        cells = [short(by_arm[arm]) if arm in by_arm else "-" for arm in arms]
        first = next(iter(by_arm.values()))
        table.add_row(f"{rung}, {predict}", *cells, brief(first.baseline), str(first.n))
    return table


def short(row: Any) -> str:
    """.52 .47-.57*"""
    above = "*" if row.low > row.baseline else ""
    return f"{brief(row.score)} {brief(row.low)}-{brief(row.high)}{above}"


def brief(share: float) -> str:
    """.52, 1.0"""
    return f"{share:.2f}"[:3] if share >= 0.995 else f"{share:.2f}"[1:]
