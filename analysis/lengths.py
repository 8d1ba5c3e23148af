"""Measure: how many tokens the conversations of a view have.   problems, tokenizer -> frame, figure"""

from collections.abc import Iterable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from tokenizers import Tokenizer

from analysis.look import BASELINE, COLOURS
from codeio import assemble
from codeio.params import Params
from codeio.records import Problem


def count(problems: Iterable[Problem], params: Params, at: Path) -> pd.DataFrame:
    """One row per example of the view: kind, predict, tokens of what is asked and of what is answered.

    The tokenizer is the one at `at` (tokenizer.json); the marks between turns are not counted.
    """
    encode = Tokenizer.from_file(str(at / "tokenizer.json")).encode
    rows = []
    for problem in problems:
        made = None if assemble.left_out(problem, params) else assemble.conversation(problem, params)
        if problem.split != "train" or made is None:
            continue
        sides = {"user": 0, "assistant": 0}
        for message in made.messages:
            sides[message.role] += len(encode(message.content, add_special_tokens=False).ids)
        rows.append((problem.kind, problem.predict, sides["user"], sides["assistant"]))
    return pd.DataFrame(rows, columns=["kind", "predict", "asked", "answered"])


def table(frame: pd.DataFrame, context: int) -> pd.DataFrame:
    """Median and 95th percentile per kind and direction, and the share that the context cannot hold."""
    rows = []
    for (kind, predict), group in frame.groupby(["kind", "predict"], sort=True):
        both = group["asked"] + group["answered"]
        row = {"kind": kind, "predict": predict, "examples": f"{len(group):,}"}
        for name, tokens in (("asked", group["asked"]), ("answered", group["answered"]), ("together", both)):
            row[f"{name}: median, 95 %"] = f"{tokens.median():,.0f}, {tokens.quantile(0.95):,.0f}"
        row[f"over {context:,} tokens"] = f"{(both > context).mean():.0%}"
        rows.append(row)
    return pd.DataFrame(rows)


def draw(frame: pd.DataFrame, context: int) -> Figure:
    """Distribution of a conversation's tokens on a logarithmic axis, by kind of code; dashed: the context."""
    shown = frame.assign(tokens=(frame["asked"] + frame["answered"]).clip(lower=1))
    figure, axis = plt.subplots(figsize=(6.8, 2.8))
    kinds = sorted(shown["kind"].unique())
    palette = dict(zip(kinds, COLOURS, strict=False))
    bins = np.geomspace(shown["tokens"].min(), shown["tokens"].max() + 1, 50) if len(shown) else 10
    sns.histplot(
        shown, x="tokens", hue="kind", hue_order=kinds, palette=palette, bins=bins, element="step", ax=axis
    )
    axis.set_xscale("log")
    axis.axvline(context, color=BASELINE, linestyle="--", linewidth=1.2)
    axis.text(context, axis.get_ylim()[1], " context", va="top", fontsize=7, color=BASELINE)
    axis.set_xlabel("tokens of a conversation (logarithmic)")
    axis.set_ylabel("examples")
    figure.tight_layout()
    return figure
